package dev.jobfeed.persistence;

import dev.jobfeed.feed.FeedPage;
import java.util.List;

/**
 * Counts the rows delivered by their outcome; {@code received} is the sum of the others.
 *
 * @param unchanged rows that are stored as delivered, or in a newer version
 * @param reactivated rows that had expired
 * @param duplicates rows of which the same page has a newer version
 */
public record RecordCounts(
        long received,
        long inserted,
        long updated,
        long unchanged,
        long reactivated,
        long duplicates,
        long quarantined) {

    public static RecordCounts of(FeedPage page, List<RecordChange> changes) {
        long inserted = count(changes, RecordChange.Action.INSERT, false);
        long updated = count(changes, RecordChange.Action.UPDATE, false);
        long reactivated = changes.stream().filter(RecordChange::reactivates).count();
        long rehashed = count(changes, RecordChange.Action.REHASH, false);
        return new RecordCounts(
                page.received(),
                inserted,
                updated,
                page.ids().size() - changes.size() + rehashed,
                reactivated,
                page.duplicates(),
                page.rejected().size());
    }

    private static long count(List<RecordChange> changes, RecordChange.Action action, boolean reactivates) {
        return changes.stream()
                .filter(change -> change.action() == action && change.reactivates() == reactivates)
                .count();
    }
}
