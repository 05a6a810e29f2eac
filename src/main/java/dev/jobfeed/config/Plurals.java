package dev.jobfeed.config;

import java.util.Locale;

/** Formats a count with its noun. */
public final class Plurals {

    private Plurals() {}

    /**
     * Returns the count and the noun, in the plural unless the count is 1.
     *
     * @param noun a noun, and what precedes it, whose plural ends with an additional s
     */
    public static String of(long count, String noun) {
        return String.format(Locale.ROOT, "%,d %s%s", count, noun, count == 1 ? "" : "s");
    }
}
