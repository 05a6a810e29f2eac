package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Map;
import java.util.stream.Collectors;

/** What faults do to a request to Jobby.dev where that differs from what they do to one to Jobo: its error envelope. */
final class JobbyEffects {

    private JobbyEffects() {}

    /** The code that a rule names, with a Retry-After when it names seconds. */
    static FaultEffect error(RuleFields fields) {
        ErrorCode code = code(fields);
        Map<String, String> headers =
                fields.has("seconds") ? retryAfter(fields.whole("seconds", 0, 0, 86_400)) : Map.of();
        return refusal(code, code.message(), headers);
    }

    /** The sentence of the documentation, which names the wait too. */
    static FaultEffect rateLimited(Fault fault, RuleFields fields) {
        if (fault == Fault.RATE_LIMITED_BARE) {
            return refusal(ErrorCode.RATE_LIMITED, ErrorCode.RATE_LIMITED.message(), Map.of());
        }
        long seconds = fields.whole("seconds", 60, 0, 86_400);
        return refusal(
                ErrorCode.RATE_LIMITED,
                "Rate limit exceeded. Retry after " + seconds + " seconds.",
                fault == Fault.RATE_LIMITED ? retryAfter(seconds) : Map.of());
    }

    /** The envelope that every error has; the code of a 500 is not documented. */
    static FaultEffect serverError() {
        Map<String, Object> body = HttpReply.fields("error", "An unexpected error occurred.", "code", "INTERNAL");
        byte[] json = HttpReply.json(500, Map.of(), body).body();
        return request -> Interceptor.answer(
                500, Map.of("Content-Type", FaultEffect.JSON), new String(json, StandardCharsets.UTF_8));
    }

    static FaultEffect unavailable(Map<String, String> headers) {
        return refusal(ErrorCode.DEPENDENCY_UNAVAILABLE, ErrorCode.DEPENDENCY_UNAVAILABLE.message(), headers);
    }

    static Map<String, String> retryAfter(long seconds) {
        return Map.of("Retry-After", Long.toString(seconds));
    }

    private static FaultEffect refusal(ErrorCode code, String message, Map<String, String> headers) {
        Interceptor.Verdict verdict = new Interceptor.JobbyError(code, message, headers);
        return request -> verdict;
    }

    private static ErrorCode code(RuleFields fields) {
        JsonNode value = fields.take("code");
        return Arrays.stream(ErrorCode.values())
                .filter(code -> value != null && code.name().equals(value.textValue()))
                .findFirst()
                .orElseThrow(() -> fields.unusable(
                        "code",
                        "one of "
                                + Arrays.stream(ErrorCode.values())
                                        .map(ErrorCode::name)
                                        .collect(Collectors.joining(", "))));
    }
}
