package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.Api;
import dev.jobfeed.sandbox.ApiError;
import dev.jobfeed.sandbox.Fields;
import dev.jobfeed.sandbox.HttpReply;
import dev.jobfeed.sandbox.Interceptor;
import dev.jobfeed.sandbox.Json;
import dev.jobfeed.sandbox.RateWindow;
import dev.jobfeed.sandbox.ReceivedRequest;
import dev.jobfeed.sandbox.Times;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Answers requests to Jobby.dev: token, rate limit, scope, idempotency, validation, in this order.
 *
 * <p>Chosen here, because the documentation is silent: lists have 20 rows unless asked, 100 at most; a token in no
 * queue gets 404 for its status; a room exists once its match is accepted; where no token
 * is needed, a request without a known one is served and not counted.
 */
final class JobbyApi implements Api<JobbyRequest> {

    private static final Pattern UUID_V4 =
            Pattern.compile("[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}");
    /** Any dotted name: the reference has four groups of events, and we know the types of three. */
    private static final Pattern EVENT_TYPE = Pattern.compile("[a-z_]+(\\.[a-z_]+)+");

    private static final int USUAL_ROWS = 20;
    private static final int MOST_ROWS = 100;
    private static final int MOST_DELIVERIES = 50;
    private static final int MOST_REQUESTS = 10_000;

    private record RateKey(String token, JobbyEndpoint endpoint) {}

    private final JobbyOptions options;
    private final InstantSource clock;
    private final JobFair fair;
    private final Webhooks webhooks;
    private final Deque<JobbyRequest> requests = new ArrayDeque<>();
    private final Map<JobbyEndpoint, Long> sequences = new EnumMap<>(JobbyEndpoint.class);
    private final Map<RateKey, RateWindow> rates = new ConcurrentHashMap<>();
    private final IdempotencyStore replies = new IdempotencyStore();
    private final Map<JobbyEndpoint, Instant> sunsets = new ConcurrentHashMap<>();
    private final Map<String, Instant> polls = new HashMap<>();
    private int fastPolls;
    private volatile JobbyInterceptor interceptor;

    JobbyApi(JobbyOptions options, InstantSource clock, JobFair fair, Webhooks webhooks) {
        this.options = options;
        this.clock = clock;
        this.fair = fair;
        this.webhooks = webhooks;
    }

    void intercept(JobbyInterceptor next) {
        interceptor = next;
    }

    List<JobbyRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    void deprecate(JobbyEndpoint endpoint, Instant sunset) {
        sunsets.compute(endpoint, (key, old) -> sunset);
    }

    synchronized int fastPolls() {
        return fastPolls;
    }

    @Override
    public JobbyRequest receive(ReceivedRequest request) {
        String path = request.path().substring(Jobby.PATH.length());
        JobbyEndpoint endpoint = JobbyEndpoint.at(request.method(), path);
        Map<String, String> headers = new HashMap<>(request.headers());
        headers.remove("authorization");
        synchronized (requests) {
            JobbyRequest received = new JobbyRequest(
                    sequences.merge(endpoint, 1L, Long::sum),
                    endpoint,
                    request.method(),
                    path,
                    request.query(),
                    request.body(),
                    headers);
            requests.addLast(received);
            if (requests.size() > MOST_REQUESTS) {
                requests.removeFirst();
            }
            return received;
        }
    }

    @Override
    public Interceptor.Verdict decide(JobbyRequest request) throws IOException, InterruptedException {
        JobbyInterceptor current = interceptor;
        return current == null ? Interceptor.pass() : current.decide(request);
    }

    @Override
    public HttpReply answer(JobbyRequest request, ReceivedRequest received, ApiError error) {
        Map<String, String> headers = new LinkedHashMap<>();
        Instant sunset = sunsets.get(request.endpoint());
        if (sunset != null) {
            headers.put("Deprecation", "true");
            headers.put("Sunset", Times.httpDate(sunset));
        }
        HttpReply reply;
        try {
            String token = token(received.headers().get("authorization"));
            admit(request.endpoint(), token, headers, error);
            reply = performOnce(request, token);
        } catch (ApiError refusal) {
            reply = refusal.reply();
        }
        return reply.with(headers);
    }

