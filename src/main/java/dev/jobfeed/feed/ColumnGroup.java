package dev.jobfeed.feed;

import java.util.Set;

/** The parts of a row that are written or left as they are, each as a whole. */
public enum ColumnGroup {
    /**
     * Short texts, times and flags, columns that repeat a member of a JSON field, and what is ours. Written with every change:
     * not all of it is in the hash of this part.
     */
    SCALAR,
    /** Texts that are most of the row. */
    LONG_TEXT,
    /** JSON, the fields that have no column among it. */
    JSON;

    /** A whole row. */
    public static final Set<ColumnGroup> ALL = Set.of(values());
}
