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

/**
 * The API's dates and date-times; what has no offset is UTC, and a date is its midnight (JobDto: "UTC timestamp"). A day
 * that no calendar has, or a year that a database may not take, is no date.
 */
final class Timestamps {

    private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
            .appendValue(ChronoField.YEAR, 4)
            .appendPattern("-MM-dd")
            .optionalStart()
            .appendLiteral('T')
            .append(DateTimeFormatter.ISO_LOCAL_TIME)
            .optionalStart()
            .appendOffsetId()
            .toFormatter(Locale.ROOT)
            .withResolverStyle(ResolverStyle.STRICT);

    private static final String MICROS = "0000-00-00T00:00:00.000000Z";
    private static final String MILLIS = "0000-00-00T00:00:00.000Z";
    private static final int FRACTION = MICROS.indexOf('.') + 1;

    private Timestamps() {}

    /**
     * Reads a timestamp, to the microsecond.
     *
     * @throws DateTimeException when the text is no date
     */
    static OffsetDateTime parse(String text) {
        return isUsual(text) ? usual(text) : any(text);
    }

    /** 2026-04-29T05:00:03.198870Z and 2026-04-29T05:00:38.319Z, as the API writes them: four in each row. */
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

    /** Without a formatter, which takes many times as long. */
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
        TemporalAccessor parsed =
                FORMAT.parseBest(text.strip(), OffsetDateTime::from, LocalDateTime::from, LocalDate::from);
        return utc(parsed).truncatedTo(ChronoUnit.MICROS);
    }

    private static OffsetDateTime utc(TemporalAccessor parsed) {
        if (parsed instanceof OffsetDateTime time) {
            return time.withOffsetSameInstant(ZoneOffset.UTC);
        }
        if (parsed instanceof LocalDateTime time) {
            return time.atOffset(ZoneOffset.UTC);
        }
        return ((LocalDate) parsed).atStartOfDay().atOffset(ZoneOffset.UTC);
    }
}
