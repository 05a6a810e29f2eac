package dev.jobfeed.feed;

import java.util.Set;

/** Groups the columns of a row. An update writes each group as a whole or not at all. */
public enum ColumnGroup {
    /**
     * Short texts, times and flags, columns that repeat a member of a JSON field, and the bundle's own columns. Written
     * with every change, because this group's hash does not cover all of them.
     */
    SCALAR,
    /** Long texts, which make up most of a row. */
    LONG_TEXT,
    /** JSON fields, including the fields without a column. */
    JSON;

    /** All groups, that is, a whole row. */
    public static final Set<ColumnGroup> ALL = Set.of(values());
}
