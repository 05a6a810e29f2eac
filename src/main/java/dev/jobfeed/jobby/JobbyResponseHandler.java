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

/** What stands directly before and behind a call to Jobby.dev: bean {@code jobfeedJobby}. */
public final class JobbyResponseHandler {

    private static final Logger LOG = LoggerFactory.getLogger(JobbyResponseHandler.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** "public": asked for without a token, so that none is sent in vain. */
    private static final Set<String> PUBLIC = Set.of("/live-events");

    /** Asked for no faster than every {@code jobby.poll-interval}, a repetition after a failure included. */
    private static final String STATUS = "/queue/status";

    /** The stream under which alerts about Jobby.dev stand that are not about the live events. */
    static final String STREAM = "jobby";

    /** Longer than any answer of this API: 1,000 live events have 1 to 2 MB. As a tree it takes up to 20 times as much. */
    private static final int MOST_BYTES = 4_000_000;

    private static final int MOST_WORDS = 300;

    /** A wait is cut in pieces, so that it never holds up a stop. */
    private static final Duration PIECE = Duration.ofMillis(500);

    private static final Duration REMIND = Duration.ofDays(1);

    private static final String SENT = "jobbySentNanos";

    /** What the bundle asks for; a path of yours may have an id in it, of which there is any number. */
    private static final Set<String> KNOWN = Set.of("/live-events", "/queue/join", STATUS);

    private final JobfeedProperties settings;
    private final AlertService alerts;
    private final MetricsRecorder meters;
    private final Clock clock;
    private final Map<String, Instant> heldBack = new ConcurrentHashMap<>();
    private final Map<String, Boolean> deprecated = new ConcurrentHashMap<>();

    public JobbyResponseHandler(JobfeedProperties settings, AlertService alerts, MetricsRecorder meters, Clock clock) {
        this.settings = settings;
        this.alerts = alerts;
        this.meters = meters;
        this.clock = clock;
    }

    /** Whether a path needs the token. */
    public boolean isPrivate(String path) {
        return !PUBLIC.contains(path);
    }

    /** The value of the Authorization header. Never print it. */
    public String authorization() {
        return "Bearer " + settings.jobbyToken();
    }

    /** Whether an endpoint is not to be asked for yet: its rate limit has run out, or it was asked for just now. */
    public boolean isHeldBack(String path) {
        return pause(path) > 0;
    }

    /**
     * Returns the Idempotency-Key of a call and of its repetitions: the caller's, or a new one for a call with a body that
     * came without, because a lost answer does not tell whether the call took effect. "Mutating endpoints accept an optional
     * Idempotency-Key request header carrying a UUID v4", Jobby.dev REST API, "Idempotency".
     *
     * @param given the caller's key; nullable
     * @param body nullable; a call without one is a GET, which needs no key
     * @return null for a GET without a key
     */
    public String idempotencyKey(String given, Object body) {
        if (given != null && !given.isBlank()) {
            return given;
        }
        return body == null ? null : UUID.randomUUID().toString();
    }

    /** How long to wait before looking again whether an endpoint may be called, in milliseconds. */
    public long pause(String path) {
        Instant until = heldBack.get(path);
        Duration left = until == null ? Duration.ZERO : Duration.between(clock.instant(), until);
        return Math.max(0, Math.min(left.toMillis() + (left.toNanosPart() % 1_000_000 > 0 ? 1 : 0), PIECE.toMillis()));
    }

    /**
     * Lets a request be sent, and sets its method.
     *
     * @throws RejectedExecutionException when a stop has ended the wait for the rate limit
     */
    public void permit(Exchange exchange) {
        String path = exchange.getVariable("jobbyPath", String.class);
        exchange.setVariable("jobbyMethod", exchange.getMessage().getBody() == null ? "GET" : "POST");
        if (isHeldBack(path)) {
            throw new RejectedExecutionException("The runtime stops; " + path + " is not asked for any more.");
        }
        keepAway(path, spacing(path));
        exchange.setVariable(SENT, System.nanoTime());
    }

    /** Notes how long an answer took to begin, whatever it is; for a {@code doFinally}. */
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
     * Reads the answer: what is under {@code data}, or all of it where there is no such envelope.
     *
     * @throws JobbyException when it is a refusal
     * @throws IOException when it breaks off or is no JSON; both are worth another try
     */
    public JsonNode read(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        String path = exchange.getVariable("jobbyPath", String.class);
        String body = body(answer);
        int status = answer.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        holdBack(path, answer);
        try {
            noteDeprecation(path, answer);
        } catch (DataAccessException e) {
            // its cause, an I/O error, would pass for trouble with the API, and the request be sent again
            LOG.warn("What Jobby.dev says of {} is in no table. {}", path, ProblemTranslator.describe(e));
        }
        if (status / 100 != 2) {
            throw refusal(exchange.getVariable("jobbyMethod") + " " + path, status, body, answer);
        }
        JsonNode json = json(body);
        if (json == null || !json.isContainerNode()) {
            throw new MalformedResponseException("Jobby.dev's answer to " + path + " is neither an object nor a list.");
        }
        JsonNode data = json.path("data");
        return data.isContainerNode() ? data : json;
    }

    private static String body(Message answer) throws IOException {
        try (InputStream in = answer.getBody(InputStream.class)) {
            // Camel would read what is left of a broken answer once more, and fail for that instead
            answer.setBody(null);
            byte[] bytes = in == null ? new byte[0] : in.readNBytes(MOST_BYTES + 1);
            if (bytes.length > MOST_BYTES) {
                throw new MalformedResponseException("The answer is longer than " + MOST_BYTES + " bytes.");
            }
            return new String(bytes, StandardCharsets.UTF_8);
        }
    }

    private JobbyException refusal(String request, int status, String body, Message answer) {
        JsonNode json = json(body);
        JsonNode envelope = json == null ? JSON.missingNode() : json;
        Instant now = serverNow(answer);
        String retryAfter = answer.getHeader("Retry-After", String.class);
        return new JobbyException(
                request,
                status,
                code(envelope.path("code")),
                ProblemTranslator.isCut(body)
                        ? "a body longer than " + ProblemTranslator.ERROR_BYTES + " bytes"
                        : words(text(envelope.path("error"))),
                envelope.hasNonNull("details") ? words(envelope.get("details").toString()) : null,
                RetryAfterParser.of(retryAfter == null ? null : Map.of("Retry-After", retryAfter), null, now),
                RateLimitHeaders.untilReset(answer.getHeader("X-RateLimit-Reset", String.class), now));
    }

    /** One line of no more than some words, without the token in case the other side repeats it. */
    private String words(String said) {
        if (said == null) {
            return null;
        }
        String line = said.replaceAll("\\s+", " ").strip();
        String safe = settings.text("jobby.token")
                .map(token -> line.replace(token, "jbb_..."))
                .orElse(line);
        return safe.length() > MOST_WORDS ? safe.substring(0, MOST_WORDS) + "..." : safe;
    }

    private void holdBack(String path, Message answer) {
        Instant now = serverNow(answer);
        Duration pause = RateLimitHeaders.pause(
                answer.getHeader("X-RateLimit-Remaining", String.class),
                answer.getHeader("X-RateLimit-Reset", String.class),
                now);
        Duration scaled = Duration.ofMillis((long) (pause.toMillis() * settings.timeScale()));
        if (!pause.isZero()) {
            LOG.info("{}: the rate limit has run out; the next request waits {} s", path, scaled.toMillis() / 1000.0);
        }
        Duration spacing = spacing(path);
        keepAway(path, scaled.compareTo(spacing) > 0 ? scaled : spacing);
    }

    private Instant serverNow(Message answer) {
        return Headers.serverNow(answer.getHeader("Date", String.class), clock.instant());
    }

    private Duration spacing(String path) {
        return path.equals(STATUS) ? settings.jobbyPollInterval() : Duration.ZERO;
    }

    private void keepAway(String path, Duration pause) {
        if (pause.isZero()) {
            heldBack.remove(path);
        } else {
            heldBack.put(path, clock.instant().plus(pause));
        }
    }

    /** "Clients should log Deprecation headers and migrate before the sunset date." */
    private void noteDeprecation(String path, Message answer) {
        String deprecation = answer.getHeader("Deprecation", String.class);
        boolean isDeprecated = deprecation != null && !deprecation.strip().equalsIgnoreCase("false");
        String condition = "deprecated " + path;
        if (isDeprecated) {
            String sunset = words(answer.getHeader("Sunset", String.class));
            alerts.renotify(
                    STREAM,
                    condition,
                    "Jobby.dev is going to remove " + path
                            + (sunset == null ? "; it does not say when." : "; it ends on " + sunset + "."),
                    "Look for an update of this bundle before that.",
                    REMIND);
        } else if (!Boolean.FALSE.equals(deprecated.get(path))) {
            alerts.clear(STREAM, condition);
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

    /** A word, and not just any text, because it becomes a part of messages and of alerts' conditions. */
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
