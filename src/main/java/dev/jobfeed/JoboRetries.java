package dev.jobfeed;

import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.metrics.Metric;
import dev.jobfeed.retry.FailureKind;
import dev.jobfeed.retry.RetryAdvice;
import dev.jobfeed.retry.RetryAfter;
import dev.jobfeed.retry.RetryTiming;
import dev.jobfeed.run.Attempt;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.Tenants;
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
 * Decides about each repetition of a request: bean {@code jobfeedRetries}. A clause of the error policy names it as its
 * {@code onExceptionOccurredRef}, to have the delay set, and asks {@link #within} as its {@code retryWhile}.
 */
public final class JoboRetries implements Processor {

    /** The exchange property with what happened to the request so far; to be removed before a new request. */
    public static final String HISTORY = "jobfeedRetries";

    private static final Logger LOG = LoggerFactory.getLogger(JoboRetries.class);

    /** How often an attempt buys an answer that cannot be read. */
    private static final int MOST_BOUGHT = 2;

    private final Tenants tenants;
    private final Clock clock;
    private final RandomGenerator random;

    public JoboRetries(Tenants tenants, Clock clock, RandomGenerator random) {
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
    public record History(
            FailureKind kind,
            String failure,
            Map<FailureKind, Integer> counts,
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
        Settings settings = tenants.of(exchange).settings();
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        FailureKind kind = FailureKind.TROUBLE;
        Optional<Duration> retryAfter = Optional.empty();
        if (failure instanceof HttpOperationFailedException answer) {
            kind = FailureKind.ofStatus(answer.getStatusCode());
            retryAfter = RetryAfter.of(answer.getResponseHeaders(), answer.getResponseBody(), clock.instant());
        } else if (failure instanceof RetryAdvice advice) {
            kind = advice.kind();
            retryAfter = advice.retryAfter();
        }
        History before = exchange.getProperty(HISTORY, History.class);
        Map<FailureKind, Integer> counts = new EnumMap<>(FailureKind.class);
        if (before != null) {
            counts.putAll(before.counts());
        }
        if (kind != FailureKind.RATE_LIMITED) {
            counts.remove(FailureKind.RATE_LIMITED);
        }
        int count = counts.merge(kind, 1, Integer::sum);
        Duration delay = RetryTiming.delay(kind, retryAfter, count, random);
        if (failure instanceof RetryAdvice advice) {
            delay = RetryTiming.bounded(delay, advice.longestWait());
        }
        BigDecimal charged = charged(exchange);
        exchange.setProperty(
                HISTORY,
                new History(
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
    public boolean within(Exchange exchange, int most) {
        Tenant tenant = tenants.of(exchange);
        Settings settings = tenant.settings();
        History history = exchange.getProperty(HISTORY, History.class);
        Attempt attempt = exchange.getVariable("jobfeedAttempt", Attempt.class);
        if (attempt != null && attempt.isStopping()) {
            return false;
        }
        if (history.count() > most || history.bought() >= MOST_BOUGHT) {
            if (attempt != null && history.bought() > 0) {
                attempt.explain(history.cost());
            }
            return false;
        }
        if (history.delay().compareTo(settings.duration("jobo.retry.max-wait")) > 0) {
            if (attempt != null) {
                attempt.explain("it asks to be left alone for "
                        + history.delay().toSeconds() + " s, longer than jobo.retry.max-wait allows");
            }
            return false;
        }
        if (attempt != null) {
            attempt.pauses();
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
        tenant.meters().add(Metric.RETRIES, 1, reason);
        tenant.meters().add(Metric.WAITS, scaled(history.delay(), settings).toMillis() / 1000.0, reason);
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

    private static Duration scaled(Duration delay, Settings settings) {
        return Duration.ofMillis((long) (delay.toMillis() * settings.timeScale()));
    }

    private static String words(Throwable failure) {
        if (failure instanceof RetryAdvice advice) {
            return advice.words();
        }
        return failure instanceof HttpOperationFailedException answer
                ? "Jobo answered " + answer.getStatusCode()
                : PrintableText.of(String.valueOf(failure.getMessage()).replaceFirst("[.]$", ""));
    }
}
