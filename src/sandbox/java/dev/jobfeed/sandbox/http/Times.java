package dev.jobfeed.sandbox.http;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;

/** Times on the wire: microseconds since 1970, UTC. */
public final class Times {

    /**
     * The fixed point that the times of the generated data are counted back from, so that two runs on two days serve the
     * same rows.
     */
    public static final long ANCHOR = micros(Instant.parse("2026-11-01T00:00:00Z"));

    public static final long SECOND = 1_000_000L;
    public static final long DAY = 86_400L * SECOND;

    /** Every official client writes its dates differently; all of these are read. */
    private static final DateTimeFormatter READABLE = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .append(DateTimeFormatter.ISO_LOCAL_DATE)
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffsetId()
            .toFormatter();

    /** RFC 9110, section 5.6.7: the day has two digits, which the JDK's own RFC 1123 format does not keep to. */
    private static final DateTimeFormatter HTTP_DATE = utc("EEE, dd MMM uuuu HH:mm:ss 'GMT'");

    private static final DateTimeFormatter MICROS = utc("uuuu-MM-dd'T'HH:mm:ss.SSSSSS'Z'");
    private static final DateTimeFormatter MILLIS = utc("uuuu-MM-dd'T'HH:mm:ss.SSS'Z'");

    private Times() {}

    private static DateTimeFormatter utc(String pattern) {
        return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
    }

    public static String httpDate(Instant instant) {
        return HTTP_DATE.format(instant);
    }

    /** Writes a time with six digits of a second, as created_at and updated_at have them. */
    public static String text(long micros) {
        return MICROS.format(Instant.EPOCH.plus(micros, ChronoUnit.MICROS));
    }

    /** Writes a time in milliseconds with three digits of a second, as date_posted has them. */
    public static String textOfMillis(long millis) {
        return MILLIS.format(Instant.ofEpochMilli(millis));
    }

    public static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** Reads an ISO date or date-time; one without an offset is UTC. */
    public static long parse(String text) throws DateTimeException {
        TemporalAccessor read = READABLE.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
        if (read instanceof OffsetDateTime time) {
            return micros(time.toInstant());
        }
        if (read instanceof LocalDateTime time) {
            return micros(time.toInstant(ZoneOffset.UTC));
        }
        return micros(((LocalDate) read).atStartOfDay().toInstant(ZoneOffset.UTC));
    }
}
