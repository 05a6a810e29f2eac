package dev.jobfeed.api;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Interprets the headers {@code X-RateLimit-*} for the next request. Pure functions. */
public final class RateLimitHeaders {

    /** All limits are per minute; a later reset results from a clock that differs from the local one. */
    private static final Duration LENGTH = Duration.ofMinutes(1);

    private RateLimitHeaders() {}

    /**
     * Returns how long the next request has to wait; zero while requests remain. The documentation advises to wait for
     * the reset when one or none remains.
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
     * Returns when the next request may be sent. A run of a few pages is not delayed: while more than half of the limit
     * remains, the request may be sent at once. After that, the remaining requests are spread over the time until the
     * reset; the last ones wait for it.
     *
     * @param limit the header X-RateLimit-Limit; nullable, in which case no burst is allowed
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     * @param sent when the request of this response was sent
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
     * Returns the time until the reset, between zero and one minute; empty when the header is missing or invalid.
     *
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     */
    public static Optional<Duration> untilReset(String reset, Instant now) {
        return number(reset).map(seconds -> {
            Duration until = Duration.ofMillis(seconds * 1000 - now.toEpochMilli());
            return until.isNegative() ? Duration.ZERO : until.compareTo(LENGTH) > 0 ? LENGTH : until;
        });
    }

    /**
     * Returns the number in a header; empty when the header is missing or invalid.
     *
     * @param text nullable
     */
    public static Optional<Long> number(String text) {
        return text != null && text.strip().matches("\\d{1,12}")
                ? Optional.of(Long.valueOf(text.strip()))
                : Optional.empty();
    }
}
