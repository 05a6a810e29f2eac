package dev.jobfeed.jobby;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.api.RetryCategory;
import dev.jobfeed.api.RetryHint;
import dev.jobfeed.problem.Problem;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Thrown when Jobby.dev rejects a request, with the code and the details of its error envelope for {@code onException}.
 * The message names the request, the cause and the remedy; never a token.
 */
public final class JobbyException extends RuntimeException implements RetryHint {

    /** Code of a response that is not the documented envelope. */
    public static final String UNKNOWN = "UNKNOWN";

    private static final long serialVersionUID = 1L;

    private static final int MAX_MESSAGE_CHARS = 300;

    private static final Pattern DECLINE = Pattern.compile("POST /matches/[^/]+/decline");

    private final int status;
    private final String code;
    private final transient String details;
    private final transient Problem failure;
    private final transient Optional<Duration> retryAfter;
    private final transient Optional<Duration> reset;

    /**
     * Creates the exception from a parsed error response.
     *
     * @param request method and path, such as {@code POST /queue/join}
     * @param status HTTP status
     * @param code code of the envelope, possibly undocumented; null without an envelope
     * @param said message of the envelope; nullable
     * @param details details of the envelope as JSON; nullable
     * @param retryAfter requested wait before the next request
     * @param reset time until the end of the rate limit's window
     */
    JobbyException(
            String request,
            int status,
            String code,
            String said,
            String details,
            Optional<Duration> retryAfter,
            Optional<Duration> reset) {
        this(failure(request, status, code, said, details), status, code, details, retryAfter, reset);
    }

    private JobbyException(
            Problem failure,
            int status,
            String code,
            String details,
            Optional<Duration> retryAfter,
            Optional<Duration> reset) {
        super(failure.text());
        this.failure = failure;
        this.status = status;
        this.code = code == null ? UNKNOWN : code;
        this.details = details;
        this.retryAfter = retryAfter;
        // a reset in the past says nothing about the next window
        this.reset = reset.filter(until -> until.compareTo(Duration.ZERO) > 0);
    }

    public int status() {
        return status;
    }

    /** Returns the status, for expressions in routes. */
    public int getStatus() {
        return status;
    }

    /** Returns the stable code; {@code UNKNOWN} if the response has none. */
    public String code() {
        return code;
    }

    /** Returns the code, for expressions in routes. */
    public String getCode() {
        return code;
    }

    /**
     * Returns the response's details, for expressions in routes such as {@code ${exception.details[target_plan]}}:
     * strings, numbers, lists and maps. Details that are not an object are under the key {@code value}; empty if there
     * are none.
     */
    public Map<String, Object> getDetails() {
        return details(details);
    }

    private static Map<String, Object> details(String details) {
        try {
            JsonNode json = JSON.readTree(details == null ? "{}" : details);
            return json.isObject()
                    ? JSON.convertValue(json, new TypeReference<Map<String, Object>>() {})
                    : Map.of("value", JSON.convertValue(json, Object.class));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("the details are JSON", e);
        }
    }

    /** Limits a text that becomes part of a message. */
    static String shortened(String text) {
        return text.length() > MAX_MESSAGE_CHARS ? text.substring(0, MAX_MESSAGE_CHARS) + "..." : text;
    }

    /** Returns condition, cause and remedy. */
    public Problem failure() {
        return failure;
    }

    /** Returns whether the token lacks the scope of the operation. */
    boolean isMissingScope() {
        return code.equals("INSUFFICIENT_SCOPE");
    }

    /** Returns whether a retry may succeed: after too many requests or a server failure. */
    public boolean isPassing() {
        return retryCategory().isPresent();
    }

    @Override
    public String summary() {
        return failure.message().replaceFirst("[.]$", "");
    }

    @Override
    public RetryCategory category() {
        return retryCategory().orElse(RetryCategory.ofStatus(500));
    }

