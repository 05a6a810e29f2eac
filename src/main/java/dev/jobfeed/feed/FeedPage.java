package dev.jobfeed.feed;

import java.util.List;
import java.util.OptionalLong;

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
        List<Row> rows, List<RejectedRow> rejected, int duplicates, NextPage next, OptionalLong estimatedTotal)
        implements Answer.Page {

    /** How many rows were delivered. */
    public int received() {
        return rows.size() + rejected.size() + duplicates;
    }
}
