package dev.jobfeed.run;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.store.RowChange;
import java.util.List;

/**
 * What became of the rows that were delivered: {@code received} is the sum of the others but {@code expired}.
 *
 * @param unchanged rows that are stored as delivered, or in a newer version
 * @param reactivated rows that had expired
 * @param duplicates rows of which the same page holds a newer version
 */
public record Counts(
        long received,
        long inserted,
        long updated,
        long unchanged,
        long reactivated,
        long duplicates,
        long quarantined) {

    static Counts of(FeedPage page, List<RowChange> changes) {
        long inserted = count(changes, RowChange.Action.INSERT, false);
        long updated = count(changes, RowChange.Action.UPDATE, false);
        long reactivated = changes.stream().filter(RowChange::reactivates).count();
        return new Counts(
                page.received(),
                inserted,
                updated,
                page.rows().size() - changes.size(),
                reactivated,
                page.duplicates(),
                page.rejected().size());
    }

    private static long count(List<RowChange> changes, RowChange.Action action, boolean reactivates) {
        return changes.stream()
                .filter(change -> change.action() == action && change.reactivates() == reactivates)
                .count();
    }
}
