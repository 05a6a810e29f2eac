package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Fields;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Json;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * Performs requests that were admitted.
 *
 * <p>Chosen here, because the documentation is silent: lists have 20 rows unless asked, 100 at most; a token in no
 * queue gets 404 for its status; a room exists once its match is accepted; a match that is decided cannot be declined;
 * an event needs a title; a subscription that was deleted is confirmed by its id.
 */
final class JobbyOperations {

    /** Any dotted name: the reference has four groups of events, and we know the types of three. */
    private static final Pattern EVENT_TYPE = Pattern.compile("[a-z_]+(\\.[a-z_]+)+");

    private static final int USUAL_ROWS = 20;
    private static final int MOST_ROWS = 100;
    private static final int MOST_DELIVERIES = 50;

    private final JobbyOptions options;
    private final InstantSource clock;
    private final JobFair fair;
    private final Webhooks webhooks;
    private final Billing billing;
    private final Map<String, Instant> polls = new HashMap<>();
    private int fastPolls;

    JobbyOperations(JobbyOptions options, InstantSource clock, JobFair fair, Webhooks webhooks, Billing billing) {
        this.options = options;
        this.clock = clock;
        this.fair = fair;
        this.webhooks = webhooks;
        this.billing = billing;
    }

    synchronized int fastPolls() {
        return fastPolls;
    }

    HttpReply perform(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
        return switch (request.endpoint()) {
            case LIVE_EVENTS ->
                list(fair.liveEvents().stream().map(JobbyOperations::row).toList(), limit(request))
                        .with(Map.of("Cache-Control", "public, max-age=0, s-maxage=15"));
            case PROFILE -> object(200, profile(token));
            case QUEUE_JOIN -> join(request, token);
            case QUEUE_STATUS -> status(token);
            case MATCHES -> list(fair.matchesOf(token), limit(request));
            case INTERVIEW_ROOM_URL -> room(request, token);
            case MATCH_DECLINE -> decline(request, token);
            case CHARGE_OFF_SESSION -> object(200, billing.charge(Fields.ofBody(request.body(), ErrorCode::invalid)));
            case EVENT_CREATE ->
                object(
                        201,
                        row(fair.addLiveEvent(Fields.ofBody(request.body(), ErrorCode::invalid)
                                .requiredText("title"))));
            case WEBHOOK_CREATE -> subscribe(request, token);
            case WEBHOOK_LIST ->
                list(webhooks.of(token).stream().map(this::listed).toList(), MOST_ROWS);
            case WEBHOOK_DELETE -> unsubscribe(webhook(request, token));
            case WEBHOOK_TEST ->
                object(
                        200,
                        Map.of(
                                "event_id",
                                webhooks.test(webhook(request, token).id()).id()));
            case WEBHOOK_DELIVERIES -> deliveries(webhook(request, token));
            case OPENAPI -> HttpReply.json(200, Json.resource(JobbyOperations.class, "openapi.json"));
            case MATCH_ACCEPT, OTHER -> throw new IllegalStateException(request.endpoint() + " is never performed");
        };
    }

    /** Shows the id under both names: the documentation speaks of an "event slug" to join with and shows no row. */
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

    private HttpReply join(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
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

    /** Names "rank" and "estimated_wait_seconds" as the vendor's SDK reads them. */
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

    private HttpReply room(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
        for (Match match : fair.matchesOf(token)) {
            if (match.id().equals(id(request)) && match.status() == MatchStatus.ACCEPTED) {
                return object(200, Map.of("room_url", match.roomUrl()));
            }
        }
        throw ErrorCode.NOT_FOUND.error();
    }

    private HttpReply decline(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
        String id = id(request);
        String reason = Fields.ofBody(request.body(), ErrorCode::invalid).text("reason");
        if (fair.matchesOf(token).stream().noneMatch(match -> match.id().equals(id))) {
            throw ErrorCode.NOT_FOUND.error();
        }
        try {
            fair.declineMatch(id, "seeker", reason == null ? "not_available" : reason);
        } catch (IllegalArgumentException e) {
            throw ErrorCode.VALIDATION.error(
                    "The " + e.getMessage() + ".",
                    Json.object("status", fair.findMatch(id).orElseThrow().status()));
        }
        return HttpReply.json(200, envelope(fair.findMatch(id).orElseThrow()));
    }

    private HttpReply subscribe(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
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
        Map<String, Object> created = listed(webhook);
        created.put("secret", webhook.secret());
        return object(201, created);
    }

    private HttpReply unsubscribe(Webhook webhook) {
        webhooks.remove(webhook.id());
        return object(200, Map.of("id", webhook.id(), "deleted", true));
    }

    /** Shows a subscription without its secret; that it says whether it is paused is chosen here. */
    private Map<String, Object> listed(Webhook webhook) {
        return Json.object(
                "id", webhook.id(),
                "target_url", webhook.targetUrl(),
                "events", webhook.events(),
                "description", webhook.description(),
                "status", webhooks.isPaused(webhook.id()) ? "paused" : "active",
                "created_at", webhook.createdAt().getEpochSecond());
    }

    private Webhook webhook(ApiRequest<JobbyEndpoint> request, String token) throws ApiError {
        Webhook webhook = webhooks.of(token, id(request));
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

    /** Returns the id in a path such as {@code /matches/{id}/accept}. */
    private static String id(ApiRequest<JobbyEndpoint> request) {
        return request.path().split("/")[2];
    }

    private static HttpReply list(List<?> things, int limit) {
        List<?> rows = things.stream().limit(limit).toList();
        return HttpReply.json(200, Map.of("data", rows)).withRows(rows.size());
    }

    private HttpReply object(int status, Map<String, Object> object) {
        return HttpReply.json(status, envelope(object));
    }

    private Object envelope(Object object) {
        return options.dataEnvelope ? Map.of("data", object) : object;
    }

    private static int limit(ApiRequest<JobbyEndpoint> request) throws ApiError {
        return Fields.ofQuery(request.query(), "limit", ErrorCode::invalid).number("limit", USUAL_ROWS, 1, MOST_ROWS);
    }
}
