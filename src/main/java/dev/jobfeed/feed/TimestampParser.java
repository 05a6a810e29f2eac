package dev.jobfeed.feed;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.format.ResolverStyle;
import java.time.temporal.ChronoField;
import java.time.temporal.ChronoUnit;
import java.time.temporal.TemporalAccessor;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Parses the API's dates and date-times. Without an offset the time is UTC, and a date is its midnight (JobDto: "UTC
 * timestamp"). Rejects days that do not exist and years outside the range of the databases.
 */
final class TimestampParser {

    private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .parseCaseInsensitive()
            .appendValue(ChronoField.YEAR, 4)
            .appendPattern("-MM-dd")
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffsetId()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    /**
     * RFC 3339, 5.6, and common variants: date, hours and minutes, seconds, fraction, offset with or without colon.
     */
    private static final Pattern PARTS = Pattern.compile(
            "(\\d{4}-\\d\\d-\\d\\d)[Tt ](\\d\\d:\\d\\d)(:\\d\\d)?([.]\\d+)?(?:([+-]\\d\\d):?(\\d\\d)|([Zz]))?");

    /** Digits of a fraction that Java parses. */
    private static final int MOST_DIGITS = 9;

    private static final String MICROS = "0000-00-00T00:00:00.000000Z";
    private static final String MILLIS = "0000-00-00T00:00:00.000Z";
    private static final int FRACTION = MICROS.indexOf('.') + 1;

    private TimestampParser() {}

    /**
     * Parses a timestamp, to the microsecond.
     *
     * @throws DateTimeException when the text is not a date
     */
    static OffsetDateTime parse(String text) {
        return isUsual(text) ? usual(text) : any(text);
    }

    /** Matches 2026-04-29T05:00:03.198870Z and 2026-04-29T05:00:38.319Z, the formats of the API; each row has four. */
    private static boolean isUsual(String text) {
        int length = text.length();
        if (length != MICROS.length() && length != MILLIS.length()) {
            return false;
        }
        for (int i = 0; i < length - 1; i++) {
            char c = text.charAt(i);
            char expected = MICROS.charAt(i);
            if (expected == '0' ? c < '0' || c > '9' : c != expected) {
                return false;
            }
        }
        return text.charAt(length - 1) == 'Z';
    }

    /** Parses without a formatter, which takes many times as long. */
    private static OffsetDateTime usual(String text) {
        int fraction = number(text, FRACTION, text.length() - 1);
        return OffsetDateTime.of(
                number(text, 0, 4),
                number(text, 5, 7),
                number(text, 8, 10),
                number(text, 11, 13),
                number(text, 14, 16),
                number(text, 17, 19),
                fraction * (text.length() == MICROS.length() ? 1_000 : 1_000_000),
                ZoneOffset.UTC);
    }

    private static int number(String text, int from, int to) {
        return Integer.parseInt(text, from, to, 10);
    }

    private static OffsetDateTime any(String text) {
        Matcher parts = PARTS.matcher(text.strip());
        if (!parts.matches()) {
            return utc(parsed(text.strip()));
        }
        boolean isLeapSecond = ":60".equals(parts.group(3));
        String seconds = isLeapSecond ? ":59" : part(parts, 3);
        String fraction = part(parts, 4);
        String offset = parts.group(5) == null ? part(parts, 7) : parts.group(5) + ":" + parts.group(6);
        OffsetDateTime time = utc(parsed(parts.group(1) + "T" + parts.group(2) + seconds
                + fraction.substring(0, Math.min(fraction.length(), 1 + MOST_DIGITS)) + offset));
        return isLeapSecond ? leapSecond(time) : time;
    }

    private static String part(Matcher parts, int group) {
        return parts.group(group) == null ? "" : parts.group(group);
    }

    /** RFC 3339, 5.7. Neither Java nor a database has this second; PostgreSQL reads it as the following one. */
    private static OffsetDateTime leapSecond(OffsetDateTime second59) {
        OffsetDateTime next = second59.truncatedTo(ChronoUnit.SECONDS).plusSeconds(1);
        if (next.getYear() > 9999) {
            throw new DateTimeException("beyond the year 9999");
        }
        return next;
    }

    private static TemporalAccessor parsed(String text) {
        return FORMAT.parseBest(text, OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
    }

    private static OffsetDateTime utc(TemporalAccessor parsed) {
        if (parsed instanceof OffsetDateTime time) {
            return time.withOffsetSameInstant(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        }
        if (parsed instanceof LocalDateTime time) {
            return time.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        }
        return ((LocalDate) parsed).atStartOfDay().atOffset(ZoneOffset.UTC);
    }
}
