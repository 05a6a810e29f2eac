package dev.jobfeed.jobby;

import java.util.Optional;
import java.util.regex.Pattern;

/** Ids of Jobby.dev: short tokens such as {@code evt_abc123}, which are safe in a path, a message and a column. */
public final class JobbyId {

    private static final Pattern ID = Pattern.compile("[\\w.:~-]{1,200}");

    private JobbyId() {}

    /** Returns the text as an id; empty if it is not one. */
    public static Optional<String> of(String text) {
        return Optional.of(text.strip()).filter(ID.asMatchPredicate());
    }
}
