package dev.jobfeed.retry;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the headers {@code X-RateLimit-*} mean for the next request. Pure functions. */
public final class RateWindow {

    /** All limits are for a minute; a reset that is further away comes from a clock that differs from ours. */
    private static final Duration LENGTH = Duration.ofMinutes(1);

    private RateWindow() {}

    /**
     * How long the next request has to wait; zero while some are left. The documentation advises to wait for the reset
     * when one is left or none.
     *
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     */
    public static Duration pause(String remaining, String reset, Instant now) {
        return number(remaining).filter(left -> left <= 1).isPresent()
                ? untilReset(reset, now).orElse(Duration.ZERO)
                : Duration.ZERO;
    }

    /**
     * How far away the reset is, zero when it is past and a minute at most; empty when the header says nothing.
     *
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     */
    public static Optional<Duration> untilReset(String reset, Instant now) {
        return number(reset).map(seconds -> {
            Duration until = Duration.ofMillis(seconds * 1000 - now.toEpochMilli());
            return until.isNegative() ? Duration.ZERO : until.compareTo(LENGTH) > 0 ? LENGTH : until;
        });
    }

    private static Optional<Long> number(String text) {
        return text != null && text.strip().matches("\\d{1,12}")
                ? Optional.of(Long.valueOf(text.strip()))
                : Optional.empty();
    }
}
