package dev.jobfeed.sandbox.jobby;

import java.util.List;
import java.util.Map;

/** A request that is answered with the error envelope. */
final class ApiError extends Exception {

    private static final long serialVersionUID = 1L;

    private final ErrorCode code;
    private final transient Map<String, Object> details;

    /** Details are null where a code has none. */
    ApiError(ErrorCode code, String message, Map<String, Object> details) {
        super(message, null, false, false);
        this.code = code;
        this.details = details;
    }

    /** A value that is wrong, with the report "flattened zod-style" that the documentation promises. */
    static ApiError invalid(String field, String problem) {
        return new ApiError(
                ErrorCode.VALIDATION,
                "Invalid request: " + field + ": " + problem,
                HttpReply.fields("formErrors", List.of(), "fieldErrors", Map.of(field, List.of(problem))));
    }

    HttpReply answer() {
        Map<String, Object> envelope = HttpReply.fields("error", getMessage(), "code", code.name());
        if (details != null) {
            envelope.put("details", details);
        }
        return HttpReply.json(code.status(), envelope, 0);
    }
}
