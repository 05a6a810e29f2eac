package dev.jobfeed.sandbox.http;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;

/** Counts the requests of the last minute, and says in the X-RateLimit headers how many more it admits. */
public final class RateWindow {

    private static final Duration MINUTE = Duration.ofMinutes(1);

    /** Rounds up to whole seconds. */
    private static final Duration ALMOST_A_SECOND = Duration.ofNanos(999_999_999);

    private final int limit;
    private final Deque<Instant> taken = new ArrayDeque<>();

    public RateWindow(int limit) {
        this.limit = limit;
    }

    /** Takes a place in the window; otherwise, returns the whole seconds after which there is one. */
    public synchronized long secondsToWait(Instant now) {
        forget(now);
        if (taken.size() < limit) {
            taken.addLast(now);
            return 0;
        }
        return Math.max(1, Duration.between(now, end(now)).plus(ALMOST_A_SECOND).toSeconds());
    }

    public synchronized Map<String, String> headers(Instant now) {
        forget(now);
        return Map.of(
                "X-RateLimit-Limit", Integer.toString(limit),
                "X-RateLimit-Remaining", Integer.toString(limit - taken.size()),
                "X-RateLimit-Reset",
                        Long.toString(end(now).plus(ALMOST_A_SECOND).getEpochSecond()));
    }

    /** Returns when the oldest request is a minute old; a minute from now when there is none. */
    private Instant end(Instant now) {
        return (taken.isEmpty() ? now : taken.peekFirst()).plus(MINUTE);
    }

    private void forget(Instant now) {
        while (!taken.isEmpty() && !taken.peekFirst().plus(MINUTE).isAfter(now)) {
            taken.removeFirst();
        }
    }
}
