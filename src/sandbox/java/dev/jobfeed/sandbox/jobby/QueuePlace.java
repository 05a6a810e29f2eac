package dev.jobfeed.sandbox.jobby;

import java.time.Instant;

/**
 * A place in the queue of an event; each accepted join makes one.
 *
 * @param id the sandbox's own id, which the API never shows
 * @param rank 1 for the next in line; 0 when the place waits no longer
 * @param matchId null until it is matched
 */
public record QueuePlace(String id, String eventId, QueueStatus status, int rank, String matchId, Instant joinedAt) {

    private static final int SECONDS_A_RANK = 90;

    /** Returns the time the API would estimate, in seconds. */
    public int estimatedWaitSeconds() {
        return rank * SECONDS_A_RANK;
    }

    QueuePlace at(int newRank) {
        return new QueuePlace(id, eventId, status, newRank, matchId, joinedAt);
    }

    QueuePlace as(QueueStatus newStatus, String newMatchId) {
        return new QueuePlace(id, eventId, newStatus, 0, newMatchId, joinedAt);
    }
}
