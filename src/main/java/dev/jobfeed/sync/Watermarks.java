package dev.jobfeed.sync;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Decides which watermarks can be used by the server's clock. Pure functions. */
public final class Watermarks {

    /** The longest time that a run's watermark moves back for a clock that was set: a bound for what is paid again. */
    private static final Duration MOST = Duration.ofDays(1);

    private Watermarks() {}

    /**
     * Notes what the difference of the clocks fell by. Nothing tells which of the clocks was set: if it was the server's,
     * rows of the meantime have times before the watermarks, and earlier expiries have times in the future.
     *
     * <p>The run's watermark moves back, a day at most. The sweep's stays, so that no resync is bought for a clock; what its
     * window begins behind moves back by all of it, because {@code /expired} is free.
     *
     * @param now the server's time
     */
    public static StreamState fallen(StreamState state, Duration by, OffsetDateTime now) {
        if (by.isZero()) {
            return state;
        }
        OffsetDateTime sweep = state.lastSweepStartedAt();
        return state.with(
                back(state.lastRunStartedAt(), by),
                isAfter(sweep, now) && !sweep.minus(by).isAfter(now) ? now : sweep,
                sweep == null ? null : state.sweptUntil().minus(inReach(by)),
                setBackFrom(state, by, now));
    }

    /**
     * The latest time that the server's clock may have shown before it was set back. Where a sweep's watermark lies in the
     * future, it was; otherwise only if no attempt has looked at it for as long, so that a day is enough.
     */
    private static OffsetDateTime setBackFrom(StreamState state, Duration by, OffsetDateTime now) {
        OffsetDateTime found = now.plus(isAfter(state.lastSweepStartedAt(), now) ? inReach(by) : least(by, MOST));
        return isAfter(state.setBackFrom(), found) ? state.setBackFrom() : found;
    }

    /** A time that the server's clock may have been set back behind; null stays null. */
    static OffsetDateTime back(OffsetDateTime time, Duration by) {
        return time == null ? null : time.minus(least(by, MOST));
    }

    /** What {@code /expired} does not reach makes no difference. */
    public static Duration inReach(Duration by) {
        return least(by, RunPlan.SWEEP_REACH);
    }

    /**
     * The beginning of a sweep's window.
     *
     * @param start of the sweep
     */
    public static OffsetDateTime sweepFrom(StreamState state, OffsetDateTime start, Duration overlap) {
        OffsetDateTime since = state.sweptUntil().minus(overlap);
        OffsetDateTime reach = start.minus(RunPlan.SWEEP_REACH);
        return since.isBefore(reach) ? reach : since;
    }

    /**
     * The latest start of an earlier run that may stand in for the watermark.
     *
     * @return empty when the watermark is usable
     */
    static Optional<OffsetDateTime> substitute(StreamState state, OffsetDateTime now) {
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
    public static StreamState usable(StreamState state, OffsetDateTime now, Optional<OffsetDateTime> earlier) {
        OffsetDateTime run =
                isAfter(state.lastRunStartedAt(), now) ? earlier.orElse(now.minus(MOST)) : state.lastRunStartedAt();
        if (!isAfter(state.lastSweepStartedAt(), now)) {
            return state.with(run, state.lastSweepStartedAt(), state.earliestSweepStartedAt());
        }
        OffsetDateTime reach = now.minus(RunPlan.SWEEP_REACH);
        return earlier.filter(reach::isAfter)
                .map(before -> state.with(run, before, null))
                .orElse(state.with(run, now, reach));
    }

    /** Clocks are corrected all the time; a difference that is no step lies within the overlap. */
    private static boolean isAfter(OffsetDateTime watermark, OffsetDateTime now) {
        return watermark != null && watermark.isAfter(now.plus(ServerClock.STEP));
    }

    private static Duration least(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
