package dev.jobfeed.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** What the headers {@code X-RateLimit-*} mean for the next request. Pure functions. */
public final class RateLimitHeaders {

    /** All limits are for a minute; a reset that is further away comes from a clock that differs from ours. */
    private static final Duration LENGTH = Duration.ofMinutes(1);

    private RateLimitHeaders() {}

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
     * When the next request may be sent. A run of a few pages is not held up: as long as more than half of the limit is
     * left, it may be sent at once. From there on, what is left is spread over the time until the reset; the last ones
     * wait for it.
     *
     * @param limit the header X-RateLimit-Limit; nullable, and then no burst is let through
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     * @param sent when the request was sent that was answered with these
     */
    public static Instant next(String limit, String remaining, String reset, Instant sent, Instant now) {
        Duration pause = pause(remaining, reset, now);
        if (!pause.isZero()) {
            return now.plus(pause);
        }
        long left = number(remaining).orElse(0L);
        boolean isPlenty = number(limit).filter(all -> 2 * left > all).isPresent();
        return left == 0 || isPlenty
                ? sent
                : sent.plus(untilReset(reset, now).orElse(Duration.ZERO).dividedBy(left));
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
