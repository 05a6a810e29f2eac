package dev.jobfeed.sandbox.jobby;

import java.time.Instant;
import java.util.Map;

/**
 * A seeker and a recruiter, paired.
 *
 * @param placeId the place in the queue it came from
 * @param score from 0 to 1
 */
public record Match(
        String id,
        String placeId,
        String eventId,
        MatchStatus status,
        String seekerId,
        String recruiterId,
        String roleId,
        double score,
        Instant matchedAt) {

    Match as(MatchStatus newStatus) {
        return new Match(id, placeId, eventId, newStatus, seekerId, recruiterId, roleId, score, matchedAt);
    }

    /** An address that leads nowhere. */
    String roomUrl() {
        return "http://127.0.0.1/room-for-humans-only/" + id;
    }

    /** The data of {@code match.matched}, to which other events add. */
    Map<String, Object> data() {
        return HttpReply.fields(
                "match_id", id, "seeker_id", seekerId, "recruiter_id", recruiterId, "role_id", roleId, "score", score);
    }
}
