package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.PrintableText;
import java.util.Locale;

/**
 * A place in a queue as the API reports it. Every component may be null, because only {@code matched} with its {@code
 * match_id} is documented.
 *
 * @param status status in lower case
 * @param rank 1 for the next in line
 */
record QueueStatus(
        String eventId, String status, Integer rank, Long estimatedWaitSeconds, String matchId, String json) {

    /** Outcome of a place. */
    enum Outcome {
        WAITING,
        MATCHED,
        CANCELLED,
        TIMED_OUT
    }

    /** Parses the response to a join or to a status request. */
    static QueueStatus of(JsonNode response) {
        return new QueueStatus(
                JobbyId.of(response.path("event_id").asText("")).orElse(null),
                response.path("status").isTextual()
                        ? PrintableText.of(response.get("status")
                                .textValue()
                                .strip()
                                .toLowerCase(Locale.ROOT)
                                .replace('-', '_'))
                        : null,
                number(response, "rank", "position") == null
                        ? null
                        : (int) Math.min(Integer.MAX_VALUE, number(response, "rank", "position")),
                number(response, "estimated_wait_seconds", "estimated_wait"),
                JobbyId.of(response.path("match_id").asText("")).orElse(null),
                response.toString());
    }

    /** Returns the outcome; an undocumented status counts as waiting. */
    Outcome outcome() {
        return switch (status == null ? "" : status) {
            case "matched" -> matchId == null ? Outcome.WAITING : Outcome.MATCHED;
            case "cancelled", "canceled" -> Outcome.CANCELLED;
            case "timed_out", "timeout", "expired" -> Outcome.TIMED_OUT;
            default -> Outcome.WAITING;
        };
    }

    private static Long number(JsonNode response, String name, String other) {
        JsonNode value = response.has(name) ? response.get(name) : response.path(other);
        return value.isNumber() && value.longValue() >= 0 ? value.longValue() : null;
    }
}
