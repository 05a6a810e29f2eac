package dev.jobfeed.sandbox;

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

/** Times of the wire: microseconds since 1970, UTC. */
final class Times {

    /**
     * The fixed point that the generated world is counted back from, so that two runs on two days serve the
     * same rows.
     */
    static final long ANCHOR = micros(Instant.parse("2026-11-01T00:00:00Z"));

    static final long SECOND = 1_000_000L;
    static final long DAY = 86_400L * SECOND;

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

    private Times() {}

    static long micros(Instant instant) {
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant);
    }

    /** Reads an ISO date or date-time; one without an offset is UTC. */
    static long parse(String text) throws DateTimeException {
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
