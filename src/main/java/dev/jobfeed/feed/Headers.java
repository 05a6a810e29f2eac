package dev.jobfeed.feed;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.apache.hc.client5.http.utils.DateUtils;

/** Finds a header of a refusal; the map that Camel keeps them in minds their case, and HTTP does not. */
public final class Headers {

    private static final Duration AGREES = Duration.ofMinutes(1);

    private Headers() {}

    /**
     * The time by the clock that wrote an answer, for what the answer says about times.
     *
     * @param date the header {@code Date}; nullable
     * @return the local time when the header says nothing, or agrees with it
     */
    public static Instant serverNow(String date, Instant local) {
        return date(date)
                .filter(server -> Duration.between(server, local).abs().compareTo(AGREES) > 0)
                .orElse(local);
    }

    /**
     * Reads a header {@code Date}.
     *
     * @param date nullable
     * @return empty when it is missing or cannot be read
     */
    public static Optional<Instant> date(String date) {
        return Optional.ofNullable(date).map(String::strip).map(DateUtils::parseStandardDate);
    }

    /**
     * The value of a header, whatever its case.
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
