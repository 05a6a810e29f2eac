package dev.jobfeed.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The decisions about the clocks: differences, usable watermarks, and what a sweep asks again. */
class ServerClockTest {

    private static final Instant NOW = Instant.parse("2026-11-10T12:00:00Z");

    private final long begin = System.nanoTime();
    private final ServerClock clock = new ServerClock(Clock.fixed(NOW, ZoneOffset.UTC));

    /** Seconds of the local clock when an answer was requested and received, and of its Date. */
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
    void theSmallestPossibleDifferenceCounts(
            long sent, long received, long date, Duration difference, boolean differs) {
        observe(sent, received, date);

        assertThat(clock.difference()).isCloseTo(difference, Duration.ofMillis(500));
        assertThat(clock.isDiffering()).isEqualTo(differs);
        assertThat(clock.takeChange().fallen()).isZero();
    }

    @Test
    void onlyWhatIsCertainlyLessThanKnownHasFallen() {
        clock.assume(Duration.ofHours(-1));

        observe(0, 1, -3600);
        assertThat(clock.takeChange().fallen()).isZero();
        observe(10, 11, -3590);
        assertThat(clock.takeChange()).isNull();
        observe(20, 21, 20);
        assertThat(clock.takeChange()).isEqualTo(new ServerClock.Change(Duration.ZERO, Duration.ZERO));
        observe(30, 31, -7170);
        assertThat(clock.takeChange().fallen()).isCloseTo(Duration.ofHours(2), Duration.ofSeconds(2));
    }

    private void observe(long sent, long received, long date) {
        // half a second each way, because the origin lies a little behind the first line of the test
        clock.observe(NOW.plusSeconds(date), nanos(sent), nanos(received));
    }

    private long nanos(long seconds) {
        return begin + Duration.ofSeconds(seconds).toNanos();
    }

    @ParameterizedTest
    @CsvSource({
        // watermark and sweep before now, an earlier run before now; what is used of both
        "PT1H , PT2H , PT3H , PT1H , PT2H",
        "PT-1H, PT2H , PT3H , PT3H , PT2H",
        "PT-1H, PT-1H, PT3H , PT3H , PT166H59M",
        "PT-1H, PT-1H,      , PT24H, PT166H59M",
        "PT-1H, PT-1H, PT400H, PT400H, PT400H",
        "PT1H , PT-1H,      , PT1H , PT166H59M"
    })
    void aWatermarkThatIsLaterThanNowGivesWay(
            Duration run, Duration sweep, Duration earlier, Duration usedRun, Duration usedSweep) {
        var now = NOW.atOffset(ZoneOffset.UTC);
        SyncState state = new SyncState(
                "jobs", now.minus(run), now.minus(sweep), null, null, null, null, null, null, null, null, null);

        SyncState usable =
                Watermarks.usable(state, now, Optional.ofNullable(earlier).map(now::minus));

        assertThat(usable.lastRunStartedAt()).isEqualTo(now.minus(usedRun));
        assertThat(usable.lastSweepStartedAt()).isEqualTo(now.minus(usedSweep));
    }

    @Test
    void aSweepAsksFromEachDeliveryUpToABound() {
        Map<UUID, Instant> delivered = new HashMap<>();
        for (int i = 0; i < 10; i++) {
            delivered.put(new UUID(0, i), NOW.plusSeconds(i / 2));
        }

        List<Sweep.Question> exact = Sweep.Question.of(delivered, 16);
        assertThat(exact).hasSize(5).allMatch(question -> question.ids().size() == 2);
        List<Sweep.Question> together = Sweep.Question.of(delivered, 2);
        assertThat(together).extracting(Sweep.Question::since).containsExactly(NOW, NOW.plusSeconds(3));
        assertThat(together).extracting(question -> question.ids().size()).containsExactly(6, 4);
        assertThat(Sweep.Question.of(Map.of(), 16)).isEmpty();
    }
}
