package dev.jobfeed.api;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponse;
import dev.jobfeed.feed.ResponseHeaders;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.http.base.HttpOperationFailedException;

/** Provides the steps directly before and after a call to Jobo: bean {@code jobfeedApiResponses}. */
public final class JoboResponseHandler {

    /** The documentation has only the phrase "400 Invalid cursor"; vendor code uses the identifier invalid_cursor. */
    private static final Pattern INVALID_CURSOR =
            Pattern.compile("invalid[ _-]cursor|cursor[^a-z]+(is |has )?(invalid|expired)");

    private static final Pattern EXPIRED_SINCE = Pattern.compile("(?:^|&)expired_since=([^&]+)");

    private static final Pattern CURSOR_PARAMETER = Pattern.compile("(^|&)cursor=");

    private static final String SENT = "jobfeedSentNanos";

    private final TenantRegistry tenants;
    private final Clock clock;
    private final Map<String, ClientRateLimiter> limiters = new ConcurrentHashMap<>();

    public JoboResponseHandler(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Counts the request, or rejects it when the attempt must not send it. Sets its method: otherwise, Camel turns a
     * POST with a query into a GET.
     */
    public void beforeRequest(Exchange exchange) throws InterruptedException {
        exchange.setVariable("joboMethod", exchange.getMessage().getBody() == null ? "GET" : "POST");
        RequestOwner owner = owner(exchange);
        Tenant tenant = tenants.forExchange(exchange);
        long requested = System.nanoTime();
        limiter(tenant).acquire(path(exchange), owner);
        tenant.meters().add(JobfeedMetric.REQUEST_WAIT, (System.nanoTime() - requested) / 1e9, "pace");
        if (owner != null) {
            boolean repeated = Boolean.TRUE.equals(exchange.getIn().getHeader(Exchange.REDELIVERED, Boolean.class));
            owner.beforeRequest(repeated, path(exchange).endsWith("/feed"));
        }
        exchange.setVariable(SENT, System.nanoTime());
    }

    /** Records a response and the credits that it reports, for pages and error responses alike; for a {@code doFinally}. */
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
            owner.recordResponse(status(exchange), deducted, credits(exchange, "X-Credits-Balance"));
        }
        if (deducted != null) {
            tenant.meters()
                    .add(
                            JobfeedMetric.CREDITS_SPENT,
                            deducted.doubleValue(),
                            owner == null ? stream(path(exchange)) : owner.stream());
        }
    }

    /** Returns the stream of a request without an owner, which is an estimate or fetches a company. */
    private static String stream(String path) {
        return Stream.of(FeedDefinition.values())
                .filter(feed -> feed.path().equals(path))
                .map(FeedDefinition::stream)
                .findFirst()
                .orElse("companies");
    }

    /**
     * Observes the server's clock. A missing or unreadable {@code Date} has no effect. For an attempt's page without
     * one, the assumed clock is used for decisions; an error response leads to no such decision, and may come from a
     * proxy.
     */
    private static void observe(Exchange exchange) {
        Optional<Instant> date = ResponseHeaders.date(header(exchange, "Date"));
        RequestOwner owner = owner(exchange);
        ServerTimeObserver observer = owner != null
                ? owner
                : exchange.getVariable("jobfeedReading") instanceof ServerTimeObserver found ? found : null;
        if (date.isPresent() && observer != null) {
            observer.clock().observe(date.get(), exchange.getVariable(SENT, Long.class), System.nanoTime());
        } else if (owner != null && "200".equals(status(exchange))) {
            owner.clock().observeUndated();
        }
    }

    /** Counts the rows of a feed's page, whether or not they are stored later. Other responses have no rows. */
    public void received(Exchange exchange) {
        RequestOwner owner = owner(exchange);
        if (owner != null && exchange.getMessage().getBody() instanceof FeedPage page) {
            owner.recordReceived(page.received());
        }
    }

    /**
     * Returns whether the pagination has to restart: the response rejects the cursor that was sent (400 invalid cursor,
     * and every 409), or the start of the window for expired ids, when that is out of reach by the date of the
     * response. A request without either, as for a company or a first page, has nothing to restart; its response is
     * final.
     */
    public boolean isCursorExpired(Exchange exchange) {
        if (!hasCursor(exchange)) {
            return isTooOld(exchange);
        }
        HttpOperationFailedException response = exchange.getException(HttpOperationFailedException.class);
        if (response == null) {
            response = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        }
        if (response == null || response.getStatusCode() != 400) {
            return response != null && response.getStatusCode() == 409;
        }
        String body = response.getResponseBody();
        return body != null
                && INVALID_CURSOR.matcher(body.toLowerCase(Locale.ROOT)).find();
    }

    private static boolean isTooOld(Exchange exchange) {
        HttpOperationFailedException response =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        Matcher since = EXPIRED_SINCE.matcher(String.valueOf(exchange.getVariable("joboQuery", String.class)));
        if (response == null || response.getStatusCode() != 400 || !since.find()) {
            return false;
        }
        Instant requested = Instant.parse(since.group(1));
        return ResponseHeaders.date(ResponseHeaders.of(response.getResponseHeaders(), "Date")
                        .orElse(null))
                .filter(now ->
                        requested.isBefore(now.minus(ExpiredIdsPage.REACH)) || requested.isAfter(now.plusSeconds(1)))
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

    /** Returns the result that replaces a page when the cursor has expired. */
    public FeedResponse cursorExpired(Exchange exchange) {
        exchange.removeProperty(Exchange.EXCEPTION_CAUGHT);
        return new FeedResponse.CursorExpired();
    }

    /** Returns the path without the id of a company or a job, to limit the number of tag values. */
    private static String endpoint(String path) {
        return ClientRateLimiter.isOfOneObject(path) ? path.replaceFirst("[^/]+$", "{id}") : path;
    }

    /** Returns the response's status, or that there was no response. */
    private static String status(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        if (failure instanceof HttpOperationFailedException error) {
            return Integer.toString(error.getStatusCode());
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

    /** Returns a header of a page or an error response; null when there is none. */
    private static String header(Exchange exchange, String name) {
        HttpOperationFailedException error =
                exchange.getProperty(Exchange.EXCEPTION_CAUGHT, HttpOperationFailedException.class);
        String text = exchange.getMessage().getHeader(name, String.class);
        return text == null && error != null
                ? ResponseHeaders.of(error.getResponseHeaders(), name).orElse(null)
                : text;
    }

    /** Returns the credits in a header; absent with a subscription, and ignored when they are not a number. */
    private static BigDecimal credits(Exchange exchange, String header) {
        String text = header(exchange, header);
        return text != null && ProblemTranslator.CREDITS.matcher(text.strip()).matches()
                ? new BigDecimal(text.strip())
                : null;
    }
}
