package dev.jobfeed.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * One answer of a feed.
 *
 * @param rows what can be stored, each id once
 * @param rejected what cannot
 * @param duplicates how many rows were dropped because a newer one of the same id is in this page
 * @param next where the feed goes on
 * @param estimatedTotal how many rows the scan is expected to bring; on a first page only, and not always
 */
public record FeedPage(
        List<FeedRecord> rows,
        List<InvalidRecord> rejected,
        int duplicates,
        Continuation next,
        OptionalLong estimatedTotal)
        implements FeedResponse.Page {

    /** How many rows were delivered. */
    public int received() {
        return rows.size() + rejected.size() + duplicates;
    }

    /**
     * Returns the page with some of its rows among those that cannot be stored.
     *
     * @param reasons why, by the rows' ids
     */
    public FeedPage without(Map<UUID, String> reasons) {
        if (reasons.isEmpty()) {
            return this;
        }
        List<FeedRecord> others = new ArrayList<>();
        List<InvalidRecord> all = new ArrayList<>(rejected);
        for (FeedRecord row : rows) {
            String reason = reasons.get(row.id());
            if (reason == null) {
                others.add(row);
            } else {
                all.add(new InvalidRecord(row.id(), reason, row.json()));
            }
        }
        return new FeedPage(others, all, duplicates, next, estimatedTotal);
    }
}