    private void admit(JobbyEndpoint endpoint, String token, Map<String, String> headers, ApiError error)
            throws ApiError {
        if (endpoint == JobbyEndpoint.OTHER) {
            throw ErrorCode.NOT_FOUND.error();
        }
        String scope = endpoint.scope();
        if (token == null && scope != null) {
            throw ErrorCode.INVALID_TOKEN.error();
        }
        if (token != null) {
            count(endpoint, token, headers);
        }
        if (error != null) {
            throw error;
        }
        // no scope lets a token accept a match: "that tap is always human-driven"
        if (scope != null && !options.tokens.get(token).contains(scope) || endpoint == JobbyEndpoint.MATCH_ACCEPT) {
            throw ErrorCode.INSUFFICIENT_SCOPE.error();
        }
    }

    private void count(JobbyEndpoint endpoint, String token, Map<String, String> headers) throws ApiError {
        Instant now = clock.instant();
        // an empty window, so that a client that slows down near the end of one does not either
        RateWindow rate = new RateWindow(endpoint.perMinute());
        long wait = 0;
        if (options.rateLimits) {
            RateWindow known = rates.putIfAbsent(new RateKey(token, endpoint), rate);
            rate = known == null ? rate : known;
            wait = rate.secondsToWait(now);
        }
        headers.putAll(rate.headers(now));
        if (wait > 0) {
            throw ErrorCode.RATE_LIMITED
                    .error("Rate limit exceeded. Retry after " + wait + " seconds.")
                    .with(ApiError.retryAfter(wait));
        }
    }

    private HttpReply performOnce(JobbyRequest request, String token) throws ApiError {
        String key = request.idempotencyKey();
        if (key == null || !request.endpoint().mutates()) {
            return perform(request, token);
        }
        String uuid = key.toLowerCase(Locale.ROOT);
        if (!UUID_V4.matcher(uuid).matches()) {
            throw ErrorCode.invalid("Idempotency-Key", "must be a UUID v4");
        }
        return replies.once(token, request.endpoint(), uuid, clock.instant(), () -> perform(request, token));
    }

    private HttpReply perform(JobbyRequest request, String token) throws ApiError {
        return switch (request.endpoint()) {
            case LIVE_EVENTS ->
                list(fair.liveEvents().stream().map(JobbyApi::row).toList(), limit(request))
                        .with(Map.of("Cache-Control", "public, max-age=0, s-maxage=15"));
            case PROFILE -> object(200, profile(token));
            case QUEUE_JOIN -> join(request, token);
            case QUEUE_STATUS -> status(token);
            case MATCHES -> list(fair.matchesOf(token), limit(request));
            case INTERVIEW_ROOM_URL -> room(request, token);
            case CHARGE_OFF_SESSION -> throw ErrorCode.OFF_SESSION_CONSENT_REQUIRED.error();
            case WEBHOOK_CREATE -> subscribe(request, token);
            case WEBHOOK_TEST ->
                object(
                        200,
                        Map.of(
                                "event_id",
                                webhooks.test(webhook(request, token).id()).id()));
            case WEBHOOK_DELIVERIES -> deliveries(webhook(request, token));
            case OPENAPI -> HttpReply.json(200, Json.resource(JobbyApi.class, "openapi.json"));
            case MATCH_ACCEPT, OTHER -> throw new IllegalStateException(request.endpoint() + " is never performed");
        };
    }

    /** The documentation speaks of an "event slug" to join with and shows no row: it is under both names here. */
    private static Map<String, Object> row(LiveEvent event) {
        return Json.object(
                "id", event.id(),
                "slug", event.id(),
                "title", event.title(),
                "company", event.company(),
                "status", event.paused() ? "paused" : "live",
                "visibility", "open_invite",
                "started_at", event.startedAt());
    }

