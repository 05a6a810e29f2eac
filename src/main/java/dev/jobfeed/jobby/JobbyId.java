package dev.jobfeed.jobby;

import java.util.Optional;
import java.util.regex.Pattern;

/** Ids of Jobby.dev: short words such as {@code evt_abc123}, which are safe in a path, a message and a column. */
final class JobbyId {

    private static final Pattern WORD = Pattern.compile("[\\w.:~-]{1,200}");

    private JobbyId() {}

    /** The id in a text; empty when there is none. */
    static Optional<String> of(String text) {
        return Optional.of(text.strip()).filter(WORD.asMatchPredicate());
    }
}
