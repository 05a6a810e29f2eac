package dev.jobfeed.jobby;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.UUID;

/**
 * Somebody's wish to be in the queue of an event, a row of {@code jobby_queue}. It is stored before the first request,
 * and each request for it carries the same key, so that it never takes two places.
 *
 * @param key the Idempotency-Key
 * @param status the API's own word for the place; nullable
 * @param rank 1 for the next in line; nullable
 * @param estimatedWaitSeconds nullable
 * @param matchId null until it is matched
 * @param joinedAt when the API first told of the place; nullable
 * @param endedAt null while it is open
 * @param lastError why it was refused; nullable
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

    /** "If the same key is replayed within 24 hours, the original response is returned", and not after that. */
    private static final Duration KEY_LASTS = Duration.ofHours(24);

    /** What became of an intent. */
    public enum State {
        /** No answer has arrived yet. */
        PENDING,
        /** In the queue. */
        WAITING,
        /** Matched; a person takes it from there. */
        MATCHED,
        /** Taken out of the queue. */
        CANCELLED,
        /** Waited too long. */
        TIMED_OUT,
        /** The API would not have it. */
        REFUSED,
        /** The account joined another event's queue later; the API tells of one place only. */
        REPLACED,
        /** No answer came for a day, and the API knows of no such place. */
        EXPIRED,
        /** The API knows of no such place any more. */
        LOST;

        /** The word in the database. */
        String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** Whether it is neither matched nor over. */
    public boolean isOpen() {
        return endedAt == null;
    }

    /** Whether no answer came in time, so that it has to be intended anew. */
    public boolean isLapsed() {
        return state == State.EXPIRED;
    }

    /** Whether its key is too old to be sent again. */
    boolean isStale(OffsetDateTime now) {
        return state == State.PENDING && !now.isBefore(createdAt.plus(KEY_LASTS));
    }
}
