package dev.jobfeed.feed;

import java.time.Duration;
import java.util.List;
import java.util.UUID;

/**
 * A page of the expiry sweep.
 *
 * @param ids expired jobs; most are not in the store, because the list covers the whole index
 * @param unreadable the number of list members that are not ids
 * @param example the first of those members, shortened; null when there is none
 * @param next the continuation of the list
 */
public record ExpiredIdsPage(List<UUID> ids, int unreadable, String example, Continuation next)
        implements FeedResponse.Page {

    /** Maximum age of expired ids that the API lists. Source: jobs feed documentation, "Handling deletions". */
    public static final Duration REACH = Duration.ofDays(7);
}
