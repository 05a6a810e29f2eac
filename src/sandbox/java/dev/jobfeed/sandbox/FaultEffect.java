package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Json;
import dev.jobfeed.sandbox.http.Times;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.stream.Collectors;

/** What a fault does to a request. */
@FunctionalInterface
interface FaultEffect {

    String JSON = "application/json";
    String PROBLEM = "application/problem+json";
    String HTML = "text/html; charset=utf-8";

    Interceptor.Verdict on(ApiRequest<?> request);

    /**
     * Reads what goes with a fault.
     *
     * @param rowNumbers numbers the bad rows of a script
     */
    static FaultEffect of(Fault fault, RuleFields fields, InstantSource clock, LongSupplier rowNumbers) {
        return switch (fault) {
            case REDIRECT -> always(301, Map.of("Location", fields.headerValue("location", "/redirected")), "");
            case BAD_REQUEST -> always(ApiError.badRequest("Parameter 'batch_size' must be between 1 and 1000."));
            case INVALID_CURSOR -> always(ApiError.invalidCursor());
            case UNAUTHORIZED -> always(ApiError.unauthorized());
            case INSUFFICIENT_CREDITS, INSUFFICIENT_CREDITS_LIVE, INSUFFICIENT_CREDITS_PROBLEM ->
                insufficientCredits(fault, fields);
            case FORBIDDEN ->
                always(ApiError.of(403, "Forbidden", "Your subscription does not include access to the Feed API."));
            case NOT_FOUND -> request -> answer(ApiError.notFound("Nothing is at '" + request.path() + "'."), JSON);
            case REQUEST_TIMEOUT -> always(ApiError.of(408, "Request Timeout", "The request took too long to arrive."));
            case CURSOR_RESTART -> FaultEffect::cursorRestart;
            case RATE_LIMITED, RATE_LIMITED_BODY, RATE_LIMITED_BODY_SECONDS, RATE_LIMITED_BARE ->
                rateLimited(fault, fields);
            case RATE_LIMITED_DATE -> rateLimitedUntil(seconds(fields, 60), clock);
            case SERVER_ERROR -> serverError();
            case BAD_GATEWAY ->
                always(
                        502,
                        Map.of("Content-Type", HTML),
                        "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>");
            case UNAVAILABLE -> unavailable(ApiError.retryAfter(seconds(fields, 5)));
            case UNAVAILABLE_BARE -> unavailable(Map.of());
            case JOBBY_ERROR -> jobbyError(fields);
            case ANSWER -> freeForm(fields);
            case HTML ->
                always(
                        200,
                        Map.of("Content-Type", HTML),
                        "<!DOCTYPE html><html><body>Please sign in to this network.</body></html>");
            case EMPTY -> always(200, Map.of("Content-Type", JSON), "");
            case ARRAY -> always(200, Map.of("Content-Type", JSON), "[]");
            case NO_HAS_MORE -> always(PageChange.of(page -> page.remove("has_more")));
            case TEXT_HAS_MORE ->
                always(PageChange.of(
                        page -> page.put("has_more", page.get("has_more").asText())));
            case REPEATED_CURSOR -> FaultEffect::repeatedCursor;
            case NO_CURSOR -> noCursor(fields.take("cursor"));
            case CURSOR_CYCLE, REPEATED_PAGES -> cycle(fault, fields);
            case EMPTY_PAGE -> emptyPages();
            case PLAIN_IDS -> request -> PageChange.of(page -> plainIds(page, PageFields.of(request.endpoint())));
            case OBJECT_IDS -> always(PageChange.of(FaultEffect::objectIds));
            case ROW_NO_ID,
                    ROW_BAD_ID,
                    ROW_BAD_TITLE,
                    ROW_BAD_CREATED_AT,
                    ROW_BAD_TEXT,
                    ROW_HUGE,
                    ROW_UNKNOWN_FIELD,
                    ROW_NAN,
                    ROW_CONTROL,
                    ROW_BAD_BYTES -> badRows(fault, fields, rowNumbers);
            case TRUNCATED -> always(Interceptor.truncate((int) fields.whole("keep_bytes", 10_000, 0, 1_000_000_000)));
            case DROPPED -> always(Interceptor.drop());
            case LOST -> always(new Interceptor.Lose());
            // those that strike deliveries only have no request to do anything to
            case DELAY, WRONG_SIGNATURE, OLD_TIMESTAMP, REPEATED -> always(Interceptor.pass());
        };
    }

