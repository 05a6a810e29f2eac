package dev.jobfeed.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.PrintableText;
import java.util.Locale;

/**
 * A place in a queue, as the API tells of it. Every component may be null, because only {@code matched} with its
 * {@code match_id} is documented.
 *
 * @param status the word for what became of it, in lower case
 * @param rank 1 for the next in line
 */
record QueueStatus(
        String eventId, String status, Integer rank, Long estimatedWaitSeconds, String matchId, String json) {

    /** What a place comes to. */
    enum Outcome {
        WAITING,
        MATCHED,
        CANCELLED,
        TIMED_OUT
    }

    /** Reads an answer to a join, or to a request for the status. */
    static QueueStatus of(JsonNode answer) {
        return new QueueStatus(
                JobbyId.of(answer.path("event_id").asText("")).orElse(null),
                answer.path("status").isTextual()
                        ? PrintableText.of(answer.get("status")
                                .textValue()
                                .strip()
                                .toLowerCase(Locale.ROOT)
                                .replace('-', '_'))
                        : null,
                number(answer, "rank", "position") == null
                        ? null
                        : (int) Math.min(Integer.MAX_VALUE, number(answer, "rank", "position")),
                number(answer, "estimated_wait_seconds", "estimated_wait"),
                JobbyId.of(answer.path("match_id").asText("")).orElse(null),
                answer.toString());
    }

    /** Words that nobody has documented go on waiting. */
    Outcome outcome() {
        return switch (status == null ? "" : status) {
            case "matched" -> matchId == null ? Outcome.WAITING : Outcome.MATCHED;
            case "cancelled", "canceled" -> Outcome.CANCELLED;
            case "timed_out", "timeout", "expired" -> Outcome.TIMED_OUT;
            default -> Outcome.WAITING;
        };
    }

    private static Long number(JsonNode answer, String name, String other) {
        JsonNode value = answer.has(name) ? answer.get(name) : answer.path(other);
        return value.isNumber() && value.longValue() >= 0 ? value.longValue() : null;
    }
}
