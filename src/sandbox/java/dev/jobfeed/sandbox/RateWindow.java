package dev.jobfeed.sandbox;

import com.sun.net.httpserver.Headers;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;

/** So many requests in any minute, and what the X-RateLimit headers say about it. */
final class RateWindow {

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final int NOBODY_GETS_THERE = 100_000;

    private final int limit;
    private final boolean enforced;
    private final Deque<Instant> taken = new ArrayDeque<>();

    private RateWindow(int limit, boolean enforced) {
        this.limit = limit;
        this.enforced = enforced;
    }

    RateWindow(int limit) {
        this(limit, true);
    }

    /** Informs about a limit that no client reaches, and lets everything pass. */
    static RateWindow unlimited() {
        return new RateWindow(NOBODY_GETS_THERE, false);
    }

    /** Takes a place in the window; otherwise, the whole seconds after which there is one. */
    synchronized long secondsToWait(Instant now) {
        forget(now);
        if (taken.size() < limit) {
            taken.addLast(now);
            return 0;
        }
        return enforced ? Math.max(1, reset(now) - now.getEpochSecond()) : 0;
    }

    synchronized void write(Instant now, Headers headers) {
        forget(now);
        headers.set("X-RateLimit-Limit", Integer.toString(limit));
        headers.set("X-RateLimit-Remaining", Integer.toString(limit - taken.size()));
        headers.set("X-RateLimit-Reset", Long.toString(reset(now)));
    }

    /** The Unix second by which the oldest request is a minute old; a minute from now when there is none. */
    private long reset(Instant now) {
        Instant reset = (taken.isEmpty() ? now : taken.peekFirst()).plus(MINUTE);
        return reset.getNano() == 0 ? reset.getEpochSecond() : reset.getEpochSecond() + 1;
    }

    private void forget(Instant now) {
        while (!taken.isEmpty() && !taken.peekFirst().plus(MINUTE).isAfter(now)) {
            taken.removeFirst();
        }
    }
}
