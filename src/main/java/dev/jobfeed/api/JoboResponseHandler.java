package dev.jobfeed.api;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponse;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.Headers;
import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.feed.ReadAheadInputStream;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.io.IOException;
import java.io.InputStream;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.Message;
import org.apache.camel.http.base.HttpOperationFailedException;

/** What stands directly before and behind a call to Jobo: bean {@code jobfeedApiResponses}. */
public final class JoboResponseHandler {

    /** The documentation has only the phrase "400 Invalid cursor"; vendor code has the word invalid_cursor. */
    private static final Pattern INVALID_CURSOR =
            Pattern.compile("invalid[ _-]cursor|cursor[^a-z]+(is |has )?(invalid|expired)");

    private static final Pattern EXPIRED_SINCE = Pattern.compile("(?:^|&)expired_since=([^&]+)");

    /** Jobs feed documentation, "Handling deletions". */
    private static final Duration REACH = Duration.ofDays(7);

    private static final Pattern CURSOR_PARAMETER = Pattern.compile("(^|&)cursor=");

    private static final ObjectMapper JSON = new ObjectMapper();

    private static final String SENT = "jobfeedSentNanos";

    private final TenantRegistry tenants;
    private final Executor executor;
    private final Clock clock;
    private final Map<String, ClientRateLimiter> limiters = new ConcurrentHashMap<>();

    /** Answers that are read by threads of {@code executor}, too. */
    public JoboResponseHandler(TenantRegistry tenants, Executor executor, Clock clock) {
        this.tenants = tenants;
        this.executor = executor;
        this.clock = clock;
    }

    /**
     * Counts the request, and refuses it when the attempt must not send it. Sets its method: without one, Camel makes a GET of a POST
     * that has a query.
     */
    public void beforeRequest(Exchange exchange) throws InterruptedException {
        exchange.setVariable("joboMethod", exchange.getMessage().getBody() == null ? "GET" : "POST");
        RequestOwner owner = owner(exchange);
        Tenant tenant = tenants.forExchange(exchange);
        long asked = System.nanoTime();
        limiter(tenant).acquire(path(exchange), owner);
        tenant.meters().add(JobfeedMetric.REQUEST_WAIT, (System.nanoTime() - asked) / 1e9, "pace");
        if (owner != null) {
            boolean again = Boolean.TRUE.equals(exchange.getIn().getHeader(Exchange.REDELIVERED, Boolean.class));
            owner.beforeRequest(again, path(exchange).endsWith("/feed"));
        }
        exchange.setVariable(SENT, System.nanoTime());
    }

    /** Notes what an answer says of credits, whether it is a page or a refusal; for a {@code doFinally}. */
    public void recordUsage(Exchange exchange) {
        Tenant tenant = tenants.forExchange(exchange);
        tenant.meters()
                .record(
                        JobfeedMetric.REQUESTS,
                        Duration.ofNanos(System.nanoTime() - exchange.getVariable(SENT, Long.class)),
                        "jobo",
                        endpoint(path(exchange)),
                        status(exchange));
        limiter(tenant)
                .onResponse(
                        path(exchange),
                        header(exchange, "X-RateLimit-Limit"),
                        header(exchange, "X-RateLimit-Remaining"),
                        header(exchange, "X-RateLimit-Reset"),
                        header(exchange, "Date"));
        observe(exchange);
        BigDecimal deducted = credits(exchange, "X-Credits-Deducted");
        exchange.setVariable("joboCreditsDeducted", deducted);
        RequestOwner owner = owner(exchange);
        if (owner != null) {
            owner.recordCredits(deducted, credits(exchange, "X-Credits-Balance"));
        }
        if (deducted != null) {
            tenant.meters()
                    .add(
                            JobfeedMetric.CREDITS_SPENT,
                            deducted.doubleValue(),
                            owner == null ? "companies" : owner.stream());
        }
    }

    /**
     * A {@code Date} that is missing or cannot be read says nothing. Where it is an attempt's page that has none, what is
     * assumed of the server's clock decides; a refusal is followed by no decision, and may be of a proxy.
     */
    private static void observe(Exchange exchange) {
        Optional<Instant> date = Headers.date(header(exchange, "Date"));
        RequestOwner owner = owner(exchange);
        ServerTimeObserver reading =
                exchange.getVariable("jobfeedReading") instanceof ServerTimeObserver it ? it : null;
        if (date.isPresent() && (owner != null || reading != null)) {
            ServerClock clock = owner != null ? owner.clock() : reading.clock();
            clock.observe(date.get(), exchange.getVariable(SENT, Long.class), System.nanoTime());
        } else if (owner != null && "200".equals(status(exchange))) {
            owner.clock().observeUndated();
        }
    }

