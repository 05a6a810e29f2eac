package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedRecord;
import java.util.Set;

/**
 * The change that a row of a page makes to its table.
 *
 * @param action the statement required
 * @param parts the column groups that the statement writes
 * @param storedHash the content hash of the stored row; null for a new id
 * @param reactivates whether the stored row was expired and becomes active
 */
public record RecordChange(
        FeedRecord row, Action action, Set<ColumnGroup> parts, byte[] storedHash, boolean reactivates) {

    /** The statements, each in {@code <table>-<action>.sql}. */
    public enum Action {
        /** The id is new. */
        INSERT,
        /** The content is new. */
        UPDATE,
        /** Only the expiry is removed; the stored content is the same or newer. */
        REACTIVATE,
        /** The content is the same in other bytes: another order of keys, or other white space. */
        REHASH;

        /** Returns whether the row's content changes. */
        public boolean isOfContent() {
            return this == INSERT || this == UPDATE;
        }
    }
}
