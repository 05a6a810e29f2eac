package dev.jobfeed.sandbox;

import java.math.BigDecimal;
import java.math.RoundingMode;
import java.util.Map;

/** A request that is answered with an error. */
final class ApiError extends Exception {

    private static final long serialVersionUID = 1L;
    private static final BigDecimal CREDITS_PER_DOLLAR = BigDecimal.valueOf(1000);

    private final transient HttpReply reply;

    ApiError(HttpReply reply) {
        super(null, null, false, false);
        this.reply = reply;
    }

    static ApiError badRequest(String message) {
        return of(400, "Bad Request", message);
    }

    static ApiError unauthorized() {
        return of(401, "Unauthorized", "Missing or invalid API key. Include 'X-Api-Key' header.");
    }

    static ApiError invalidCursor() {
        return badRequest("Invalid cursor");
    }

    static ApiError of(int status, String error, String message) {
        return new ApiError(HttpReply.json(
                status, Map.of(), HttpReply.fields("status", status, "error", error, "message", message)));
    }

    /** In the shape that was seen on the live API. */
    static ApiError insufficientCredits(BigDecimal required, BigDecimal balance) {
        String detail = "This request needs " + plain(required) + " credits ($" + plain(dollars(required))
                + "). Your wallet balance is " + plain(balance) + " credits ($" + plain(dollars(balance))
                + "). Top up your wallet to continue.";
        return new ApiError(HttpReply.json(
                402,
                creditHeaders(required, balance),
                HttpReply.fields(
                        "error", "Insufficient credits",
                        "detail", detail,
                        "credits_required", required.stripTrailingZeros(),
                        "credits_balance", balance.stripTrailingZeros(),
                        "cost_per_request_usd", dollars(required).stripTrailingZeros())));
    }

    static Map<String, String> creditHeaders(BigDecimal required, BigDecimal balance) {
        return Map.of("X-Credits-Required", plain(required), "X-Credits-Balance", plain(balance));
    }

    /** With the wait in seconds in header and body, as documented. */
    static ApiError rateLimited(long seconds) {
        return new ApiError(HttpReply.json(
                429,
                Map.of("Retry-After", Long.toString(seconds)),
                HttpReply.fields(
                        "status",
                        429,
                        "error",
                        "Too Many Requests",
                        "message",
                        "Rate limit exceeded. Try again in " + seconds + " seconds.",
                        "retry_after",
                        seconds)));
    }

    static String plain(BigDecimal number) {
        return number.stripTrailingZeros().toPlainString();
    }

    private static BigDecimal dollars(BigDecimal credits) {
        return credits.divide(CREDITS_PER_DOLLAR, 6, RoundingMode.HALF_UP);
    }

    HttpReply reply() {
        return reply;
    }
}
