package dev.jobfeed.outbox;

import dev.jobfeed.api.BackoffPolicy;
import dev.jobfeed.api.RetryCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** How long an endpoint that takes nothing is left alone: 1 s, 2 s, 4 s and so on, up to 30 s. */
final class EndpointBackoff {

    private int failures;
    private Instant until = Instant.MIN;

    synchronized boolean lasts(Instant now) {
        return now.isBefore(until);
    }

    /**
     * Begins, or becomes longer.
     *
     * @param scale what the wait is multiplied with
     */
    synchronized Duration begin(Instant now, double scale, RandomGenerator random) {
        failures++;
        Duration delay = BackoffPolicy.delay(RetryCategory.TRANSIENT, Optional.empty(), failures, random);
        Duration scaled = Duration.ofMillis((long) (delay.toMillis() * scale));
        until = now.plus(scaled);
        return scaled;
    }

    synchronized void end() {
        failures = 0;
        until = Instant.MIN;
    }
}
