package dev.jobfeed.sandbox;

import com.sun.net.httpserver.Headers;
import java.time.Instant;

/** The X-RateLimit headers; they inform and are never enforced, with a limit that no client reaches. */
final class RateWindow {

    private static final long LIMIT = 100_000;

    private long minute;
    private long used;

    synchronized void write(Instant now, Headers headers) {
        long current = now.getEpochSecond() / 60;
        if (current != minute) {
            minute = current;
            used = 0;
        }
        used++;
        headers.set("X-RateLimit-Limit", Long.toString(LIMIT));
        headers.set("X-RateLimit-Remaining", Long.toString(Math.max(0, LIMIT - used)));
        headers.set("X-RateLimit-Reset", Long.toString((current + 1) * 60));
    }
}
