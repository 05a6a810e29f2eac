package dev.jobfeed.jobby;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.RateLimitHeaders;
import dev.jobfeed.api.RetryAfterParser;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.Headers;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Provides the steps directly before and after a call to Jobby.dev: bean {@code jobfeedJobbyResponses}. */
public final class JobbyResponseHandler {

    private static final Logger LOG = LoggerFactory.getLogger(JobbyResponseHandler.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Paths documented as "public", requested without a token. */
    private static final Set<String> PUBLIC = Set.of("/live-events");

    /** Requested at most once per {@code jobby.poll-interval}, retries included. */
    private static final String STATUS = "/queue/status";

    /** Stream of alerts about Jobby.dev that do not concern the live events. */
    static final String STREAM = "jobby";

    /** Maximum size of a response. 1,000 live events take 1 to 2 MB, and up to 20 times as much as a parsed tree. */
    private static final int MAX_RESPONSE_BYTES = 4_000_000;

    private static final int MAX_MESSAGE_CHARS = 300;

    /** Maximum duration of one delay; longer waits are split, so that they never hold up a shutdown. */
    private static final Duration MAX_DELAY = Duration.ofMillis(500);

    private static final Duration RENOTIFY_INTERVAL = Duration.ofDays(1);

    private static final String SENT = "jobbySentNanos";

    /** Paths for the metrics' tag. Other paths may contain ids, of which there is any number. */
    private static final Set<String> KNOWN = Set.of("/live-events", "/queue/join", STATUS);

    private final JobfeedProperties settings;
    private final AlertService alerts;
    private final MetricsRecorder meters;
    private final Clock clock;
    private final Map<String, Instant> blockedUntil = new ConcurrentHashMap<>();
    private final Map<String, Boolean> deprecated = new ConcurrentHashMap<>();

    public JobbyResponseHandler(JobfeedProperties settings, AlertService alerts, MetricsRecorder meters, Clock clock) {
        this.settings = settings;
        this.alerts = alerts;
        this.meters = meters;
        this.clock = clock;
    }

    /** Returns whether a path needs the token. */
    public boolean isPrivate(String path) {
        return !PUBLIC.contains(path);
    }

    /** Returns the value of the Authorization header. Must never be logged. */
    public String authorization() {
        return "Bearer " + settings.jobby().token();
    }

    /**
     * Returns whether an endpoint must not be called yet, because its rate limit is exhausted or its minimum interval
     * has not passed.
     */
    public boolean isHeldBack(String path) {
        return pause(path) > 0;
    }

    /**
     * Returns the Idempotency-Key of a call and of its retries: the caller's, or a new one for a call with a body but
     * no key, because a lost response leaves open whether the call took effect. "Mutating endpoints accept an optional
     * Idempotency-Key request header carrying a UUID v4", Jobby.dev REST API, "Idempotency".
     *
     * @param given key of the caller; nullable
     * @param body nullable; a call without one is a GET, which needs no key
     * @return null for a GET without a key
     */
    public String idempotencyKey(String given, Object body) {
        if (given != null && !given.isBlank()) {
            return given;
        }
        return body == null ? null : UUID.randomUUID().toString();
    }

    /** Returns the milliseconds to wait before the next check whether an endpoint may be called. */
    public long pause(String path) {
        Instant until = blockedUntil.get(path);
        Duration left = until == null ? Duration.ZERO : Duration.between(clock.instant(), until);
        return Math.max(
                0, Math.min(left.toMillis() + (left.toNanosPart() % 1_000_000 > 0 ? 1 : 0), MAX_DELAY.toMillis()));
    }

    /**
     * Permits a request and sets its method.
     *
     * @throws RejectedExecutionException if a shutdown ended the wait for the rate limit
     */
    public void permit(Exchange exchange) {
        String path = exchange.getVariable("jobbyPath", String.class);
        exchange.setVariable("jobbyMethod", exchange.getMessage().getBody() == null ? "GET" : "POST");
        if (isHeldBack(path)) {
            throw new RejectedExecutionException("The runtime stops; " + path + " is not asked for any more.");
        }
        blockFor(path, spacing(path));
        exchange.setVariable(SENT, System.nanoTime());
    }

    /** Records the time until the response, of whatever status; for a {@code doFinally}. */
    public void answered(Exchange exchange) {
        String path = exchange.getVariable("jobbyPath", String.class);
        meters.record(
                JobfeedMetric.REQUESTS,
                Duration.ofNanos(System.nanoTime() - exchange.getVariable(SENT, Long.class)),
                "jobby",
                KNOWN.contains(path) ? path : "other",
                exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, "IO_ERROR", String.class));
    }

