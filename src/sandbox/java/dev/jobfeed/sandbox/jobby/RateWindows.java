package dev.jobfeed.sandbox.jobby;

import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;

/**
 * Counts the requests of a minute for each token and endpoint.
 *
 * <p>A window starts with its first request: the documented reset, 1714780008, is no full minute.
 */
final class RateWindows {

    private static final Duration LENGTH = Duration.ofMinutes(1);

    /** What the X-RateLimit headers say; a request that is over the limit has to wait, the others wait 0 s. */
    record Count(int limit, int remaining, long reset, long retryAfter) {

        void write(Map<String, String> headers) {
            headers.put("X-RateLimit-Limit", Integer.toString(limit));
            headers.put("X-RateLimit-Remaining", Integer.toString(remaining));
            headers.put("X-RateLimit-Reset", Long.toString(reset));
            if (retryAfter > 0) {
                headers.put("Retry-After", Long.toString(retryAfter));
            }
        }
    }

    private record Key(String token, JobbyEndpoint endpoint) {}

    private static final class Window {
        private final Instant end;
        private int used;

        Window(Instant end) {
            this.end = end;
        }
    }

    private final boolean enforced;
    private final Map<Key, Window> windows = new HashMap<>();

    RateWindows(boolean enforced) {
        this.enforced = enforced;
    }

    synchronized Count count(String token, JobbyEndpoint endpoint, Instant now) {
        int limit = endpoint.quota().perMinute();
        if (!enforced) {
            // a full window, so that a client that slows down near the end of one does not either
            return new Count(limit, limit, upTo(now.plus(LENGTH)), 0);
        }
        Window window = windows.compute(
                new Key(token, endpoint),
                (key, old) -> old == null || !now.isBefore(old.end) ? new Window(now.plus(LENGTH)) : old);
        long reset = upTo(window.end);
        if (window.used == limit) {
            return new Count(limit, 0, reset, Math.max(1, upTo(window.end.minusMillis(now.toEpochMilli()))));
        }
        window.used++;
        return new Count(limit, limit - window.used, reset, 0);
    }

    private static long upTo(Instant instant) {
        return instant.getEpochSecond() + (instant.getNano() > 0 ? 1 : 0);
    }
}