    private static FaultEffect always(Interceptor.Verdict verdict) {
        return request -> verdict;
    }

    private static FaultEffect always(int status, Map<String, String> headers, String body) {
        return always(Interceptor.answer(status, headers, body));
    }

    private static FaultEffect always(ApiError error) {
        return always(answer(error, JSON));
    }

    /** Answers for Jobo; for Jobby.dev, refuses in its envelope once the request is counted. */
    private static FaultEffect byApi(ApiError jobo, ApiError jobby) {
        Interceptor.Verdict answer = answer(jobo, JSON);
        Interceptor.Verdict refuse = new Interceptor.Refuse(jobby);
        return request -> request.endpoint() instanceof Endpoint ? answer : refuse;
    }

    private static Interceptor.Verdict answer(ApiError error, String contentType) {
        HttpReply reply = error.reply().with(Map.of("Content-Type", contentType));
        return Interceptor.answer(reply.status(), reply.headers(), new String(reply.body(), StandardCharsets.UTF_8));
    }

    private static long seconds(RuleFields fields, long missing) {
        return fields.whole("seconds", missing, 0, 86_400);
    }

    private static FaultEffect insufficientCredits(Fault fault, RuleFields fields) {
        BigDecimal required = fields.credits("credits_required", "3000");
        BigDecimal balance = fields.credits("credits_balance", "1890");
        ApiError live = ApiError.insufficientCredits(required, balance);
        if (fault == Fault.INSUFFICIENT_CREDITS_LIVE) {
            return always(live);
        }
        boolean documented = fault == Fault.INSUFFICIENT_CREDITS;
        Map<String, Object> body = documented
                ? Json.object("status", 402, "error", "Insufficient credits")
                : Json.object(
                        "type",
                        "https://tools.ietf.org/html/rfc9110#section-15.5.3",
                        "title",
                        "Insufficient credits",
                        "status",
                        402,
                        "detail",
                        "This request needs " + ApiError.plain(required) + " credits.");
        body.put("credits_required", required.stripTrailingZeros());
        body.put("credits_balance", balance.stripTrailingZeros());
        ApiError error = ApiError.json(402, body).with(live.reply().headers());
        return always(answer(error, documented ? JSON : PROBLEM));
    }

    /** Refuses with the request to start again with: the one that came, from the beginning and in the stable order. */
    private static Interceptor.Verdict cursorRestart(ApiRequest<?> request) {
        ObjectNode replacement = Json.MAPPER.createObjectNode();
        try {
            replacement = Fields.ofBody(request.body()).values().deepCopy();
            replacement.remove("cursor");
            replacement.remove("stable_scan");
        } catch (ApiError unreadable) {
            // then it starts again with nothing
        }
        Map<String, Object> body = Json.object(
                "code", "feed_cursor_restart_required",
                "detail", "This scan cannot go deeper. Start again without a cursor.",
                "replacement_request", replacement);
        return answer(ApiError.json(409, body), PROBLEM);
    }

    /** Refuses for the rate; Jobby.dev names the wait in the sentence too, as its documentation does. */
    private static FaultEffect rateLimited(Fault fault, RuleFields fields) {
        if (fault == Fault.RATE_LIMITED_BARE) {
            return byApi(tooManyRequests(), ErrorCode.RATE_LIMITED.error());
        }
        long seconds = seconds(fields, 60);
        ApiError jobby = ErrorCode.RATE_LIMITED.error("Rate limit exceeded. Retry after " + seconds + " seconds.");
        return switch (fault) {
            case RATE_LIMITED -> byApi(ApiError.rateLimited(seconds), jobby.with(ApiError.retryAfter(seconds)));
            case RATE_LIMITED_BODY -> byApi(tooManyRequests("retry_after", seconds), jobby);
            default ->
                always(ApiError.json(429, Json.object("error", "Rate limit exceeded", "retry_after_seconds", seconds)));
        };
    }

    private static ApiError tooManyRequests(Object... wait) {
        Map<String, Object> body =
                Json.object("status", 429, "error", "Too Many Requests", "message", "Rate limit exceeded.");
        body.putAll(Json.object(wait));
        return ApiError.json(429, body);
    }

    private static FaultEffect rateLimitedUntil(long seconds, InstantSource clock) {
        return request -> {
            String end = Times.httpDate(clock.instant().plusSeconds(seconds));
            return answer(tooManyRequests().with(Map.of("Retry-After", end)), JSON);
        };
    }

