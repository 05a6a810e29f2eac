package dev.jobfeed.api;

import java.time.Duration;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long to wait before a request is repeated; failure in, delay out. Status codes documentation, "Retry Strategy". */
public final class BackoffPolicy {

    private static final Duration FIRST = Duration.ofSeconds(1);
    private static final Duration CAP = Duration.ofSeconds(30);
    private static final Duration RATE_LIMIT_DEFAULT = Duration.ofSeconds(60);
    private static final double JITTER = 0.25;

    private BackoffPolicy() {}

    /**
     * The delay before the next try.
     *
     * @param retryAfter what the answer asked for
     * @param count how many failures of this kind the request met, from 1; of 429, how many one after the other
     */
    public static Duration delay(RetryCategory kind, Optional<Duration> retryAfter, int count, RandomGenerator random) {
        return switch (kind) {
            case RATE_LIMITED -> {
                Duration asked = retryAfter.orElse(RATE_LIMIT_DEFAULT);
                yield count == 1 ? asked : asked.plus(exponential(count - 1, random));
            }
            case UNAVAILABLE -> retryAfter.orElseGet(() -> Duration.ofMillis(random.nextLong(30_000, 60_001)));
            case TRANSIENT -> exponential(count, random);
        };
    }

    /** The delay, but not beyond what makes sense. */
    public static Duration capped(Duration delay, Optional<Duration> longest) {
        return longest.filter(most -> most.compareTo(delay) < 0).orElse(delay);
    }

    /** 1 s, 2 s, 4 s and so on, up to a quarter more at random, never above the cap. */
    private static Duration exponential(int n, RandomGenerator random) {
        long doubled = FIRST.toMillis() << Math.min(n - 1, 10);
        long jittered = (long) (doubled * (1 + JITTER * random.nextDouble()));
        return Duration.ofMillis(Math.min(jittered, CAP.toMillis()));
    }
}
