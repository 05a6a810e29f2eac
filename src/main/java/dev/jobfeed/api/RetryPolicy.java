package dev.jobfeed.api;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether and when a request is retried: bean {@code jobfeedRetryPolicy}. A clause of the error policy
 * references it as {@code onExceptionOccurredRef}, which sets the delay, and calls {@link #allows} in
 * {@code retryWhile}.
 */
public final class RetryPolicy implements Processor {

    /** Exchange property with the request's failures so far; must be removed before a new request. */
    public static final String HISTORY = "jobfeedRetryState";

    private static final Logger LOG = LoggerFactory.getLogger(RetryPolicy.class);

    /** Maximum number of charged responses that cannot be read before an attempt gives up. */
    private static final int MOST_BOUGHT = 2;

    private final TenantRegistry tenants;
    private final Clock clock;
    private final RandomGenerator random;

    public RetryPolicy(TenantRegistry tenants, Clock clock, RandomGenerator random) {
        this.tenants = tenants;
        this.clock = clock;
        this.random = random;
    }

    /**
     * The failures of a request so far.
     *
     * @param failure a summary of the last one
     * @param counts the number of failures by category; for 429, the number of consecutive ones
     * @param delay the wait before the next try, unscaled
     * @param bought the number of responses that were charged and could not be read
     * @param lost the credits charged for those
     */
    public record RetryState(
            RetryCategory kind,
            String failure,
            Map<RetryCategory, Integer> counts,
            Duration delay,
            int bought,
            BigDecimal lost) {

        int count() {
            return counts.get(kind);
        }

        /** Describes the cost of the responses that could not be read; empty when none was charged. */
        String cost() {
            return bought == 0
                    ? ""
                    : lost.stripTrailingZeros().toPlainString() + " credits charged for "
                            + (bought == 1 ? "an answer" : bought + " answers") + " that cannot be read";
        }
    }

    /** Records a failure, and sets the delay for Camel. */
    @Override
    public void process(Exchange exchange) {
        JobfeedProperties settings = tenants.forExchange(exchange).settings();
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        RetryCategory kind = RetryCategory.TRANSIENT;
        Optional<Duration> retryAfter = Optional.empty();
        if (failure instanceof HttpOperationFailedException response) {
            kind = RetryCategory.ofStatus(response.getStatusCode());
            retryAfter =
                    RetryAfterParser.of(response.getResponseHeaders(), response.getResponseBody(), clock.instant());
        } else if (failure instanceof RetryHint hint) {
            kind = hint.category();
            retryAfter = hint.retryAfter();
        }
        RetryState previous = exchange.getProperty(HISTORY, RetryState.class);
        Map<RetryCategory, Integer> counts = new EnumMap<>(RetryCategory.class);
        if (previous != null) {
            counts.putAll(previous.counts());
        }
        if (kind != RetryCategory.RATE_LIMITED) {
            counts.remove(RetryCategory.RATE_LIMITED);
        }
        int count = counts.merge(kind, 1, Integer::sum);
        Duration delay = BackoffPolicy.delay(kind, retryAfter, count, random);
        if (failure instanceof RetryHint hint) {
            delay = BackoffPolicy.capped(delay, hint.maxWait());
        }
        BigDecimal charged = charged(exchange);
        exchange.setProperty(
                HISTORY,
                new RetryState(
                        kind,
                        summary(failure),
                        counts,
                        delay,
                        (previous == null ? 0 : previous.bought()) + charged.signum(),
                        (previous == null ? BigDecimal.ZERO : previous.lost()).add(charged)));
        exchange.getMessage()
                .setHeader(Exchange.REDELIVERY_DELAY, scaled(delay, settings).toMillis());
    }

    /**
     * Returns whether the request is to be retried.
     *
     * @param most maximum number of retries for a category
     */
    public boolean allows(Exchange exchange, int most) {
        Tenant tenant = tenants.forExchange(exchange);
        JobfeedProperties settings = tenant.settings();
        RetryState history = exchange.getProperty(HISTORY, RetryState.class);
        RequestOwner owner = exchange.getVariable("jobfeedAttempt", RequestOwner.class);
        if (owner != null && owner.isStopping()) {
            return false;
        }
        if (history.count() > most || history.bought() >= MOST_BOUGHT) {
            if (owner != null && history.bought() > 0) {
                owner.addDetail(history.cost());
            }
            return false;
        }
        if (history.delay().compareTo(settings.duration("jobo.retry.max-wait")) > 0) {
            if (owner != null) {
                owner.addDetail(
                        "it requests a wait of " + history.delay().toSeconds() + " s, longer than jobo.retry.max-wait");
            }
            return false;
        }
        Duration wait = scaled(history.delay(), settings);
        if (owner != null) {
            owner.markWaiting(wait);
        }
        LOG.warn(
                "{}: {}; {}waiting {} s before retry {} of {}",
                path(exchange),
                history.failure(),
                history.bought() == 0 ? "" : history.cost() + "; ",
                wait.toMillis() / 1000.0,
                history.count(),
                history.count() == history.bought() ? MOST_BOUGHT - 1 : most);
        String reason = history.kind().name().toLowerCase(Locale.ROOT);
        tenant.meters().add(JobfeedMetric.RETRIES, 1, reason);
        tenant.meters().add(JobfeedMetric.REQUEST_WAIT, wait.toMillis() / 1000.0, reason);
        return true;
    }

    /** Returns what the failed response was charged; zero if it was not, and for Jobby.dev, which has no credits. */
    private static BigDecimal charged(Exchange exchange) {
        BigDecimal charged = exchange.getVariable("jobbyPath") == null
                ? exchange.getVariable("joboCreditsDeducted", BigDecimal.class)
                : null;
        return charged == null ? BigDecimal.ZERO : charged.max(BigDecimal.ZERO);
    }

    /** Returns the path of the call; only one of the variables is set. */
    private static Object path(Exchange exchange) {
        Object jobby = exchange.getVariable("jobbyPath");
        return jobby != null ? jobby : exchange.getVariable("joboPath");
    }

    private static Duration scaled(Duration delay, JobfeedProperties settings) {
        return Duration.ofMillis((long) (delay.toMillis() * settings.jobo().timeScale()));
    }

    private static String summary(Throwable failure) {
        if (failure instanceof RetryHint hint) {
            return hint.summary();
        }
        return failure instanceof HttpOperationFailedException response
                ? "Jobo answered " + response.getStatusCode()
                : PrintableText.of(String.valueOf(failure.getMessage()).replaceFirst("[.]$", ""));
    }
}
