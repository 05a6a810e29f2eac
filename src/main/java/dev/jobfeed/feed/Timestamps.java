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

    private Timestamps() {}

    /**
     * Reads a timestamp, to the microsecond.
     *
     * @throws DateTimeException when the text is no date
     */
    static OffsetDateTime parse(String text) {
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
