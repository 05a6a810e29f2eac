package dev.jobfeed.api;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.Headers;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the requests with one key inside the limits that the API tells of, so that a burst does not end in a 429. */
public final class ClientRateLimiter {

    private static final Logger LOG = LoggerFactory.getLogger(ClientRateLimiter.class);

    /** A longer wait is told of; a shorter one is what spreads requests. */
    private static final Duration NOTEWORTHY = Duration.ofSeconds(2);

    private final JobfeedProperties settings;
    private final Clock clock;
    private final Map<String, Instant> sent = new ConcurrentHashMap<>();
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    public ClientRateLimiter(JobfeedProperties settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Notes what an answer says of the limit.
     *
     * @param limit the header X-RateLimit-Limit; nullable
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     * @param date the header Date, by which the reset is; nullable
     */
    public void onResponse(String path, String limit, String remaining, String reset, String date) {
        Instant now = clock.instant();
        Instant serverNow = Headers.serverNow(date, now);
        Duration difference = Duration.between(now, serverNow);
        Instant sentAt = sent.getOrDefault(bucket(path), now).plus(difference);
        Instant next = RateLimitHeaders.next(limit, remaining, reset, sentAt, serverNow)
                .minus(difference);
        if (next.isAfter(now)) {
            long scaled = (long) (Duration.between(now, next).toMillis() * settings.timeScale());
            notBefore.merge(bucket(path), now.plusMillis(scaled), (a, b) -> a.isAfter(b) ? a : b);
        }
    }

    /**
     * Waits until another request is inside the limit, or the attempt is asked to stop.
     *
     * @param owner null for a request outside of an attempt
     */
    public void acquire(String path, RequestOwner owner) throws InterruptedException {
        // it stays, for another stream may have a request of its own waiting
        Instant until = notBefore.get(bucket(path));
        if (until != null && until.isAfter(clock.instant())) {
            acquire(path, until, owner);
        }
        sent.put(bucket(path), clock.instant());
    }

    private void acquire(String path, Instant until, RequestOwner owner) throws InterruptedException {
        Duration pause = Duration.between(clock.instant(), until);
        if (pause.compareTo(NOTEWORTHY) > 0) {
            LOG.info("{}: the rate limit is used up; waiting until {}", path, until);
        }
        if (owner != null) {
            owner.markWaiting();
        }
        long step = Math.max(1, Math.min(50, pause.toMillis()));
        while (until.isAfter(clock.instant()) && (owner == null || !owner.isStopping())) {
            TimeUnit.MILLISECONDS.sleep(step);
        }
    }

    /** Rate limits documentation: feed and expired share a limit, everything else another. */
    private static String bucket(String path) {
        return path.startsWith("/api/companies/") ? "general" : "feed";
    }
}
