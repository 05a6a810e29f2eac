package dev.jobfeed.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ServerClockTest {

    private static final Instant NOW = Instant.parse("2026-11-10T12:00:00Z");

    private final long begin = System.nanoTime();
    private final ServerClock clock = new ServerClock(Clock.fixed(NOW, ZoneOffset.UTC));

    /** Provides seconds of the local clock when a response was requested and received, and of its Date. */
    @ParameterizedTest
    @CsvSource({
        "0, 1, 0, PT0S, false",
        "0, 1, 1, PT0S, false",
        "0, 100, 40, PT0S, false",
        "3, 4, 7, PT3S, false",
        "3, 4, 0, PT-4S, false",
        "0, 1, 3600, PT59M59S, true",
        "0, 1, -3600, PT-1H-1S, true",
        "0, 100, -3600, PT-1H-1M-40S, true",
        "0, 100, -5, PT-1M-45S, false"
    })
    void smallestPossibleDifferenceIsUsed(long sent, long received, long date, Duration difference, boolean differs) {
        observe(sent, received, date);

        assertThat(clock.difference()).isCloseTo(difference, Duration.ofMillis(500));
        assertThat(clock.isDiffering()).isEqualTo(differs);
        assertThat(clock.takeChange()).satisfies(change -> {
            assertThat(change.fallen()).isZero();
            assertThat(change.risen()).isZero();
        });
    }

    @Test
    void onlyACertainlySmallerDifferenceCountsAsAFall() {
        clock.assume(null);
        clock.assume(Duration.ofHours(-1));
        assertThat(clock.difference()).isEqualTo(Duration.ofHours(-1));

        observe(0, 1, -3600);
        assertThat(clock.takeChange().fallen()).isZero();
        observe(10, 11, -3590);
        assertThat(clock.takeChange()).isNull();
        observe(20, 21, 20);
        assertThat(clock.takeChange()).satisfies(change -> {
            assertThat(change.difference()).isZero();
            assertThat(change.fallen()).isZero();
            assertThat(change.risen()).isCloseTo(Duration.ofHours(1), Duration.ofSeconds(2));
        });
        observe(30, 31, -7170);
        assertThat(clock.takeChange()).satisfies(change -> {
            assertThat(change.fallen()).isCloseTo(Duration.ofHours(2), Duration.ofSeconds(2));
            assertThat(change.risen()).isZero();
        });
    }

    @Test
    void responseWithoutADateUsesTheAssumedDifference() {
        clock.observeUndated();
        assertThat(clock.takeChange()).isEqualTo(new ServerClock.Change(null, Duration.ZERO, Duration.ZERO));
        clock.assume(Duration.ofHours(-1));
        clock.observeUndated();
        assertThat(clock.takeChange()).isNull();
        assertThat(clock.isMeasured()).isFalse();

        observe(0, 1, -3600);
        clock.observeUndated();

        assertThat(clock.takeChange()).isNotNull();
        clock.observeUndated();
        assertThat(clock.takeChange()).isNull();
        assertThat(clock.isMeasured()).isTrue();
    }

    @Test
    void measuredDifferenceIsNotReplacedByAnAssumedOne() {
        observe(0, 1, 0);

        clock.assume(Duration.ofHours(-1));

        assertThat(clock.difference()).isZero();
    }

    @Test
    void timesAreInServerTimeAndAlignedOnesKeepTheirDifference() {
        clock.assume(Duration.ofHours(1));

        OffsetDateTime origin = NOW.plus(Duration.ofHours(1)).atOffset(ZoneOffset.UTC);
        assertThat(clock.origin()).isEqualTo(origin);
        assertThat(clock.now()).isBetween(origin, clock.now());
        assertThat(clock.latestNow()).isAfterOrEqualTo(origin.plusSeconds(1));
        observe(0, 1, 0);
        assertThat(clock.at(nanos(10))).isCloseTo(origin.minusHours(1).plusSeconds(10), within(1, ChronoUnit.SECONDS));
        assertThat(clock.alignedAt(nanos(10))).isCloseTo(origin.plusSeconds(10), within(1, ChronoUnit.SECONDS));
        clock.takeChange();
        assertThat(clock.alignedAt(nanos(10))).isEqualTo(clock.at(nanos(10)));
    }

    /** Pauses longer than a reading of both clocks may take. */
    @ParameterizedTest
    @CsvSource({"1, 2", "1000, 20"})
    void clocksAreReadAgainAfterAPause(int pauses, int least) {
        AtomicInteger readings = new AtomicInteger();
        InstantSource slow = () -> {
            long until = System.nanoTime() + Duration.ofMillis(2).toNanos();
            while (readings.get() < pauses && System.nanoTime() < until) {
                Thread.onSpinWait();
            }
            return NOW.plusSeconds(readings.incrementAndGet());
        };

        ServerClock read = new ServerClock(slow.withZone(ZoneOffset.UTC));

        assertThat(read.origin()).isEqualTo(NOW.plusSeconds(readings.get()).atOffset(ZoneOffset.UTC));
        // a machine under load may pause by itself
        assertThat(readings.get()).isBetween(least, pauses == 1 ? 19 : 20);
    }

    /** A difference of less than a second is not visible in every response. */
    @Test
    void constantDifferenceIsStable() {
        Duration real = Duration.ofMillis(-500);
        int changes = 0;
        for (int i = 0; i < 10_000; i++) {
            long sent = begin + Duration.ofMillis(i * 37L).toNanos();
            Instant server = NOW.plusNanos(sent - begin).plus(real);
            clock.observe(
                    server.truncatedTo(ChronoUnit.SECONDS),
                    sent,
                    sent + Duration.ofMillis(20).toNanos());
            ServerClock.Change change = clock.takeChange();
            if (change != null) {
                changes++;
                assertThat(change.fallen()).isZero();
            }
        }

        assertThat(changes).isLessThan(30);
        assertThat(clock.difference()).isBetween(real.minusMillis(100), real.plusMillis(100));
    }

    private void observe(long sent, long received, long date) {
        // half a second each way, because the origin lies slightly after the first line of the test
        clock.observe(NOW.plusSeconds(date), nanos(sent), nanos(received));
    }

    private long nanos(long seconds) {
        return begin + Duration.ofSeconds(seconds).toNanos();
    }
}
