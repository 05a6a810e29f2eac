package dev.jobfeed.feed;

import java.util.List;
import java.util.UUID;

/**
 * One answer of the sweep.
 *
 * @param ids postings that have expired; most are unknown here, because the list covers the whole index
 * @param unreadable how many members of the list are not ids
 * @param example the first of them, shortened; null when there is none
 * @param next where the list goes on
 */
public record ExpiredIdsPage(List<UUID> ids, int unreadable, String example, Continuation next)
        implements FeedResponse.Page {}
