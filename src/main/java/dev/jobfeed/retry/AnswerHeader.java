package dev.jobfeed.retry;

import java.util.Map;
import java.util.Optional;

/** Finds a header of a refusal; the map that Camel keeps them in minds their case, and HTTP does not. */
public final class AnswerHeader {

    private AnswerHeader() {}

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