    private Optional<RetryCategory> retryCategory() {
        if (status == 429 || code.equals("RATE_LIMITED")) {
            return Optional.of(RetryCategory.RATE_LIMITED);
        }
        if (status == 408 || status >= 500 || code.equals("DEPENDENCY_UNAVAILABLE")) {
            // only with Retry-After is it treated like a 503 of Jobo, which may ask for long waits
            return Optional.of(RetryCategory.ofStatus(retryAfter.isPresent() ? 503 : 500));
        }
        return Optional.empty();
    }

    /** Returns the wait in Retry-After; a 429 without it waits until the rate limit's reset. */
    @Override
    public Optional<Duration> retryAfter() {
        return retryAfter.or(
                () -> retryCategory().filter(RetryCategory.RATE_LIMITED::equals).flatMap(kind -> reset));
    }

    /**
     * Returns the longest wait: "Exponential backoff bounded by the reset timestamp", and never less than Retry-After.
     */
    @Override
    public Optional<Duration> maxWait() {
        return reset.map(
                until -> retryAfter.filter(asked -> asked.compareTo(until) > 0).orElse(until));
    }

    /** Returns the remedy for a match that cannot be declined, with its state if the details have it. */
    private static String decidedRemedy(String path, String details) {
        String state = details(details).get("status") instanceof String text ? text.strip() : "";
        return (state.matches("\\w{1,40}")
                        ? "The match is decided already: it is " + state + ". "
                        : "The match is probably decided already; look at account/matches/" + path.split("/")[2] + ". ")
                + "Only a match that is not decided can be declined.";
    }

    private static Problem failure(String request, int status, String code, String said, String details) {
        boolean isJudged = details != null && (status == 400 || "INSUFFICIENT_SCOPE".equals(code));
        String message = "Jobby.dev answered " + status + (code == null ? "" : " " + code) + " to " + request
                + (said == null || said.isBlank() ? "" : " (" + said.strip().replaceFirst("[.]$", "") + ")")
                + (isJudged ? ": " + shortened(details) : "") + ".";
        String condition = (code == null ? "status-" + status : code.toLowerCase(Locale.ROOT)).replace('_', '-');
        return new Problem(condition, message, remedy(request, status, code == null ? "" : code, details));
    }

    private static String remedy(String request, int status, String code, String details) {
        String[] methodAndPath = request.split(" ", 2);
        boolean isAboutFields = details(details).containsKey("fieldErrors");
        if (DECLINE.matcher(request).matches() && !isAboutFields && (status == 409 || code.equals("VALIDATION"))) {
            return decidedRemedy(methodAndPath[1], details);
        }
        // codes first: they are what the API promises to keep
        return switch (code) {
            case "INVALID_TOKEN" -> "Check jobby.token: it is mistyped or revoked; mint one at account/api-tokens.";
            case "INSUFFICIENT_SCOPE" ->
                JobbyOperation.of(methodAndPath[0], methodAndPath[1]).scopeRemedy(methodAndPath[1]);
            case "PLAN_GATED" -> "The account's plan does not include this; only a person can change that.";
            case "OFF_SESSION_CONSENT_REQUIRED", "ACTION_REQUIRED_NO_URL" ->
                "Only a person can agree to a charge, at Jobby.dev.";
            case "ALREADY_ON_PLAN", "SUBSCRIPTION_NOT_ELIGIBLE" -> "Look at the account's billing at Jobby.dev.";
            case "NOT_FOUND" -> "It is gone, or belongs to another account.";
            case "VALIDATION" -> "The request is not what the API takes.";
            case "RATE_LIMITED" -> "If it lasts, another program may be using the same token.";
            case "DEPENDENCY_UNAVAILABLE" -> "Nothing is lost; it can be tried again later.";
            default ->
                status >= 300 && status < 400
                        ? "The token is never sent along a redirect; set jobby.base-url to where the API is."
                        : status == 401
                                ? "Check jobby.token."
                                : status >= 500 || status == 429 || status == 408
                                        ? "Nothing is lost; it can be tried again later."
                                        : "Check jobby.base-url.";
        };
    }
}
