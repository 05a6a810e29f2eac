package dev.jobfeed.sandbox.http;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** A request that is answered with an error; the factories here make those of Jobo. */
public final class ApiError extends Exception {

    private static final long serialVersionUID = 1L;
    private static final BigDecimal CREDITS_PER_DOLLAR = BigDecimal.valueOf(1000);

    private final transient HttpReply reply;

    public ApiError(HttpReply reply) {
        super(null, null, false, false);
        this.reply = reply;
    }

    public static ApiError badRequest(String message) {
        return of(400, "Bad Request", message);
    }

    /** Refuses a field, or the whole body where the field is null. */
    public static ApiError invalid(String field, String problem) {
        return badRequest((field == null ? "The request body " : "Parameter '" + field + "' ") + problem + ".");
    }

    public static ApiError unauthorized() {
        return of(401, "Unauthorized", "Missing or invalid API key. Include 'X-Api-Key' header.");
    }

    public static ApiError notFound(String message) {
        return of(404, "Not Found", message);
    }

    public static ApiError invalidCursor() {
        return badRequest("Invalid cursor");
    }

    public static ApiError of(int status, String error, String message) {
        return json(status, Json.object("status", status, "error", error, "message", message));
    }

    public static ApiError json(int status, Map<String, Object> body) {
        return new ApiError(HttpReply.json(status, body));
    }

    public ApiError with(Map<String, String> headers) {
        return new ApiError(reply.with(headers));
    }

    /** Refuses in the shape that was seen on the live API. */
    public static ApiError insufficientCredits(BigDecimal required, BigDecimal balance) {
        String detail = "This request needs " + plain(required) + " credits ($" + plain(dollars(required))
                + "). Your wallet balance is " + plain(balance) + " credits ($" + plain(dollars(balance))
                + "). Top up your wallet to continue.";
        Map<String, Object> body = Json.object(
                "error", "Insufficient credits",
                "detail", detail,
                "credits_required", required.stripTrailingZeros(),
                "credits_balance", balance.stripTrailingZeros(),
                "cost_per_request_usd", dollars(required).stripTrailingZeros());
        return json(402, body).with(Map.of("X-Credits-Required", plain(required), "X-Credits-Balance", plain(balance)));
    }

    /** Refuses with the wait in seconds in header and body, as documented. */
    public static ApiError rateLimited(long seconds) {
        Map<String, Object> body = Json.object(
                "status",
                429,
                "error",
                "Too Many Requests",
                "message",
                "Rate limit exceeded. Try again in " + seconds + " seconds.",
                "retry_after",
                seconds);
        return json(429, body).with(retryAfter(seconds));
    }

    public static Map<String, String> retryAfter(long seconds) {
        return Map.of("Retry-After", Long.toString(seconds));
    }

    public static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static BigDecimal dollars(BigDecimal credits) {
        return credits.divide(CREDITS_PER_DOLLAR, 6, RoundingMode.HALF_UP);
    }

    public HttpReply reply() {
        return reply;
    }
}
