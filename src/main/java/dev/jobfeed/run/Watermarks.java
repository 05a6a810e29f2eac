package dev.jobfeed.run;

import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Decides which watermarks can be used by the server's clock. Pure functions. */
final class Watermarks {

    /** The longest time that a watermark moves back for a clock that was set: a bound for what is paid again. */
    private static final Duration MOST = Duration.ofDays(1);

    private Watermarks() {}

    /**
     * Moves the watermarks back by what the difference of the clocks fell. Nothing tells which of the clocks was set: if it
     * was the server's, rows of the meantime have times before the watermarks.
     */
    static SyncState fallen(SyncState state, Duration by) {
        return by.isZero()
                ? state
                : state.with(back(state.lastRunStartedAt(), by), back(state.lastSweepStartedAt(), by));
    }

    /** A time that the server's clock may have been set back behind; null stays null. */
    static OffsetDateTime back(OffsetDateTime time, Duration by) {
        return time == null ? null : time.minus(least(by, MOST));
    }

    /**
     * The latest start of an earlier run that may stand in for the watermark.
     *
     * @return empty when the watermark is usable
     */
    static Optional<OffsetDateTime> substitute(SyncState state, OffsetDateTime now) {
        OffsetDateTime watermark = state.lastRunStartedAt();
        // the clock that it came from was ahead by so much at least, and may have been so before
        return isAfter(watermark, now)
                ? Optional.of(now.minus(least(Duration.between(now, watermark), MOST)))
                : Optional.empty();
    }

    /**
     * Replaces watermarks that are later than the server's time, as clock errors leave them behind. A sweep is free, and
     * reaches back as far as the API allows; if the earlier run lies further back, a sweep is no longer enough.
     *
     * @param earlier the start of an earlier complete run, see {@link #substitute}; without one, it is a day ago
     */
    static SyncState usable(SyncState state, OffsetDateTime now, Optional<OffsetDateTime> earlier) {
        OffsetDateTime run = state.lastRunStartedAt();
        OffsetDateTime sweep = state.lastSweepStartedAt();
        OffsetDateTime reach = now.minus(RunPlan.SWEEP_REACH).plusMinutes(1);
        return state.with(
                isAfter(run, now) ? earlier.orElse(now.minus(MOST)) : run,
                isAfter(sweep, now) ? earlier.filter(reach::isAfter).orElse(reach) : sweep);
    }

    private static boolean isAfter(OffsetDateTime watermark, OffsetDateTime now) {
        return watermark != null && watermark.isAfter(now);
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
