package dev.jobfeed.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.client5.http.utils.DateUtils;

/**
 * Reads response headers. HTTP header names are case-insensitive; the map that Camel keeps for an error response is
 * not.
 */
public final class ResponseHeaders {

    private static final Duration TOLERANCE = Duration.ofMinutes(1);

    private ResponseHeaders() {}

    /**
     * Returns the current time according to the server, for interpreting times in its response.
     *
     * @param date the header {@code Date}; nullable
     * @return the local time when the header is missing, or differs by no more than a minute
     */
    public static Instant serverNow(String date, Instant local) {
        return date(date)
                .filter(server -> Duration.between(server, local).abs().compareTo(TOLERANCE) > 0)
                .orElse(local);
    }

    /**
     * Parses a header {@code Date}.
     *
     * @param date nullable
     * @return empty when it is missing or cannot be parsed
     */
    public static Optional<Instant> date(String date) {
        return Optional.ofNullable(date).map(String::strip).map(DateUtils::parseStandardDate);
    }

    /**
     * Returns the value of a header, ignoring case.
     *
     * @param headers may be null
     */
    public static Optional<String> of(Map<String, String> headers, String name) {
        return headers == null
                ? Optional.empty()
                : headers.entrySet().stream()
                        .filter(header -> name.equalsIgnoreCase(header.getKey()))
                        .map(Map.Entry::getValue)
                        .findFirst();
    }
}
