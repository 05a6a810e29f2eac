package dev.jobfeed.feed;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.UUID;

/**
 * A page of a feed.
 *
 * @param rows the rows that can be stored, each id once
 * @param rejected the rows that cannot be stored
 * @param duplicates the number of rows dropped because the page has a newer one with the same id
 * @param next the continuation of the feed
 * @param estimatedTotal the expected number of rows of the whole scan; only on a first page, and not on every one
 */
public record FeedPage(
        List<FeedRecord> rows,
        List<InvalidRecord> rejected,
        int duplicates,
        Continuation next,
        OptionalLong estimatedTotal)
        implements FeedResponse.Page {

    /** Returns the number of rows delivered. */
    public int received() {
        return rows.size() + rejected.size() + duplicates;
    }

    /**
     * Returns this page with some rows moved to {@link #rejected()}.
     *
     * @param reasons the reasons, by row id
     */
    public FeedPage without(Map<UUID, String> reasons) {
        if (reasons.isEmpty()) {
            return this;
        }
        List<FeedRecord> remaining = new ArrayList<>();
        List<InvalidRecord> all = new ArrayList<>(rejected);
        for (FeedRecord row : rows) {
            String reason = reasons.get(row.id());
            if (reason == null) {
                remaining.add(row);
            } else {
                all.add(new InvalidRecord(row.id(), reason, row.json()));
            }
        }
        return new FeedPage(remaining, all, duplicates, next, estimatedTotal);
    }
}
