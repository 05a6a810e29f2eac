package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.Json;
import java.util.List;
import java.util.Map;

/**
 * The documented error codes with their status.
 *
 * <p>The status of DEPENDENCY_UNAVAILABLE is not documented; it is 503 here, because it is "safe to retry".
 */
public enum ErrorCode {
    VALIDATION(400, "The request failed schema validation."),
    INVALID_TOKEN(401, "The bearer token is missing, malformed, or revoked."),
    OFF_SESSION_CONSENT_REQUIRED(402, "Off-session charges require one-time consent."),
    ACTION_REQUIRED_NO_URL(402, "The bank asks for a confirmation that it gave no address for."),
    INSUFFICIENT_SCOPE(403, "The token does not carry the scope for this endpoint."),
    PLAN_GATED(403, "This endpoint needs a higher plan."),
    NOT_FOUND(404, "Not found."),
    ALREADY_ON_PLAN(409, "The subscription is on this plan already."),
    SUBSCRIPTION_NOT_ELIGIBLE(409, "The subscription's state does not allow this."),
    RATE_LIMITED(429, "Rate limit exceeded."),
    DEPENDENCY_UNAVAILABLE(503, "An upstream service cannot be reached.");

    private final int status;
    private final String message;

    ErrorCode(int status, String message) {
        this.status = status;
        this.message = message;
    }

    /** Returns the HTTP status it comes with. */
    public int status() {
        return status;
    }

    /** Returns the sentence it comes with, unless there is a better one. */
    public String message() {
        return message;
    }

    /** Refuses a value, with the report "flattened zod-style" that the documentation promises; null for the body. */
    static ApiError invalid(String field, String problem) {
        String name = field == null ? "body" : field;
        return VALIDATION.error(
                "Invalid request: " + name + " " + problem,
                Json.object("formErrors", List.of(), "fieldErrors", Map.of(name, List.of(problem))));
    }

    public ApiError error() {
        return error(message);
    }

    public ApiError error(String says) {
        return error(says, null);
    }

    /** Refuses with the envelope; details are null where a code has none. */
    ApiError error(String says, Map<String, Object> more) {
        Map<String, Object> envelope = Json.object("error", says, "code", name());
        if (more != null) {
            envelope.put("details", more);
        }
        return ApiError.json(status, envelope);
    }
}