    private Map<String, Object> profile(String token) {
        return Json.object(
                "id",
                fair.seeker(token),
                "headline",
                "Engineer who likes queues",
                "skills",
                List.of("java", "sql", "integration"),
                "location",
                "Berlin");
    }

    private HttpReply join(JobbyRequest request, String token) throws ApiError {
        String eventId = Fields.ofBody(request.body(), ErrorCode::invalid).requiredText("event_id");
        QueuePlace place = fair.join(token, eventId);
        if (place == null) {
            throw ErrorCode.NOT_FOUND.error("No live event '" + eventId + "'.");
        }
        return object(200, status(place));
    }

    private HttpReply status(String token) throws ApiError {
        notePoll(token);
        QueuePlace place = fair.lastPlaceOf(token);
        if (place == null) {
            throw ErrorCode.NOT_FOUND.error("You are in no queue.");
        }
        return object(200, status(place));
    }

    /** "rank" and "estimated_wait_seconds" are the names the vendor's SDK reads. */
    private static Map<String, Object> status(QueuePlace place) {
        boolean waits = place.status() == QueueStatus.WAITING;
        Map<String, Object> status = Json.object(
                "event_id",
                place.eventId(),
                "status",
                place.status(),
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
        if (before != null && Duration.between(before, now).compareTo(options.pollFloor) < 0) {
            fastPolls++;
        }
    }

    private HttpReply room(JobbyRequest request, String token) throws ApiError {
        for (Match match : fair.matchesOf(token)) {
            if (match.id().equals(request.id()) && match.status() == MatchStatus.ACCEPTED) {
                return object(200, Map.of("room_url", match.roomUrl()));
            }
        }
        throw ErrorCode.NOT_FOUND.error();
    }

    private HttpReply subscribe(JobbyRequest request, String token) throws ApiError {
        Fields fields = Fields.ofBody(request.body(), ErrorCode::invalid);
        String target = fields.requiredText("target_url");
        if (!Webhooks.isLocal(target)) {
            throw ErrorCode.invalid(
                    "target_url", "must be on http://127.0.0.1 or localhost, where alone the sandbox delivers");
        }
        List<String> events = fields.texts("events");
        if (events.isEmpty()) {
            throw ErrorCode.invalid("events", "must have at least one entry");
        }
        for (String type : events) {
            if (!EVENT_TYPE.matcher(type).matches()) {
                throw ErrorCode.invalid("events", "has the unknown event type '" + type + "'");
            }
        }
        Webhook webhook = webhooks.add(token, target, events, fields.text("description"), null);
        return object(
                201,
                Json.object(
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
            throw ErrorCode.NOT_FOUND.error();
        }
        return webhook;
    }

    /** Lists the latest deliveries; forged ones are not among them. */
    private HttpReply deliveries(Webhook webhook) {
        List<Delivery> newestFirst = new ArrayList<>();
        for (Delivery delivery : webhooks.deliveries()) {
            if (delivery.webhookId().equals(webhook.id()) && !delivery.defect().isForged()) {
                newestFirst.add(0, delivery);
            }
        }
        return list(newestFirst, MOST_DELIVERIES);
    }

    private static HttpReply list(List<?> things, int limit) {
        List<?> rows = things.stream().limit(limit).toList();
        return HttpReply.json(200, Map.of("data", rows)).withRows(rows.size());
    }

    private HttpReply object(int status, Map<String, Object> object) {
        return HttpReply.json(status, options.dataEnvelope ? Map.of("data", object) : object);
    }

    private static int limit(JobbyRequest request) throws ApiError {
        return Fields.ofQuery(request.query(), "limit", ErrorCode::invalid).number("limit", USUAL_ROWS, 1, MOST_ROWS);
    }

    /** The token, when it is one of ours; null otherwise. */
    private String token(String authorization) {
        if (authorization == null || !authorization.regionMatches(true, 0, "Bearer ", 0, 7)) {
            return null;
        }
        String token = authorization.substring(7).strip();
        return options.tokens.containsKey(token) ? token : null;
    }
}
