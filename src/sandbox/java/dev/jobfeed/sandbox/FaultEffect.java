package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;

/** What a fault does to a request. */
@FunctionalInterface
interface FaultEffect {

    /** RFC 9110, section 5.6.7: the day has two digits, which the JDK's own RFC 1123 format does not keep to. */
    DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.US)
            .withZone(ZoneOffset.UTC);

    String JSON = "application/json";
    String PROBLEM = "application/problem+json";
    String HTML = "text/html; charset=utf-8";

    Interceptor.Verdict on(TargetedRequest request);

    /**
     * Reads what goes with a fault.
     *
     * @param rowNumbers numbers the bad rows of a script
     */
    static FaultEffect of(Fault fault, RuleFields fields, Clock clock, LongSupplier rowNumbers) {
        return switch (fault) {
            case REDIRECT ->
                always(Interceptor.answer(301, Map.of("Location", fields.headerValue("location", "/redirected")), ""));
            case BAD_REQUEST -> always(ApiError.badRequest("Parameter 'batch_size' must be between 1 and 1000."));
            case INVALID_CURSOR -> always(ApiError.invalidCursor());
            case UNAUTHORIZED -> always(ApiError.unauthorized());
            case INSUFFICIENT_CREDITS, INSUFFICIENT_CREDITS_LIVE, INSUFFICIENT_CREDITS_PROBLEM ->
                always(insufficientCredits(fault, fields));
            case FORBIDDEN ->
                always(ApiError.of(403, "Forbidden", "Your subscription does not include access to the Feed API."));
            case NOT_FOUND ->
                request -> answer(
                        ApiError.of(404, "Not Found", "Nothing is at '" + request.path() + "'.")
                                .reply(),
                        JSON);
            case REQUEST_TIMEOUT -> always(ApiError.of(408, "Request Timeout", "The request took too long to arrive."));
            case CURSOR_RESTART -> FaultEffect::cursorRestart;
            case RATE_LIMITED ->
                byApi(always(ApiError.rateLimited(seconds(fields, 60))), JobbyEffects.rateLimited(fault, fields));
            case RATE_LIMITED_DATE -> rateLimitedUntil(seconds(fields, 60), clock);
            case RATE_LIMITED_BODY, RATE_LIMITED_BARE ->
                byApi(always(rateLimited(fault, fields)), JobbyEffects.rateLimited(fault, fields));
            case RATE_LIMITED_BODY_SECONDS -> always(rateLimited(fault, fields));
            case SERVER_ERROR ->
                byApi(
                        always(ApiError.of(
                                500,
                                "Internal Server Error",
                                "An unexpected error occurred. Please retry your request.")),
                        JobbyEffects.serverError());
            case BAD_GATEWAY ->
                always(Interceptor.answer(
                        502,
                        Map.of("Content-Type", HTML),
                        "<html><head><title>502 Bad Gateway</title></head><body>502 Bad Gateway</body></html>"));
            case UNAVAILABLE -> unavailable(JobbyEffects.retryAfter(seconds(fields, 5)));
            case UNAVAILABLE_BARE -> unavailable(Map.of());
            case JOBBY_ERROR -> JobbyEffects.error(fields);
            case ANSWER -> always(freeForm(fields));
            case HTML ->
                always(Interceptor.answer(
                        200,
                        Map.of("Content-Type", HTML),
                        "<!DOCTYPE html><html><body>Please sign in to this network.</body></html>"));
            case EMPTY -> always(Interceptor.answer(200, Map.of("Content-Type", JSON), ""));
            case ARRAY -> always(Interceptor.answer(200, Map.of("Content-Type", JSON), "[]"));
            case NO_HAS_MORE, TEXT_HAS_MORE, REPEATED_CURSOR -> request -> paging(fault, request);
            case NO_CURSOR -> noCursor(fields);
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
            case LOST -> always(Interceptor.lose());
            // those that strike deliveries only have no request to do anything to
            case DELAY, WRONG_SIGNATURE, OLD_TIMESTAMP, REPEATED -> always(Interceptor.pass());
        };
    }

    private static FaultEffect byApi(FaultEffect jobo, FaultEffect jobby) {
        return request -> (request.endpoint() instanceof Endpoint ? jobo : jobby).on(request);
    }

    private static FaultEffect always(Interceptor.Verdict verdict) {
        return request -> verdict;
    }

    private static FaultEffect always(ApiError refusal) {
        return always(answer(refusal.reply(), JSON));
    }

    private static Interceptor.Verdict answer(HttpReply reply, String contentType) {
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        headers.put("Content-Type", contentType);
        return Interceptor.answer(reply.status(), headers, new String(reply.body(), StandardCharsets.UTF_8));
    }

    private static long seconds(RuleFields fields, long missing) {
        return fields.whole("seconds", missing, 0, 86_400);
    }

    private static Interceptor.Verdict insufficientCredits(Fault fault, RuleFields fields) {
        BigDecimal required = fields.credits("credits_required", "3000");
        BigDecimal balance = fields.credits("credits_balance", "1890");
        HttpReply live = ApiError.insufficientCredits(required, balance).reply();
        if (fault == Fault.INSUFFICIENT_CREDITS_LIVE) {
            return answer(live, JSON);
        }
        Map<String, Object> body = fault == Fault.INSUFFICIENT_CREDITS
                ? HttpReply.fields("status", 402, "error", "Insufficient credits")
                : HttpReply.fields(
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
        return answer(HttpReply.json(402, live.headers(), body), fault == Fault.INSUFFICIENT_CREDITS ? JSON : PROBLEM);
    }

    /** The request to start again with is the one that came, from the beginning and in the stable order. */
    private static Interceptor.Verdict cursorRestart(TargetedRequest request) {
        ObjectNode replacement = HttpReply.MAPPER.createObjectNode();
        try {
            replacement = Fields.ofBody(request.body()).values().deepCopy();
            replacement.remove("cursor");
            replacement.remove("stable_scan");
        } catch (ApiError unreadable) {
            // then it starts again with nothing
        }
        Map<String, Object> body = HttpReply.fields(
                "code",
                "feed_cursor_restart_required",
                "detail",
                "This scan cannot go deeper. Start again without a cursor.",
                "replacement_request",
                replacement);
        return answer(HttpReply.json(409, Map.of(), body), PROBLEM);
    }

    private static FaultEffect rateLimitedUntil(long seconds, Clock clock) {
        byte[] body = ApiError.of(429, "Too Many Requests", "Rate limit exceeded.")
                .reply()
                .body();
        return request -> {
            String end = HTTP_DATE.format(clock.instant().plusSeconds(seconds));
            return answer(new HttpReply(429, Map.of("Retry-After", end), body, 0), JSON);
        };
    }

    private static Interceptor.Verdict rateLimited(Fault fault, RuleFields fields) {
        Map<String, Object> body =
                switch (fault) {
                    case RATE_LIMITED_BODY ->
                        HttpReply.fields(
                                "status",
                                429,
                                "error",
                                "Too Many Requests",
                                "message",
                                "Rate limit exceeded.",
                                "retry_after",
                                seconds(fields, 60));
                    case RATE_LIMITED_BODY_SECONDS ->
                        HttpReply.fields("error", "Rate limit exceeded", "retry_after_seconds", seconds(fields, 60));
                    default ->
                        HttpReply.fields(
                                "status", 429, "error", "Too Many Requests", "message", "Rate limit exceeded.");
                };
        return answer(HttpReply.json(429, Map.of(), body), JSON);
    }

    private static FaultEffect unavailable(Map<String, String> headers) {
        HttpReply reply = ApiError.of(
                        503,
                        "Service Unavailable",
                        "The service is temporarily unavailable for maintenance. Please try again in a few minutes.")
                .reply();
        return byApi(
                always(answer(new HttpReply(503, headers, reply.body(), 0), JSON)), JobbyEffects.unavailable(headers));
    }

    private static Interceptor.Verdict freeForm(RuleFields fields) {
        int status = (int) fields.whole("status", 200, 200, 599);
        Map<String, String> headers = fields.headers();
        JsonNode body = fields.take("body");
        if (body == null) {
            return Interceptor.answer(status, headers, "");
        }
        if (status == 204 || status == 304) {
            throw fields.problem("body", "cannot go with status " + status);
        }
        if (body.isTextual()) {
            return Interceptor.answer(status, headers, body.textValue());
        }
        if (headers.keySet().stream().noneMatch("Content-Type"::equalsIgnoreCase)) {
            headers.put("Content-Type", JSON);
        }
        return Interceptor.answer(status, headers, body.toString());
    }

    private static Interceptor.Verdict paging(Fault fault, TargetedRequest request) {
        return switch (fault) {
            case NO_HAS_MORE -> PageChange.of(page -> page.remove("has_more"));
            case TEXT_HAS_MORE ->
                PageChange.of(page -> page.put("has_more", page.get("has_more").asText()));
            default -> {
                String sent = PageFields.cursorSent(request);
                yield PageChange.promisingMore(page -> page.put("next_cursor", sent));
            }
        };
    }

    private static FaultEffect noCursor(RuleFields fields) {
        JsonNode cursor = fields.take("cursor");
        return always(PageChange.promisingMore(page -> page.set("next_cursor", cursor)));
    }

    private static FaultEffect cycle(Fault fault, RuleFields fields) {
        CursorCycle cycle =
                new CursorCycle((int) fields.whole("length", 2, 1, 1_000_000), fault == Fault.REPEATED_PAGES);
        return request -> cycle.on(PageFields.cursorSent(request));
    }

    private static FaultEffect emptyPages() {
        AtomicLong number = new AtomicLong();
        return request -> answer(
                HttpReply.json(
                        200,
                        Map.of("X-Has-More", "true"),
                        HttpReply.fields(
                                PageFields.of(request.endpoint()).rows(),
                                List.of(),
                                "next_cursor",
                                Cursor.again(PageFields.cursorSent(request), number.incrementAndGet()),
                                "has_more",
                                true)),
                JSON);
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
