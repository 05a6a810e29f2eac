package dev.jobfeed.api;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/**
 * Computes the delay before a request is retried, as a pure function of the failure. Source: status codes
 * documentation, "Retry Strategy".
 */
public final class BackoffPolicy {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration CAP = Duration.ofSeconds(30);
    private static final Duration RATE_LIMIT_DEFAULT = Duration.ofSeconds(60);
    private static final double JITTER = 0.25;

    private BackoffPolicy() {}

    /**
     * Returns the delay before the next try.
     *
     * @param retryAfter the delay that the response requested
     * @param count the number of failures of this category for the request, from 1; for 429, the number of consecutive
     *     ones
     */
    public static Duration delay(RetryCategory kind, Optional<Duration> retryAfter, int count, RandomGenerator random) {
        return switch (kind) {
            case RATE_LIMITED -> {
                Duration requested = retryAfter.orElse(RATE_LIMIT_DEFAULT);
                yield count == 1 ? requested : requested.plus(exponential(count - 1, random));
            }
            case UNAVAILABLE -> retryAfter.orElseGet(() -> Duration.ofMillis(random.nextLong(30_000, 60_001)));
            case TRANSIENT -> exponential(count, random);
        };
    }

    /** Returns the delay, limited to the maximum useful wait. */
    public static Duration capped(Duration delay, Optional<Duration> longest) {
        return longest.filter(most -> most.compareTo(delay) < 0).orElse(delay);
    }

    /** Returns 1 s, 2 s, 4 s and so on, plus up to 25 % jitter, limited to the cap. */
    private static Duration exponential(int n, RandomGenerator random) {
        long doubled = FIRST.toMillis() << Math.min(n - 1, 10);
        long jittered = (long) (doubled * (1 + JITTER * random.nextDouble()));
        return Duration.ofMillis(Math.min(jittered, CAP.toMillis()));
    }
}
