package dev.jobfeed.api;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.ResponseHeaders;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps the requests with one key within the limits reported by the API, so that a burst does not lead to a 429. */
public final class ClientRateLimiter {

    private static final Logger LOG = LoggerFactory.getLogger(ClientRateLimiter.class);

    /** Minimum wait that is logged; shorter waits only spread the requests. */
    private static final Duration LOG_THRESHOLD = Duration.ofSeconds(2);

    private final JobfeedProperties settings;
    private final Clock clock;
    private final Map<String, Instant> sent = new ConcurrentHashMap<>();
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    public ClientRateLimiter(JobfeedProperties settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Records the rate limit that a response reports.
     *
     * @param limit the header X-RateLimit-Limit; nullable
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     * @param date the header Date, by whose clock the reset is given; nullable
     */
    public void onResponse(String path, String limit, String remaining, String reset, String date) {
        Instant now = clock.instant();
        Instant serverNow = ResponseHeaders.serverNow(date, now);
        Duration difference = Duration.between(now, serverNow);
        Instant sentAt = sent.getOrDefault(bucket(path), now).plus(difference);
        Instant next = RateLimitHeaders.next(limit, remaining, reset, sentAt, serverNow)
                .minus(difference);
        if (next.isAfter(now)) {
            long scaled = (long)
                    (Duration.between(now, next).toMillis() * settings.jobo().timeScale());
            notBefore.merge(bucket(path), now.plusMillis(scaled), (a, b) -> a.isAfter(b) ? a : b);
        }
    }

    /**
     * Waits until another request is within the limit, or the attempt is asked to stop.
     *
     * @param owner null for a request outside of an attempt
     */
    public void acquire(String path, RequestOwner owner) throws InterruptedException {
        // kept, because a request of another stream may also be waiting
        Instant until = notBefore.get(bucket(path));
        if (until != null && until.isAfter(clock.instant())) {
            acquire(path, until, owner);
        }
        sent.put(bucket(path), clock.instant());
    }

    private void acquire(String path, Instant until, RequestOwner owner) throws InterruptedException {
        Duration pause = Duration.between(clock.instant(), until);
        if (pause.compareTo(LOG_THRESHOLD) > 0) {
            LOG.info("{}: the rate limit is used up; waiting until {}", path, until);
        }
        if (owner != null) {
            owner.markWaiting(pause);
        }
        long step = Math.max(1, Math.min(50, pause.toMillis()));
        while (until.isAfter(clock.instant()) && (owner == null || !owner.isStopping())) {
            TimeUnit.MILLISECONDS.sleep(step);
        }
    }

    /**
     * Returns the limit that a path counts against. Rate limits documentation: feed and expired share one limit, all
     * other paths another.
     */
    private static String bucket(String path) {
        return isOfOneObject(path) ? "general" : "feed";
    }

    /** Returns whether a path ends with the id of a company or a job. */
    static boolean isOfOneObject(String path) {
        return path.startsWith("/api/companies/")
                || path.startsWith("/api/jobs/") && !path.endsWith("/feed") && !path.endsWith("/expired");
    }
}
