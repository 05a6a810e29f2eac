package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonIgnore;
import dev.jobfeed.sandbox.http.Json;
import java.time.Instant;
import java.util.Map;

/**
 * A seeker and a recruiter, paired, as the API shows them.
 *
 * @param placeId the place in the queue it came from
 * @param score from 0 to 1
 */
public record Match(
        String id,
        @JsonIgnore String placeId,
        MatchStatus status,
        String eventId,
        String seekerId,
        String recruiterId,
        String roleId,
        double score,
        Instant matchedAt) {

    Match as(MatchStatus newStatus) {
        return new Match(id, placeId, newStatus, eventId, seekerId, recruiterId, roleId, score, matchedAt);
    }

    /** Returns an address that leads nowhere. */
    String roomUrl() {
        return "http://127.0.0.1/room-for-humans-only/" + id;
    }

    /** Returns the data of {@code match.matched}, to which other events add. */
    Map<String, Object> data() {
        return Json.object(
                "match_id", id, "seeker_id", seekerId, "recruiter_id", recruiterId, "role_id", roleId, "score", score);
    }
}
