package dev.jobfeed.sandbox.jobby;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Answers the requests of the API: token, rate limit, scope, idempotency, validation, in this order.
 *
 * <p>Chosen here, because the documentation is silent: lists have 20 rows unless asked, 100 at most; a token in no
 * queue gets 404 for its status; a room exists once its match is accepted; where no token
 * is needed, a request without a known one is served and not counted.
 */
final class JobbyApi {

    private static final Pattern UUID_V4 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    /** Any dotted name: the reference has four groups of events, and we know the types of three. */
    private static final Pattern EVENT_TYPE = Pattern.compile("[a-z_]+(\\.[a-z_]+)+");

    private static final DateTimeFormatter HTTP_DATE = DateTimeFormatter.ofPattern(
                    "EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ENGLISH)
            .withZone(ZoneOffset.UTC);
    private static final int USUAL_ROWS = 20;
    private static final int MOST_ROWS = 100;
    private static final int MOST_DELIVERIES = 50;

    private final JobbyOptions options;
    private final Clock clock;
    private final JobFair fair;
    private final Webhooks webhooks;
    private final RateWindows rates;
    private final IdempotencyStore replays = new IdempotencyStore();
    private final Map<JobbyEndpoint, Instant> sunsets = new ConcurrentHashMap<>();
    private final Map<String, Instant> polls = new HashMap<>();
    private int fastPolls;

    JobbyApi(JobbyOptions options, Clock clock, JobFair fair, Webhooks webhooks) {
        this.options = options;
        this.clock = clock;
        this.fair = fair;
        this.webhooks = webhooks;
        this.rates = new RateWindows(options.rateLimits());
    }

    Map<JobbyEndpoint, Instant> sunsets() {
        return sunsets;
    }

    synchronized int fastPolls() {
        return fastPolls;
    }

    /** Answers a request that came with this Authorization header, nullable, and adds the headers to send. */
    HttpReply answer(JobbyRequest request, String authorization, Map<String, String> headers) {
        return answer(request, authorization, headers, null);
    }

    /** The same, but refuses the request with a code once its token is accepted and it is counted. */
    HttpReply refuse(
            JobbyRequest request, String authorization, Map<String, String> headers, ErrorCode code, String message) {
        return answer(request, authorization, headers, code.refused(message));
    }

    private HttpReply answer(
            JobbyRequest request, String authorization, Map<String, String> headers, ApiError planned) {
        try {
            Instant sunset = sunsets.get(request.endpoint());
            if (sunset != null) {
                headers.put("Deprecation", "true");
                headers.put("Sunset", HTTP_DATE.format(sunset));
            }
            return admitted(request, token(authorization), headers, planned);
        } catch (ApiError refused) {
            return refused.answer();
        }
    }

    private HttpReply admitted(JobbyRequest request, String token, Map<String, String> headers, ApiError planned)
            throws ApiError {
        JobbyEndpoint endpoint = request.endpoint();
        if (endpoint == JobbyEndpoint.OTHER) {
            throw ErrorCode.NOT_FOUND.refused();
        }
        String scope = endpoint.scope();
        if (token == null && scope != null) {
            throw ErrorCode.INVALID_TOKEN.refused();
        }
        if (token != null) {
            RateWindows.Count count = rates.count(token, endpoint, clock.instant());
            count.write(headers);
            if (count.retryAfter() > 0) {
                throw ErrorCode.RATE_LIMITED.refused(
                        "Rate limit exceeded. Retry after " + count.retryAfter() + " seconds.");
            }
        }
        if (planned != null) {
            throw planned;
        }
        // no scope lets a token accept a match: "that tap is always human-driven"
        if (scope != null && !options.tokens().get(token).contains(scope) || endpoint == JobbyEndpoint.MATCH_ACCEPT) {
            throw ErrorCode.INSUFFICIENT_SCOPE.refused();
        }
        String key = request.idempotencyKey();
        if (key == null || !endpoint.mutates()) {
            return perform(request, token, headers);
        }
        String uuid = key.toLowerCase(Locale.ROOT);
        if (!UUID_V4.matcher(uuid).matches()) {
            throw ApiError.invalid("Idempotency-Key", "Expected a UUID v4");
        }
        return replays.once(token, endpoint, uuid, clock.instant(), () -> perform(request, token, headers));
    }

    private HttpReply perform(JobbyRequest request, String token, Map<String, String> headers) throws ApiError {
        return switch (request.endpoint()) {
            case LIVE_EVENTS -> liveEvents(request, headers);
            case PROFILE -> profile(token);
            case QUEUE_JOIN -> join(request, token);
            case QUEUE_STATUS -> status(token);
            case MATCHES -> list(fair.matchesOf(token), limit(request), JobbyApi::row);
            case INTERVIEW_ROOM_URL -> room(request, token);
            case CHARGE_OFF_SESSION -> throw ErrorCode.OFF_SESSION_CONSENT_REQUIRED.refused();
            case WEBHOOK_CREATE -> subscribe(request, token);
            case WEBHOOK_TEST ->
                object(
                        200,
                        HttpReply.fields(
                                "event_id",
                                webhooks.test(webhook(request, token).id()).id()));
            case WEBHOOK_DELIVERIES -> deliveries(webhook(request, token));
            case OPENAPI -> description();
            case MATCH_ACCEPT, OTHER -> throw new IllegalStateException(request.endpoint() + " is never performed");
        };
    }

    private static HttpReply description() {
        try (InputStream in = JobbyApi.class.getResourceAsStream("openapi.json")) {
            return new HttpReply(200, in.readAllBytes(), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private HttpReply liveEvents(JobbyRequest request, Map<String, String> headers) throws ApiError {
        HttpReply answer = list(fair.liveEvents(), limit(request), JobbyApi::row);
        headers.put("Cache-Control", "public, max-age=0, s-maxage=15");
        return answer;
    }

    /** The documentation speaks of an "event slug" to join with and shows no row: it is under both names here. */
    private static Map<String, Object> row(LiveEvent event) {
        return HttpReply.fields(
                "id", event.id(),
                "slug", event.id(),
                "title", event.title(),
                "company", event.company(),
                "status", event.paused() ? "paused" : "live",
                "visibility", "open_invite",
                "started_at", event.startedAt().toString());
    }

    private HttpReply profile(String token) {
        return object(
                200,
                HttpReply.fields(
                        "id",
                        fair.seeker(token),
                        "headline",
                        "Engineer who likes queues",
                        "skills",
                        List.of("java", "sql", "integration"),
                        "location",
                        "Berlin"));
    }

    private HttpReply join(JobbyRequest request, String token) throws ApiError {
        String eventId = Fields.of(request.body()).required("event_id");
        QueuePlace place = fair.join(token, eventId);
        if (place == null) {
            throw ErrorCode.NOT_FOUND.refused("No live event '" + eventId + "'.");
        }
        return object(200, status(place));
    }

    private HttpReply status(String token) throws ApiError {
        notePoll(token);
        QueuePlace place = fair.lastPlaceOf(token);
        if (place == null) {
            throw ErrorCode.NOT_FOUND.refused("You are in no queue.");
        }
        return object(200, status(place));
    }

    /** "rank" and "estimated_wait_seconds" are the names the vendor's SDK reads. */
    private static Map<String, Object> status(QueuePlace place) {
        boolean waits = place.status() == QueueStatus.WAITING;
        Map<String, Object> status = HttpReply.fields(
                "event_id",
                place.eventId(),
                "status",
                place.status().word(),
                "rank",
                waits ? place.rank() : null,
                "estimated_wait_seconds",
                waits ? place.estimatedWaitSeconds() : null);
        if (place.matchId() != null) {
            status.put("match_id", place.matchId());
        }
        return status;
    }

    private synchronized void notePoll(String token) {
        Instant now = clock.instant();
        Instant before = polls.put(token, now);
        if (before != null && Duration.between(before, now).compareTo(options.pollFloor()) < 0) {
            fastPolls++;
        }
    }

    private static Map<String, Object> row(Match match) {
        return HttpReply.fields(
                "id", match.id(),
                "status", match.status().word(),
                "event_id", match.eventId(),
                "seeker_id", match.seekerId(),
                "recruiter_id", match.recruiterId(),
                "role_id", match.roleId(),
                "score", match.score(),
                "matched_at", match.matchedAt().toString());
    }

    private HttpReply room(JobbyRequest request, String token) throws ApiError {
        for (Match match : fair.matchesOf(token)) {
            if (match.id().equals(request.id()) && match.status() == MatchStatus.ACCEPTED) {
                return object(200, HttpReply.fields("room_url", match.roomUrl()));
            }
        }
        throw ErrorCode.NOT_FOUND.refused();
    }

    private HttpReply subscribe(JobbyRequest request, String token) throws ApiError {
        Fields fields = Fields.of(request.body());
        String target = fields.required("target_url");
        if (!Webhooks.isLocal(target)) {
            throw ApiError.invalid("target_url", "The sandbox delivers to http://127.0.0.1 and localhost only");
        }
        List<String> events = fields.texts("events");
        for (String type : events) {
            if (!EVENT_TYPE.matcher(type).matches()) {
                throw ApiError.invalid("events", "Unknown event type '" + type + "'");
            }
        }
        Webhook webhook = webhooks.add(token, target, events, fields.optional("description"), null);
        return object(
                201,
                HttpReply.fields(
                        "id", webhook.id(),
                        "target_url", webhook.targetUrl(),
                        "events", webhook.events(),
                        "description", webhook.description(),
                        "secret", webhook.secret(),
                        "created_at", webhook.createdAt().getEpochSecond()));
    }

    private Webhook webhook(JobbyRequest request, String token) throws ApiError {
        Webhook webhook = webhooks.of(token, request.id());
        if (webhook == null) {
            throw ErrorCode.NOT_FOUND.refused();
        }
        return webhook;
    }

    /** The names of the fields are not documented, what they say is. A forger's deliveries are not in it. */
    private HttpReply deliveries(Webhook webhook) {
        List<Delivery> newestFirst = new ArrayList<>();
        for (Delivery delivery : webhooks.deliveries()) {
            if (delivery.webhookId().equals(webhook.id()) && !delivery.flaw().isForged()) {
                newestFirst.add(0, delivery);
            }
        }
        return list(newestFirst, MOST_DELIVERIES, JobbyApi::row);
    }

    private static Map<String, Object> row(Delivery delivery) {
        return HttpReply.fields(
                "id", delivery.id(),
                "event_id", delivery.eventId(),
                "event_type", delivery.eventType(),
                "attempt", delivery.attempt(),
                "attempted_at", delivery.attemptedAt().toString(),
                "status_code", delivery.statusCode(),
                "response_body", delivery.responseBody(),
                "next_retry_at",
                        delivery.nextRetryAt() == null
                                ? null
                                : delivery.nextRetryAt().toString(),
                "state", delivery.state().word());
    }

    /** How a thing is shown in a list. */
    private interface Row<T> {
        Map<String, Object> of(T thing);
    }

    private static <T> HttpReply list(List<T> things, int limit, Row<T> row) {
        List<Map<String, Object>> rows =
                things.stream().limit(limit).map(row::of).toList();
        return HttpReply.json(200, Map.of("data", rows), rows.size());
    }

    private HttpReply object(int status, Map<String, Object> object) {
        return HttpReply.json(status, options.dataEnvelope() ? Map.of("data", object) : object, 0);
    }

    private static int limit(JobbyRequest request) throws ApiError {
        for (String pair : request.query().split("&")) {
            if (pair.startsWith("limit=")) {
                String value = pair.substring("limit=".length());
                int limit = value.matches("[0-9]{1,4}") ? Integer.parseInt(value) : 0;
                if (limit < 1 || limit > MOST_ROWS) {
                    throw ApiError.invalid("limit", "Expected a number from 1 to " + MOST_ROWS);
                }
                return limit;
            }
        }
        return USUAL_ROWS;
    }

    /** The token, when it is one of ours; null otherwise. */
    private String token(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return null;
        }
        String token = authorization.substring(7).strip();
        return options.tokens().containsKey(token) ? token : null;
    }
}