    /** Answers before the request is counted; the code of Jobby.dev's 500 is not documented. */
    private static FaultEffect serverError() {
        Interceptor.Verdict jobo = answer(
                ApiError.of(500, "Internal Server Error", "An unexpected error occurred. Please retry your request."),
                JSON);
        Interceptor.Verdict jobby = answer(
                ApiError.json(500, Json.object("error", "An unexpected error occurred.", "code", "INTERNAL")), JSON);
        return request -> request.endpoint() instanceof Endpoint ? jobo : jobby;
    }

    private static FaultEffect unavailable(Map<String, String> headers) {
        ApiError jobo = ApiError.of(
                503,
                "Service Unavailable",
                "The service is temporarily unavailable for maintenance. Please try again in a few minutes.");
        return byApi(
                jobo.with(headers), ErrorCode.DEPENDENCY_UNAVAILABLE.error().with(headers));
    }

    /** Refuses with the code that a rule names, and with a Retry-After when it names seconds. */
    private static FaultEffect jobbyError(RuleFields fields) {
        JsonNode value = fields.take("code");
        String names = Arrays.stream(ErrorCode.values()).map(ErrorCode::name).collect(Collectors.joining(", "));
        ErrorCode named = Arrays.stream(ErrorCode.values())
                .filter(code -> value != null && code.name().equals(value.textValue()))
                .findFirst()
                .orElseThrow(() -> fields.unusable("code", "one of " + names));
        Map<String, String> headers = fields.has("seconds") ? ApiError.retryAfter(seconds(fields, 0)) : Map.of();
        return always(new Interceptor.Refuse(named.error().with(headers)));
    }

    private static FaultEffect freeForm(RuleFields fields) {
        int status = (int) fields.whole("status", 200, 200, 599);
        Map<String, String> headers = fields.headers();
        JsonNode body = fields.take("body");
        if (body == null) {
            return always(status, headers, "");
        }
        if (status == 204 || status == 304) {
            throw fields.problem("body", "cannot go with status " + status);
        }
        if (body.isTextual()) {
            return always(status, headers, body.textValue());
        }
        if (headers.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
            headers.put("Content-Type", JSON);
        }
        return always(status, headers, body.toString());
    }

    private static Interceptor.Verdict repeatedCursor(ApiRequest<?> request) {
        String sent = PageFields.cursorSent(request);
        return PageChange.promisingMore(page -> page.put("next_cursor", sent));
    }

    private static FaultEffect noCursor(JsonNode cursor) {
        return always(PageChange.promisingMore(page -> page.set("next_cursor", cursor)));
    }

    private static FaultEffect cycle(Fault fault, RuleFields fields) {
        CursorCycle cycle =
                new CursorCycle((int) fields.whole("length", 2, 1, 1_000_000), fault == Fault.REPEATED_PAGES);
        return request -> cycle.on(PageFields.cursorSent(request));
    }

    private static FaultEffect emptyPages() {
        AtomicLong number = new AtomicLong();
        return request -> {
            String next = Cursor.again(PageFields.cursorSent(request), number.incrementAndGet());
            String rows = PageFields.of(request.endpoint()).rows();
            byte[] page = Json.bytes(Json.object(rows, List.of(), "next_cursor", next, "has_more", true));
            return Interceptor.answer(
                    200, Map.of("Content-Type", JSON, "X-Has-More", "true"), new String(page, StandardCharsets.UTF_8));
        };
    }

    private static void plainIds(ObjectNode page, PageFields names) {
        ArrayNode rows = (ArrayNode) page.get(names.rows());
        for (int i = 0; i < rows.size(); i++) {
            if (rows.get(i) instanceof ObjectNode row) {
                row.put("id", row.path("id").asText().replace("-", ""));
            } else {
                rows.set(i, TextNode.valueOf(rows.get(i).asText().replace("-", "")));
            }
        }
    }

    private static void objectIds(ObjectNode page) {
        ArrayNode ids = (ArrayNode) page.get("job_ids");
        for (int i = 0; i < ids.size(); i++) {
            ids.set(i, ids.objectNode().set("id", ids.get(i)));
        }
    }

    private static FaultEffect badRows(Fault fault, RuleFields fields, LongSupplier numbers) {
        int rows = (int) fields.whole("rows", 1, 1, fault == Fault.ROW_HUGE ? 20 : 1000);
        return request -> {
            PageFields names = PageFields.of(request.endpoint());
            return PageChange.of(
                    page -> InvalidRowInjector.addTo(page, names, fault, rows, numbers),
                    InvalidRowInjector::withBadBytes);
        };
    }
}
