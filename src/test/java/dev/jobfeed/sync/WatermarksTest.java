package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WatermarksTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-10T12:00:00Z");

    @ParameterizedTest
    @CsvSource({
        // watermark and sweep before now, an earlier run before now; used: run, sweep, start of its
        // window
        "PT1H , PT2H , PT3H , PT1H , PT2H  , PT2H",
        "PT-1H, PT2H , PT3H , PT3H , PT2H  , PT2H",
        "PT-1H, PT-1H, PT3H , PT3H , PT0S  , PT167H",
        "PT-1H, PT-1H,      , PT24H, PT0S  , PT167H",
        "PT-1H, PT-1H, PT400H, PT400H, PT400H, PT400H",
        "PT1H , PT-1H,      , PT1H , PT0S  , PT167H"
    })
    void futureWatermarkIsReplaced(
            Duration run, Duration sweep, Duration earlier, Duration usedRun, Duration usedSweep, Duration sweptUntil) {
        StreamState usable = Watermarks.usable(
                state(run, sweep), NOW, Optional.ofNullable(earlier).map(NOW::minus));

        assertThat(usable.lastRunStartedAt()).isEqualTo(NOW.minus(usedRun));
        assertThat(usable.lastSweepStartedAt()).isEqualTo(NOW.minus(usedSweep));
        assertThat(usable.sweptUntil()).isEqualTo(NOW.minus(sweptUntil));
    }

    @ParameterizedTest
    @CsvSource({
        // watermark and sweep before now, reduction of the difference; run, sweep, window, and the offset of
        // the server
        "PT30M , PT30M , PT1H , PT90M   , PT30M , PT90M    , PT1H",
        "PT-30M, PT-30M, PT1H , PT30M   , PT0S  , PT30M    , PT1H",
        "PT30M , PT30M , PT72H, PT24H30M, PT30M , PT72H30M , PT24H",
        "PT-71H, PT-71H, PT72H, PT-47H  , PT0S  , PT1H     , PT72H",
        "PT-71H, PT-71H, PT1H , PT-70H  , PT-71H, PT-70H   , PT1H",
        "PT30M , PT160H, PT10H, PT10H30M, PT160H, PT170H   , PT10H",
        "PT30M , PT30M , P400D, PT24H30M, PT30M , PT167H30M, PT24H"
    })
    void fallOfTheDifferenceMovesTheWatermarks(
            Duration run,
            Duration sweep,
            Duration by,
            Duration usedRun,
            Duration usedSweep,
            Duration sweptUntil,
            Duration offset) {
        StreamState actual = Watermarks.fallen(state(run, sweep), by, NOW);

        assertThat(actual.lastRunStartedAt()).isEqualTo(NOW.minus(usedRun));
        assertThat(actual.lastSweepStartedAt()).isEqualTo(NOW.minus(usedSweep));
        assertThat(actual.sweptUntil()).isEqualTo(NOW.minus(sweptUntil));
        assertThat(actual.setBackFrom()).isEqualTo(NOW.plus(offset));
    }

    @Test
    void watermarksStayIfTheDifferenceDidNotFall() {
        StreamState state = state(Duration.ofHours(1), Duration.ofHours(1));

        assertThat(Watermarks.fallen(state, Duration.ZERO, NOW)).isSameAs(state);
    }

    /**
     * Provides the age of the watermark, and of the latest start that may replace it; up to 5 s count as a correction.
     */
    @ParameterizedTest
    @CsvSource({"PT1H,", "PT-5S,", "PT-6S, PT6S", "PT-2H, PT2H", "PT-48H, PT24H"})
    void futureWatermarkIsReplacedByARunBeforeTheWrongClock(Duration watermark, Duration before) {
        assertThat(Watermarks.substitute(state(watermark, Duration.ZERO), NOW))
                .isEqualTo(Optional.ofNullable(before).map(NOW::minus));
    }

    /** A second fall does not move a sweep further back than it reaches. */
    @Test
    void secondFallMovesTheWatermarksFurther() {
        StreamState once = Watermarks.fallen(state(Duration.ZERO, Duration.ofHours(160)), Duration.ofHours(5), NOW);
        StreamState twice = Watermarks.fallen(once, Duration.ofHours(1), NOW.minusHours(1));

        assertThat(twice.sweptUntil()).isEqualTo(NOW.minusHours(166));
        assertThat(twice.setBackFrom()).isEqualTo(once.setBackFrom());
        assertThat(RunPlan.isStalled(twice, NOW)).isFalse();
        assertThat(Watermarks.sweepFrom(twice, NOW, Duration.ofHours(2))).isEqualTo(NOW.minus(RunPlan.SWEEP_REACH));
        assertThat(Watermarks.sweepFrom(twice, NOW, Duration.ofMinutes(1)))
                .isEqualTo(NOW.minusHours(166).minusMinutes(1));
    }

    private static StreamState state(Duration run, Duration sweep) {
        return RunPlanTest.state(NOW.minus(run), NOW.minus(sweep), null);
    }
}