    /**
     * Parses the response: the content of {@code data}, or the whole body if there is no such envelope.
     *
     * @throws JobbyException if the request was rejected
     * @throws IOException if the response is incomplete or is not JSON; both can be retried
     */
    public JsonNode read(Exchange exchange) throws IOException {
        Message response = exchange.getMessage();
        String path = exchange.getVariable("jobbyPath", String.class);
        String body = body(response);
        int status = response.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        applyRateLimit(path, response);
        try {
            noteDeprecation(path, response);
        } catch (DataAccessException e) {
            // its cause, an I/O error, would be taken for an API failure and the request be repeated
            LOG.warn("What Jobby.dev says of {} is in no table. {}", path, ProblemTranslator.describe(e));
        }
        if (status / 100 != 2) {
            throw refusal(exchange.getVariable("jobbyMethod") + " " + path, status, body, response);
        }
        JsonNode json = json(body);
        if (json == null || !json.isContainerNode()) {
            throw new MalformedResponseException("Jobby.dev's answer to " + path + " is neither an object nor a list.");
        }
        JsonNode data = json.path("data");
        return data.isContainerNode() ? data : json;
    }

    private static String body(Message response) throws IOException {
        try (InputStream in = response.getBody(InputStream.class)) {
            // Camel would read the rest of a broken response again, and fail for that instead
            response.setBody(null);
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(MAX_RESPONSE_BYTES + 1);
            if (bytes.length > MAX_RESPONSE_BYTES) {
                throw new MalformedResponseException("The answer is longer than " + MAX_RESPONSE_BYTES + " bytes.");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private JobbyException refusal(String request, int status, String body, Message response) {
        JsonNode json = json(body);
        JsonNode envelope = json == null ? JSON.missingNode() : json;
        Instant now = serverNow(response);
        String retryAfter = response.getHeader("Retry-After", String.class);
        return new JobbyException(
                request,
                status,
                code(envelope.path("code")),
                ProblemTranslator.isCut(body)
                        ? "a body longer than " + ProblemTranslator.ERROR_BYTES + " bytes"
                        : sanitize(text(envelope.path("error"))),
                envelope.hasNonNull("details")
                        ? sanitize(envelope.get("details").toString())
                        : null,
                RetryAfterParser.of(retryAfter == null ? null : Map.of("Retry-After", retryAfter), null, now),
                RateLimitHeaders.untilReset(response.getHeader("X-RateLimit-Reset", String.class), now));
    }

    /** Formats a text as one line of limited length, without the token in case the response repeats it. */
    private String sanitize(String text) {
        if (text == null) {
            return null;
        }
        String line = text.replaceAll("\\s+", " ").strip();
        String safe = settings.text("jobby.token")
                .map(token -> line.replace(token, "jbb_..."))
                .orElse(line);
        return safe.length() > MAX_MESSAGE_CHARS ? safe.substring(0, MAX_MESSAGE_CHARS) + "..." : safe;
    }

    private void applyRateLimit(String path, Message response) {
        Instant now = serverNow(response);
        Duration pause = RateLimitHeaders.pause(
                response.getHeader("X-RateLimit-Remaining", String.class),
                response.getHeader("X-RateLimit-Reset", String.class),
                now);
        Duration scaled =
                Duration.ofMillis((long) (pause.toMillis() * settings.jobo().timeScale()));
        if (!pause.isZero()) {
            LOG.info("{}: the rate limit has run out; the next request waits {} s", path, scaled.toMillis() / 1000.0);
        }
        Duration spacing = spacing(path);
        blockFor(path, scaled.compareTo(spacing) > 0 ? scaled : spacing);
    }

    private Instant serverNow(Message response) {
        return Headers.serverNow(response.getHeader("Date", String.class), clock.instant());
    }

    private Duration spacing(String path) {
        return path.equals(STATUS) ? settings.jobby().pollInterval() : Duration.ZERO;
    }

    private void blockFor(String path, Duration pause) {
        if (pause.isZero()) {
            blockedUntil.remove(path);
        } else {
            blockedUntil.put(path, clock.instant().plus(pause));
        }
    }

    /**
     * Raises an alert about a deprecated endpoint: "Clients should log Deprecation headers and migrate before the
     * sunset date."
     */
    private void noteDeprecation(String path, Message response) {
        String deprecation = response.getHeader("Deprecation", String.class);
        boolean isDeprecated = deprecation != null && !deprecation.strip().equalsIgnoreCase("false");
        if (isDeprecated) {
            String sunset = sanitize(response.getHeader("Sunset", String.class));
            alerts.renotify(
                    STREAM,
                    AlertCondition.DEPRECATED.problem(
                            path,
                            "Jobby.dev is going to remove " + path
                                    + (sunset == null ? "; it does not say when." : "; it ends on " + sunset + ".")),
                    RENOTIFY_INTERVAL);
        } else if (!Boolean.FALSE.equals(deprecated.get(path))) {
            alerts.clear(STREAM, AlertCondition.DEPRECATED, path);
        }
        deprecated.put(path, isDeprecated);
    }

    private static JsonNode json(String body) {
        try {
            return JSON.readTree(body);
        } catch (JsonProcessingException e) {
            return null;
        }
    }

    /** Returns the code if it is a single token, because it becomes part of messages and of alert conditions. */
    private static String code(JsonNode value) {
        String code = text(value);
        return code != null && code.matches("\\w{1,64}") ? code : null;
    }

    private static String text(JsonNode value) {
        return value.isTextual() && !value.textValue().isBlank()
                ? value.textValue().strip()
                : null;
    }
}
