package dev.jobfeed.store;

import dev.jobfeed.feed.Row;

/**
 * What a row of a page does to its table.
 *
 * @param action the statement it takes
 * @param reactivates whether the stored row had expired and becomes active by this
 */
public record RowChange(Row row, Action action, boolean reactivates) {

    /** One statement each: {@code <table>-<action>.sql}. */
    public enum Action {
        /** The id is new. */
        INSERT,
        /** The content is new. */
        UPDATE,
        /** Only the expiry goes; the stored content stays, as it is the same or newer. */
        REACTIVATE
    }
}
