package dev.jobfeed;

import dev.jobfeed.retry.RateWindow;
import dev.jobfeed.run.Attempt;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Keeps requests inside the limits that the API tells of, so that a burst does not end in a 429. */
public final class Pace {

    private static final Logger LOG = LoggerFactory.getLogger(Pace.class);

    private final Settings settings;
    private final Clock clock;
    private final Map<String, Instant> notBefore = new ConcurrentHashMap<>();

    public Pace(Settings settings, Clock clock) {
        this.settings = settings;
        this.clock = clock;
    }

    /**
     * Notes what an answer says of the limit.
     *
     * @param remaining the header X-RateLimit-Remaining; nullable
     * @param reset the header X-RateLimit-Reset in Unix seconds; nullable
     */
    void note(String path, String remaining, String reset) {
        Instant now = clock.instant();
        Duration pause = RateWindow.pause(remaining, reset, now);
        if (!pause.isZero()) {
            long scaled = (long) (pause.toMillis() * settings.timeScale());
            notBefore.put(bucket(path), now.plusMillis(scaled));
        }
    }

    /**
     * Waits until another request is inside the limit, or the attempt is asked to stop.
     *
     * @param attempt null for a request outside of an attempt
     */
    void await(String path, Attempt attempt) throws InterruptedException {
        Instant until = notBefore.remove(bucket(path));
        if (until == null || !until.isAfter(clock.instant())) {
            return;
        }
        LOG.info("{}: the rate limit is used up; waiting until {}", path, until);
        if (attempt != null) {
            attempt.pauses();
        }
        while (until.isAfter(clock.instant()) && (attempt == null || !attempt.isStopping())) {
            TimeUnit.MILLISECONDS.sleep(50);
        }
    }

    /** Rate limits documentation: feed and expired share a limit, everything else another. */
    private static String bucket(String path) {
        return path.startsWith("/api/companies/") ? "general" : "feed";
    }
}
