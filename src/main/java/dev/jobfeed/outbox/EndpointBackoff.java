package dev.jobfeed.outbox;

import dev.jobfeed.api.BackoffPolicy;
import dev.jobfeed.api.RetryCategory;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.random.RandomGenerator;

/** Delays sending to an endpoint that has failed: 1 s, 2 s, 4 s and so on, up to 30 s. */
final class EndpointBackoff {

    private int failures;
    private Instant until = Instant.MIN;

    synchronized boolean lasts(Instant now) {
        return now.isBefore(until);
    }

    /**
     * Starts or extends the backoff.
     *
     * @param scale factor applied to the delay
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
