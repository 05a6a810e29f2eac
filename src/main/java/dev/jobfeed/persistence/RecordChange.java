package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedRecord;
import java.util.Set;

/**
 * What a row of a page does to its table.
 *
 * @param action the statement it takes
 * @param parts what the statement writes of the row
 * @param storedHash the content hash that the look-up found; null for a new id
 * @param reactivates whether the stored row had expired and becomes active by this
 */
public record RecordChange(
        FeedRecord row, Action action, Set<ColumnGroup> parts, byte[] storedHash, boolean reactivates) {

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
