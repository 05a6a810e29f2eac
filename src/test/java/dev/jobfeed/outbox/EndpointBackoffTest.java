package dev.jobfeed.outbox;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Tests how long a failing endpoint is left alone before the next try. */
class EndpointBackoffTest {

    private static final Instant NOW = Instant.parse("2026-11-30T00:00:00Z");

    private final EndpointBackoff backoff = new EndpointBackoff();
    private final SplittableRandom random = new SplittableRandom(1);

    @Test
    void endpointWithoutAFailureHasNoWait() {
        assertThat(backoff.lasts(NOW)).isFalse();
    }

    @Test
    void waitDoublesUpToHalfAMinuteWithJitter() {
        List<Duration> waits = IntStream.range(0, 9)
                .mapToObj(i -> backoff.begin(NOW, 1, random))
                .toList();

        for (int i = 0; i < waits.size(); i++) {
            long least = Math.min(30_000, 1000L << i);
            assertThat(waits.get(i).toMillis()).isBetween(least, Math.min(30_000, least + least / 4));
        }
    }

    @Test
    void backoffLastsUntilTheEndOfTheWait() {
        Duration wait = backoff.begin(NOW, 1, random);

        assertThat(backoff.lasts(NOW)).isTrue();
        assertThat(backoff.lasts(NOW.plus(wait).minusMillis(1))).isTrue();
        assertThat(backoff.lasts(NOW.plus(wait))).isFalse();
    }

    @Test
    void scaleShortensTheWait() {
        assertThat(backoff.begin(NOW, 0.01, random).toMillis()).isBetween(10L, 12L);
    }

    @Test
    void successResetsTheWait() {
        IntStream.range(0, 5).forEach(i -> backoff.begin(NOW, 1, random));

        backoff.end();

        assertThat(backoff.lasts(NOW)).isFalse();
        assertThat(backoff.begin(NOW, 1, random).toMillis()).isBetween(1000L, 1250L);
    }
}
