package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamState;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunPlanTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-10T12:00:00Z");
    private static final Duration OVERLAP = Duration.ofMinutes(15);
    private static final String FILTERS = "fingerprint";

    /** Provides ages of the watermarks and of the window; /expired reaches back 7 days, less one hour 167 hours. */
    @ParameterizedTest
    @CsvSource({
        "      ,                ,            , BACKFILL,",
        "      , PT1H           , fingerprint, BACKFILL,",
        "      , PT167H         , fingerprint, BACKFILL,",
        "PT30M , PT30M          , fingerprint, INCREMENTAL, PT45M",
        "PT30M ,                , fingerprint, INCREMENTAL, PT45M",
        "PT30M , PT30M          ,            , INCREMENTAL, PT45M",
        "PT720H, PT167H         , fingerprint, INCREMENTAL, PT720H15M",
        "PT30M , PT167H0.000001S, fingerprint, RESYNC,",
        "      , PT167H0.000001S, fingerprint, RESYNC,",
        "PT30M , PT30M          , other      , RESYNC,",
        "      ,                , other      , RESYNC,"
    })
    void storedStateDeterminesTheMode(
            Duration watermark, Duration sweep, String filters, RunMode mode, Duration window) {
        RunPlan plan = plan(watermark, sweep, filters);

        assertThat(plan.mode()).isEqualTo(mode);
        assertThat(plan.windowFrom()).isEqualTo(ago(window));
        assertThat(plan.reason() != null).isEqualTo(mode == RunMode.RESYNC);
    }

    @ParameterizedTest
    @CsvSource({
        "PT168H, fingerprint, 'the last expiry sweep started at 2026-11-03T12:00Z, longer ago than /expired"
                + " reaches back'",
        "PT1H, other, the filters or jobo.jobs.watermark-parameter have changed"
    })
    void resyncHasAReason(Duration sweep, String filters, String reason) {
        assertThat(plan(Duration.ZERO, sweep, filters).reason()).isEqualTo(reason);
    }

    /**
     * Provides whether an open run of one mode can be resumed, by its filters and pages, the age of the sweep, and a
     * requested resync.
     */
    @ParameterizedTest
    @CsvSource({
        "BACKFILL   , fingerprint, 1, PT1H  , false, false, true",
        "INCREMENTAL, fingerprint, 1, PT1H  , false, false, true",
        "BACKFILL   , other      , 1, PT1H  , false, false, false",
        "RESYNC     , other      , 1, PT1H  , false, false, false",
        "BACKFILL   , fingerprint, 1, PT1H  , true , false, false",
        "RESYNC     , fingerprint, 1, PT1H  , true , false, true",
        "RESYNC     , fingerprint, 1, PT1H  , true , true , false",
        "RESYNC     , fingerprint, 1, PT1H  , false, true , true",
        "RESYNC     , fingerprint, 0, PT168H, false, false, true",
        "RESYNC     , fingerprint, 1, PT168H, false, false, false",
        "INCREMENTAL, fingerprint, 0, PT168H, false, false, false"
    })
    void openRunIsResumedUnlessAResyncIsNecessary(
            RunMode mode,
            String filters,
            long pages,
            Duration sweep,
            boolean requested,
            boolean stuck,
            boolean resumed) {
        OffsetDateTime window = mode == RunMode.INCREMENTAL ? ago(Duration.ofHours(2)) : null;
        StreamState state = state(NOW, ago(sweep), FILTERS, requested ? NOW : null, null, null);

        RunPlan plan = RunPlan.of(state, open(mode, filters, pages, window), stuck, false, FILTERS, NOW, OVERLAP);

        assertThat(plan.resumes()).isEqualTo(resumed);
        assertThat(plan.mode()).isEqualTo(resumed ? mode : RunMode.RESYNC);
        assertThat(plan.windowFrom()).isEqualTo(resumed ? window : null);
        assertThat(plan.reason() == null).isEqualTo(resumed);
    }

    @Test
    void resyncStaysNecessaryUntilOneHasSucceeded() {
        OffsetDateTime since = ago(Duration.ofDays(2));
        StreamState state = state(NOW, NOW, FILTERS, null, null, since);

        assertThat(RunPlan.of(state, null, false, false, FILTERS, NOW, OVERLAP))
                .satisfies(plan -> assertThat(plan.mode()).isEqualTo(RunMode.RESYNC))
                .satisfies(plan -> assertThat(plan.reason()).contains(since.toString(), "/expired"));
    }

    @Test
    void storedPagesOfOtherFiltersNeedAResync() {
        StreamState state = state(NOW, NOW, FILTERS);

        assertThat(RunPlan.of(state, null, false, true, FILTERS, NOW, OVERLAP).mode())
                .isEqualTo(RunMode.RESYNC);
    }

    @Test
    void noSweepIsTooOldBeforeTheServersTimeIsKnown() {
        StreamState state = state(NOW, ago(Duration.ofDays(30)), FILTERS);

        assertThat(RunPlan.of(state, null, false, false, FILTERS, null, OVERLAP).mode())
                .isEqualTo(RunMode.INCREMENTAL);
    }

    /** Provides the age of the last sweep, and of a later or earlier one with unreadable ids. */
    @ParameterizedTest
    @CsvSource({"PT168H, PT1H, false", "PT168H, PT169H, true", "PT168H,, true", "PT1H, PT168H, false"})
    void sweepWithUnreadableIdsCounts(Duration sweep, Duration unreadable, boolean stalled) {
        assertThat(RunPlan.isStalled(state(NOW, ago(sweep), FILTERS, null, ago(unreadable), null), NOW))
                .isEqualTo(stalled);
    }

    private static Run open(RunMode mode, String filters, long pages, OffsetDateTime window) {
        return new Run(
                1,
                "jobs",
                mode,
                RunPhase.FEED,
                "open",
                NOW,
                window,
                true,
                filters,
                null,
                false,
                null,
                1,
                0,
                pages,
                new RecordCounts(0, 0, 0, 0, 0, 0, 0),
                new FeedProgress(0, 0, 0),
                0,
                pages,
                0,
                BigDecimal.ZERO,
                null,
                null);
    }

    private static RunPlan plan(Duration watermark, Duration sweep, String filters) {
        StreamState state = state(ago(watermark), ago(sweep), filters);
        return RunPlan.of(state, null, false, false, FILTERS, NOW, OVERLAP);
    }

    /** Returns the state of a stream without an open run. */
    static StreamState state(OffsetDateTime run, OffsetDateTime sweep, String filters) {
        return state(run, sweep, filters, null, null, null);
    }

    private static StreamState state(
            OffsetDateTime run,
            OffsetDateTime sweep,
            String filters,
            OffsetDateTime requested,
            OffsetDateTime unreadable,
            OffsetDateTime needed) {
        return new StreamState(
                "jobs",
                run,
                sweep,
                filters,
                null,
                requested,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                null,
                unreadable,
                needed);
    }

    private static OffsetDateTime ago(Duration age) {
        return age == null ? null : NOW.minus(age);
    }
}
