package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedDefinition;
import java.time.OffsetDateTime;
import java.util.Iterator;
import java.util.List;
import java.util.Set;

/**
 * Changes that one statement writes as a batch: rows of one feed with the same action and the same column groups.
 *
 * @param parts the column groups that the statement writes
 * @param at the time of the changes
 */
public record RecordBatch(
        FeedDefinition source,
        RecordChange.Action action,
        Set<ColumnGroup> parts,
        List<RecordChange> changes,
        OffsetDateTime at)
        implements Iterable<RecordChange> {

    /** Maximum number of changes. */
    public static final int MAX_SIZE = 500;

    @Override
    public Iterator<RecordChange> iterator() {
        return changes.iterator();
    }
}
