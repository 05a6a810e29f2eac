package dev.jobfeed.api;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.ResponseHeaders;
import java.math.BigDecimal;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;
import java.time.temporal.TemporalQuery;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Parses the delay that a response requests. */
public final class RetryAfterParser {

    /** Exceeds any wait that is ever made; keeps absurd values within range. */
    private static final Duration MOST = Duration.ofDays(365);

    private static final DateTimeFormatter ASCTIME =
            DateTimeFormatter.ofPattern("EEE MMM ppd HH:mm:ss yyyy", Locale.US);

    private RetryAfterParser() {}

    /**
     * Parses the header {@code Retry-After} (seconds or an HTTP date, ignoring the header's case), or else the body's
     * {@code retry_after} or {@code retry_after_seconds}. A date is compared with the response's own {@code Date}.
     *
     * @param headers may be null
     * @param body may be null, or not JSON
     * @param now the local time
     * @return empty when the response does not state a delay; zero for a date in the past
     */
    public static Optional<Duration> of(Map<String, String> headers, String body, Instant now) {
        return ResponseHeaders.of(headers, "Retry-After")
                .flatMap(value -> ofHeader(
                        value,
                        ResponseHeaders.serverNow(
                                ResponseHeaders.of(headers, "Date").orElse(null), now)))
                .or(() -> ofBody(body));
    }

    private static Optional<Duration> ofHeader(String value, Instant now) {
        Optional<Duration> seconds = seconds(value.strip());
        if (seconds.isPresent()) {
            return seconds;
        }
        return date(value.strip(), now).map(date -> {
            Duration wait = date.isBefore(now) ? Duration.ZERO : Duration.between(now, date);
            return wait.compareTo(MOST) > 0 ? MOST : wait;
        });
    }

    /** Parses a date. RFC 9110, 5.6.7: recipients accept all three forms. */
    private static Optional<Instant> date(String text, Instant now) {
        return date(text, DateTimeFormatter.RFC_1123_DATE_TIME, ZonedDateTime::from)
                .or(() -> date(text.substring(text.indexOf(',') + 1).strip(), rfc850(now), ZonedDateTime::from))
                .or(() -> date(text, ASCTIME, LocalDateTime::from).map(date -> date.atZone(ZoneOffset.UTC)))
                .map(ZonedDateTime::toInstant);
    }

    private static <T> Optional<T> date(String text, DateTimeFormatter format, TemporalQuery<T> query) {
        try {
            return Optional.of(format.parse(text, query));
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** Returns the format after the day's name; a two-digit year is at most 50 years in the future. */
    private static DateTimeFormatter rfc850(Instant now) {
        return new DateTimeFormatterBuilder()
                .parseCaseInsensitive()
                .appendPattern("dd-MMM-")
                .appendValueReduced(
                        ChronoField.YEAR, 2, 2, now.atZone(ZoneOffset.UTC).getYear() - 49)
                .appendPattern(" HH:mm:ss z")
                .toFormatter(Locale.US);
    }

    private static Optional<Duration> ofBody(String body) {
        try {
            JsonNode json = JSON.readTree(body == null ? "" : body);
            for (String name : new String[] {"retry_after", "retry_after_seconds"}) {
                JsonNode value = json.path(name);
                Optional<Duration> seconds = value.isNumber() || value.isTextual()
                        ? seconds(value.asText().strip())
                        : Optional.empty();
                if (seconds.isPresent()) {
                    return seconds;
                }
            }
        } catch (JsonProcessingException e) {
            return Optional.empty();
        }
        return Optional.empty();
    }

    private static Optional<Duration> seconds(String text) {
        try {
            BigDecimal seconds = new BigDecimal(text).min(BigDecimal.valueOf(MOST.toSeconds()));
            return seconds.signum() < 0
                    ? Optional.empty()
                    : Optional.of(Duration.ofMillis(seconds.movePointRight(3).longValue()));
        } catch (NumberFormatException e) {
            return Optional.empty();
        }
    }
}