    /**
     * Reads the answer as it arrives, by what the path returns.
     *
     * @throws IOException when it breaks off or is not what the API promises; both are worth another try
     */
    public Object parse(Exchange exchange) throws IOException {
        Message answer = exchange.getMessage();
        String path = path(exchange);
        try (InputStream body = answer.getMandatoryBody(InputStream.class)) {
            // Camel would read what is left of a broken answer once more, and fail for that instead
            answer.setBody(null);
            if (path.startsWith("/api/companies/")) {
                return FeedResponseParser.object(body);
            }
            if (path.equals("/api/jobs/expired")) {
                return FeedResponseParser.idPage(body);
            }
            FeedPage page = feedPage(body, FeedDefinition.at(path));
            RequestOwner owner = owner(exchange);
            if (owner != null) {
                owner.recordReceived(page.received());
            }
            return page;
        } catch (InvalidPayloadException e) {
            throw new MalformedResponseException("The answer has no body.", e);
        }
    }

    private FeedPage feedPage(InputStream body, FeedDefinition source) throws IOException {
        try (InputStream ahead = new ReadAheadInputStream(body, executor)) {
            return FeedResponseParser.feedPage(ahead, source.shape());
        }
    }

    /**
     * Returns whether the pagination has to begin again: the answer refuses the cursor that was sent (400 invalid cursor, and
     * every 409), or the time since which expired ids were asked for, and by its own clock that is out of reach. A request
     * without either, as for a company or a first page, has none to lose; its answer is final.
     */
    public boolean isCursorExpired(Exchange exchange) {
        if (!hasCursor(exchange)) {
            return isOutOfReach(exchange);
        }
        HttpOperationFailedException answer = exchange.getException(HttpOperationFailedException.class);
        if (answer == null) {
            answer = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        }
        if (answer == null || answer.getStatusCode() != 400) {
            return answer != null && answer.getStatusCode() == 409;
        }
        String body = answer.getResponseBody();
        return body != null
                && INVALID_CURSOR.matcher(body.toLowerCase(Locale.ROOT)).find();
    }

    private static boolean isOutOfReach(Exchange exchange) {
        HttpOperationFailedException answer =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        Matcher since = EXPIRED_SINCE.matcher(String.valueOf(exchange.getVariable("joboQuery", String.class)));
        if (answer == null || answer.getStatusCode() != 400 || !since.find()) {
            return false;
        }
        Instant asked = Instant.parse(since.group(1));
        return Headers.date(Headers.of(answer.getResponseHeaders(), "Date").orElse(null))
                .filter(now -> asked.isBefore(now.minus(REACH)) || asked.isAfter(now.plusSeconds(1)))
                .isPresent();
    }

    private static boolean hasCursor(Exchange exchange) {
        String query = exchange.getVariable("joboQuery", String.class);
        if (query != null && CURSOR_PARAMETER.matcher(query).find()) {
            return true;
        }
        String body = exchange.getMessage().getBody(String.class);
        try {
            return body != null && JSON.readTree(body).hasNonNull("cursor");
        } catch (JsonProcessingException e) {
            return false;
        }
    }

    /** What the caller gets in place of a page when the cursor is of no use any more. */
    public FeedResponse cursorExpired(Exchange exchange) {
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        return new FeedResponse.CursorExpired();
    }

    /** The path without what stands for one company: few values, whatever is asked for. */
    private static String endpoint(String path) {
        return path.startsWith("/api/companies/") ? "/api/companies/{id}" : path;
    }

    /** The answer's status, or that there was none. */
    private static String status(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure instanceof HttpOperationFailedException refusal) {
            return Integer.toString(refusal.getStatusCode());
        }
        return failure != null
                ? "IO_ERROR"
                : exchange.getMessage().getHeader(Exchange.HTTP_RESPONSE_CODE, "IO_ERROR", String.class);
    }

    private ClientRateLimiter limiter(Tenant tenant) {
        return limiters.computeIfAbsent(tenant.name(), name -> new ClientRateLimiter(tenant.settings(), clock));
    }

    private static RequestOwner owner(Exchange exchange) {
        return exchange.getVariable("jobfeedAttempt", RequestOwner.class);
    }

    private static String path(Exchange exchange) {
        return exchange.getVariable("joboPath", String.class);
    }

    /** A header of a page, or of a refusal; null when there is none. */
    private static String header(Exchange exchange, String name) {
        HttpOperationFailedException refusal =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        String text = exchange.getMessage().getHeader(name, String.class);
        return text == null && refusal != null
                ? Headers.of(refusal.getResponseHeaders(), name).orElse(null)
                : text;
    }

    /** Credits as the API sends them; absent under a subscription, and nothing to fail for when they are no number. */
    private static BigDecimal credits(Exchange exchange, String header) {
        String text = header(exchange, header);
        return text != null && ProblemTranslator.CREDITS.matcher(text.strip()).matches()
                ? new BigDecimal(text.strip())
                : null;
    }
}
