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
 * Decides about each repetition of a request: bean {@code jobfeedRetryPolicy}. A clause of the error policy names it as its
 * {@code onExceptionOccurredRef}, to have the delay set, and asks {@link #allows} as its {@code retryWhile}.
 */
public final class RetryPolicy implements Processor {

    /** The exchange property with what happened to the request so far; to be removed before a new request. */
    public static final String HISTORY = "jobfeedRetryState";

    private static final Logger LOG = LoggerFactory.getLogger(RetryPolicy.class);

    /** How often an attempt buys an answer that cannot be read. */
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
     * What happened to a request so far.
     *
     * @param failure the last one, in words
     * @param counts how many failures of each kind there were; of 429, how many one after the other
     * @param delay the wait before the next try, unscaled
     * @param bought how many answers were charged and could not be read
     * @param lost what those were charged, in credits
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

        /** Names the cost of the answers that could not be read; empty when none was charged. */
        String cost() {
            return bought == 0
                    ? ""
                    : lost.stripTrailingZeros().toPlainString() + " credits charged for "
                            + (bought == 1 ? "an answer" : bought + " answers") + " that cannot be read";
        }
    }

    /** Notes a failure, and tells Camel how long to wait. */
    @Override
    public void process(Exchange exchange) {
        JobfeedProperties settings = tenants.forExchange(exchange).settings();
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        RetryCategory kind = RetryCategory.TRANSIENT;
        Optional<Duration> retryAfter = Optional.empty();
        if (failure instanceof HttpOperationFailedException answer) {
            kind = RetryCategory.ofStatus(answer.getStatusCode());
            retryAfter = RetryAfterParser.of(answer.getResponseHeaders(), answer.getResponseBody(), clock.instant());
        } else if (failure instanceof RetryHint advice) {
            kind = advice.category();
            retryAfter = advice.retryAfter();
        }
        RetryState before = exchange.getProperty(HISTORY, RetryState.class);
        Map<RetryCategory, Integer> counts = new EnumMap<>(RetryCategory.class);
        if (before != null) {
            counts.putAll(before.counts());
        }
        if (kind != RetryCategory.RATE_LIMITED) {
            counts.remove(RetryCategory.RATE_LIMITED);
        }
        int count = counts.merge(kind, 1, Integer::sum);
        Duration delay = BackoffPolicy.delay(kind, retryAfter, count, random);
        if (failure instanceof RetryHint advice) {
            delay = BackoffPolicy.capped(delay, advice.maxWait());
        }
        BigDecimal charged = charged(exchange);
        exchange.setProperty(
                HISTORY,
                new RetryState(
                        kind,
                        words(failure),
                        counts,
                        delay,
                        (before == null ? 0 : before.bought()) + charged.signum(),
                        (before == null ? BigDecimal.ZERO : before.lost()).add(charged)));
        exchange.getMessage()
                .setHeader(Exchange.REDELIVERY_DELAY, scaled(delay, settings).toMillis());
    }

    /**
     * Whether the request is to be repeated.
     *
     * @param most how many repetitions a kind of failure is worth
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
                owner.addDetail("it asks to be left alone for "
                        + history.delay().toSeconds() + " s, longer than jobo.retry.max-wait allows");
            }
            return false;
        }
        if (owner != null) {
            owner.markWaiting();
        }
        LOG.warn(
                "{}: {}; {}waiting {} s, then asking again ({} of at most {})",
                path(exchange),
                history.failure(),
                history.bought() == 0 ? "" : history.cost() + "; ",
                scaled(history.delay(), settings).toMillis() / 1000.0,
                history.count(),
                history.count() == history.bought() ? MOST_BOUGHT - 1 : most);
        String reason = history.kind().name().toLowerCase(Locale.ROOT);
        tenant.meters().add(JobfeedMetric.RETRIES, 1, reason);
        tenant.meters()
                .add(
                        JobfeedMetric.REQUEST_WAIT,
                        scaled(history.delay(), settings).toMillis() / 1000.0,
                        reason);
        return true;
    }

    /** What the answer that failed was charged; zero for one that was not, and at Jobby.dev, which has no credits. */
    private static BigDecimal charged(Exchange exchange) {
        BigDecimal charged = exchange.getVariable("jobbyPath") == null
                ? exchange.getVariable("joboCreditsDeducted", BigDecimal.class)
                : null;
        return charged == null ? BigDecimal.ZERO : charged.max(BigDecimal.ZERO);
    }

    /** Only one of them is set during a call. */
    private static Object path(Exchange exchange) {
        Object jobby = exchange.getVariable("jobbyPath");
        return jobby != null ? jobby : exchange.getVariable("joboPath");
    }

    private static Duration scaled(Duration delay, JobfeedProperties settings) {
        return Duration.ofMillis((long) (delay.toMillis() * settings.timeScale()));
    }

    private static String words(Throwable failure) {
        if (failure instanceof RetryHint advice) {
            return advice.summary();
        }
        return failure instanceof HttpOperationFailedException answer
                ? "Jobo answered " + answer.getStatusCode()
                : PrintableText.of(String.valueOf(failure.getMessage()).replaceFirst("[.]$", ""));
    }
}
