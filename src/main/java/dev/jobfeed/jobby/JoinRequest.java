package dev.jobfeed.jobby;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.UUID;

/**
 * A request to join the queue of an event, a row of {@code jobby_queue}. Stored before the first HTTP request; every
 * HTTP request for it carries the same key, so that it never takes two places.
 *
 * @param key Idempotency-Key
 * @param status status as the API reports it; nullable
 * @param rank 1 for the next in line; nullable
 * @param estimatedWaitSeconds nullable
 * @param matchId null unless matched
 * @param joinedAt when the API first reported the place; nullable
 * @param endedAt null while open
 * @param lastError why the request, or while it is open the last poll of its status, was rejected; nullable
 */
public record JoinRequest(
        UUID key,
        String eventId,
        State state,
        String status,
        Integer rank,
        Long estimatedWaitSeconds,
        String matchId,
        OffsetDateTime createdAt,
        OffsetDateTime joinedAt,
        OffsetDateTime endedAt,
        String lastError) {

    /** Validity of a key: "If the same key is replayed within 24 hours, the original response is returned". */
    private static final Duration KEY_VALIDITY = Duration.ofHours(24);

    /** State of a join request. */
    public enum State {
        /** No response has been received yet. */
        PENDING,
        /** In the queue. */
        WAITING,
        /** Matched; the operator accepts or declines in a browser. */
        MATCHED,
        /** Removed from the queue. */
        CANCELLED,
        /** Waited too long. */
        TIMED_OUT,
        /** Rejected by the API. */
        REFUSED,
        /** The account joined another event's queue later; the API reports one place only. */
        REPLACED,
        /** No response was received within a day, and the API reports no such place. */
        EXPIRED,
        /** The API no longer reports the place. */
        LOST;

        /** Returns the value in the database. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Returns whether the request is neither matched nor ended. */
    public boolean isOpen() {
        return endedAt == null;
    }

    /** Returns whether the key is too old to be sent again. */
    boolean isStale(OffsetDateTime now) {
        return state == State.PENDING && !now.isBefore(createdAt.plus(KEY_VALIDITY));
    }
}
