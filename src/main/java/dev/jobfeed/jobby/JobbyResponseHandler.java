package dev.jobfeed.jobby;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.RateLimitHeaders;
import dev.jobfeed.api.RetryAfterParser;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.feed.ResponseHeaders;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.RejectedExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.support.MessageHelper;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Provides the steps directly before and after a call to Jobby.dev: bean {@code jobfeedJobbyResponses}. */
public final class JobbyResponseHandler {

    private static final Logger LOG = LoggerFactory.getLogger(JobbyResponseHandler.class);
    private static final ObjectMapper JSON = new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

    /** Exchange property with the {@link JobbyCall}. */
    static final String CALL = "jobbyCall";

    /** Requested at most once per {@code jobby.poll-interval}, retries included. */
    private static final JobbyOperation STATUS = JobbyOperation.of("GET", "/queue/status");

    /** Maximum size of a response. 1,000 live events take 1 to 2 MB, and up to 20 times as much as a parsed tree. */
    private static final int MAX_RESPONSE_BYTES = 4_000_000;

    /** Maximum duration of one delay; longer waits are split, so that they never hold up a shutdown. */
    private static final Duration MAX_DELAY = Duration.ofMillis(500);

    private static final String SENT = "jobbySentNanos";

    private final JobfeedProperties settings;
    private final JobbyAlerts alerts;
    private final MetricsRecorder meters;
    private final Clock clock;
    private final JobbyRateLimiter limits = new JobbyRateLimiter();

    public JobbyResponseHandler(JobfeedProperties settings, AlertService alerts, MetricsRecorder meters, Clock clock) {
        this.settings = settings;
        this.alerts = new JobbyAlerts(alerts);
        this.meters = meters;
        this.clock = clock;
    }

    /**
     * Reads the caller's variables and body into the exchange property {@code jobbyCall}. A mutating call gets an
     * Idempotency-Key, because a lost response leaves open whether it took effect; the repetition of a call whose
     * outcome is unknown gets the same one.
     *
     * @throws IllegalArgumentException if a variable is invalid, or only humans can make the call
     */
    public void prepare(Exchange exchange) {
        Message message = exchange.getMessage();
        String method = exchange.getVariable("jobbyMethod", String.class);
        String verb = method != null && !method.isBlank()
                ? method.strip().toUpperCase(Locale.ROOT)
                : message.getBody() == null ? "GET" : "POST";
        String key = exchange.getVariable("jobbyIdempotencyKey", String.class);
        JobbyCall call = new JobbyCall(
                exchange.getExchangeId(),
                verb,
                exchange.getVariable("jobbyPath", String.class),
                exchange.getVariable("jobbyQuery", String.class),
                verb.equals("GET") || verb.equals("DELETE") ? null : requestBody(message),
                key == null || key.isBlank() || verb.equals("GET") ? null : key,
                clock.instant());
        exchange.setProperty(CALL, call.withKey(exchange.getProperty(CALL, JobbyCall.class)));
    }

    /** Returns the body as JSON text; a stream can be read again. */
    private static String requestBody(Message message) {
        Object body = message.getBody();
        if (body instanceof Map || body instanceof Collection) {
            return JSON.valueToTree(body).toString();
        }
        String text = message.getBody(String.class);
        MessageHelper.resetStreamCache(message);
        return text;
    }

    private static JobbyCall call(Exchange exchange) {
        return exchange.getProperty(CALL, JobbyCall.class);
    }

    /** Returns whether the call needs the token. */
    public boolean isPrivate(Exchange exchange) {
        return call(exchange).operation().access() != JobbyOperation.Access.PUBLIC;
    }

    /** Returns the value of the Authorization header. Must never be logged. */
    public String authorization() {
        return "Bearer " + settings.jobby().token();
    }

    /** Returns whether the call still waits for a request of its operation's rate limit. */
    public boolean isHeldBack(Exchange exchange) {
        return exchange.getVariable(SENT) == null;
    }

    /** Takes a request of the operation's rate limit, unless the limit is used up or the minimum interval not over. */
    public void take(Exchange exchange) {
        JobbyOperation operation = call(exchange).operation();
        if (limits.take(operation, clock.instant(), settings.jobo().timeScale())) {
            space(operation);
            exchange.setVariable(SENT, System.nanoTime());
        }
    }

    private void space(JobbyOperation operation) {
        if (operation.equals(STATUS)) {
            limits.space(operation, settings.jobby().pollInterval(), clock.instant());
        }
    }

