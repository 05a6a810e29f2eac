package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunPlanTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-10T12:00:00Z");
    private static final Duration OVERLAP = Duration.ofMinutes(15);
    private static final String FILTERS = "fingerprint";

    /** Ages of the watermarks, and of the window; /expired reaches back 7 days, less one hour 167 hours. */
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
    void theModeFollowsFromWhatIsStored(
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
    void aResyncSaysWhy(Duration sweep, String filters, String reason) {
        assertThat(plan(Duration.ZERO, sweep, filters).reason()).isEqualTo(reason);
    }

    private static RunPlan plan(Duration watermark, Duration sweep, String filters) {
        StreamState state = state(ago(watermark), ago(sweep), filters);
        return RunPlan.of(state, null, false, false, FILTERS, NOW, OVERLAP);
    }

    /** A stream without an open run of which nothing else is known. */
    static StreamState state(OffsetDateTime run, OffsetDateTime sweep, String filters) {
        return new StreamState(
                "jobs", run, sweep, filters, null, null, null, null, null, null, null, null, null, null, null, null);
    }

    private static OffsetDateTime ago(Duration age) {
        return age == null ? null : NOW.minus(age);
    }
}