    /** Returns the milliseconds to wait before the next check whether the call may be sent. */
    public long pause(Exchange exchange) {
        Duration left = limits.pause(call(exchange).operation(), clock.instant());
        return Math.max(
                0, Math.min(left.toMillis() + (left.toNanosPart() % 1_000_000 > 0 ? 1 : 0), MAX_DELAY.toMillis()));
    }

    /**
     * Permits a request.
     *
     * @throws RejectedExecutionException if a shutdown ended the wait for the rate limit
     * @throws IllegalStateException if the key of the call no longer protects against a second effect
     */
    public void permit(Exchange exchange) {
        JobbyCall call = call(exchange);
        if (isHeldBack(exchange)) {
            throw new RejectedExecutionException("The runtime is stopping; " + call.path() + " is not requested.");
        }
        call.checkKey(clock.instant());
    }

    /** Records the time until the response, of whatever status; for a {@code doFinally}. */
    public void answered(Exchange exchange) {
        JobbyOperation operation = call(exchange).operation();
        meters.record(
                JobfeedMetric.REQUESTS,
                Duration.ofNanos(System.nanoTime() - exchange.getVariable(SENT, Long.class)),
                "jobby",
                // other paths are not documented, and there may be any number of them
                operation.isListed() ? operation.path() : "other",
                exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, "IO_ERROR", String.class));
        exchange.removeVariable(SENT);
    }

    /**
     * Parses the response: the content of {@code data}, or the whole body if there is no such envelope.
     *
     * @return null for a response without content
     * @throws JobbyException if the request was rejected
     * @throws IOException if the response is incomplete or is not JSON; both can be retried
     */
    public JsonNode read(Exchange exchange) throws IOException {
        Message response = exchange.getMessage();
        JobbyCall call = call(exchange);
        String path = call.path();
        String body = body(response);
        int status = response.getHeader(Exchange.HTTP_RESPONSE_CODE, 0, Integer.class);
        applyRateLimit(call.operation(), response);
        JobbyException refusal = status / 100 == 2 ? null : refusal(call.method() + " " + path, status, body, response);
        try {
            alerts.updateDeprecation(
                    call.operation(),
                    response.getHeader("Deprecation", String.class),
                    sanitize(response.getHeader("Sunset", String.class)),
                    refusal != null);
            alerts.updateScope(call.operation(), refusal);
        } catch (DataAccessException e) {
            // its cause, an I/O error, would be taken for an API failure and the request be repeated
            LOG.warn("The response of Jobby.dev to {} was not stored. {}", path, ProblemTranslator.describe(e));
        }
        if (refusal != null) {
            throw refusal;
        }
        if (body.isBlank() && (status == 204 || call.method().equals("DELETE"))) {
            return null;
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
                        ? withoutToken(envelope.get("details").toString())
                        : null,
                RetryAfterParser.of(retryAfter == null ? null : Map.of("Retry-After", retryAfter), null, now),
                RateLimitHeaders.untilReset(response.getHeader("X-RateLimit-Reset", String.class), now));
    }

    /** Formats a text as one line of limited length, without the token in case the response repeats it. */
    private String sanitize(String text) {
        if (text == null) {
            return null;
        }
        return JobbyException.shortened(
                withoutToken(text.replaceAll("\\s+", " ").strip()));
    }

    private String withoutToken(String text) {
        return settings.text("jobby.token")
                .map(token -> text.replace(token, "jbb_..."))
                .orElse(text);
    }

    private void applyRateLimit(JobbyOperation operation, Message response) {
        String reset = response.getHeader("X-RateLimit-Reset", String.class);
        Duration wait = limits.onResponse(
                operation,
                RateLimitHeaders.number(response.getHeader("X-RateLimit-Limit", String.class)),
                RateLimitHeaders.number(response.getHeader("X-RateLimit-Remaining", String.class)),
                RateLimitHeaders.number(reset),
                RateLimitHeaders.untilReset(reset, serverNow(response)),
                clock.instant(),
                settings.jobo().timeScale());
        if (!wait.isZero()) {
            LOG.info("{}: the rate limit has run out; the next request waits {} s", operation.id(), seconds(wait));
        }
        space(operation);
    }

    private static double seconds(Duration wait) {
        return wait.toMillis() / 1000.0;
    }

    private Instant serverNow(Message response) {
        return ResponseHeaders.serverNow(response.getHeader("Date", String.class), clock.instant());
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
