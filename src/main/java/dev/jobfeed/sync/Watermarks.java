package dev.jobfeed.sync;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/** Decides which watermarks are usable by the server's clock. Pure functions. */
public final class Watermarks {

    /** Limit for moving a run's watermark back after a clock change; bounds the rows that are paid for twice. */
    private static final Duration MAX_SHIFT = Duration.ofDays(1);

    private Watermarks() {}

    /**
     * Adjusts the state after the difference of the clocks fell. Nothing shows which clock was set: if it was the
     * server's, rows delivered in between have times before the watermarks, and earlier expiries have times in the
     * future.
     *
     * <p>The run's watermark moves back by a day at most. The sweep's watermark is kept, so that a clock change causes
     * no paid resync; the start of its window moves back by the full difference, because {@code /expired} is free.
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
     * Returns the latest time that the server's clock may have shown before it was set back. A sweep's watermark in the
     * future proves that it was set back; otherwise that is only possible if no attempt saw it for that long, so one
     * day is enough.
     */
    private static OffsetDateTime setBackFrom(StreamState state, Duration by, OffsetDateTime now) {
        OffsetDateTime found = now.plus(isAfter(state.lastSweepStartedAt(), now) ? inReach(by) : min(by, MAX_SHIFT));
        return isAfter(state.setBackFrom(), found) ? state.setBackFrom() : found;
    }

    /** Moves a time back by the amount the server's clock may have been set back, a day at most; null stays null. */
    static OffsetDateTime back(OffsetDateTime time, Duration by) {
        return time == null ? null : time.minus(min(by, MAX_SHIFT));
    }

    /** Limits a duration to the reach of {@code /expired}. */
    public static Duration inReach(Duration by) {
        return min(by, RunPlan.SWEEP_REACH);
    }

    /**
     * Returns the start of a sweep's window.
     *
     * @param start start of the sweep
     */
    public static OffsetDateTime sweepFrom(StreamState state, OffsetDateTime start, Duration overlap) {
        OffsetDateTime since = state.sweptUntil().minus(overlap);
        OffsetDateTime reach = start.minus(RunPlan.SWEEP_REACH);
        return since.isBefore(reach) ? reach : since;
    }

    /**
     * Returns the latest start of an earlier run that may replace the watermark.
     *
     * @return empty if the watermark is usable
     */
    static Optional<OffsetDateTime> substitute(StreamState state, OffsetDateTime now) {
        OffsetDateTime watermark = state.lastRunStartedAt();
        // the clock that set the watermark was ahead by at least this much, possibly for some time before
        return isAfter(watermark, now)
                ? Optional.of(now.minus(min(Duration.between(now, watermark), MAX_SHIFT)))
                : Optional.empty();
    }

    /**
     * Replaces watermarks that are later than the server time, as clock errors leave them. A sweep is free and reaches
     * back as far as the API allows; if the earlier run is longer ago than that, a sweep is no longer sufficient.
     *
     * @param earlier start of an earlier complete run, see {@link #substitute}; one day ago if empty
     */
    public static StreamState usable(StreamState state, OffsetDateTime now, Optional<OffsetDateTime> earlier) {
        OffsetDateTime run = isAfter(state.lastRunStartedAt(), now)
                ? earlier.orElse(now.minus(MAX_SHIFT))
                : state.lastRunStartedAt();
        if (!isAfter(state.lastSweepStartedAt(), now)) {
            return state.with(run, state.lastSweepStartedAt(), state.earliestSweepStartedAt());
        }
        OffsetDateTime reach = now.minus(RunPlan.SWEEP_REACH);
        return earlier.filter(reach::isAfter)
                .map(before -> state.with(run, before, null))
                .orElse(state.with(run, now, reach));
    }

    /**
     * Returns whether a watermark is later than {@code now} by more than a clock correction; smaller differences are
     * within the overlap.
     */
    private static boolean isAfter(OffsetDateTime watermark, OffsetDateTime now) {
        return watermark != null && watermark.isAfter(now.plus(ServerClock.STEP));
    }

    private static Duration min(Duration a, Duration b) {
        return a.compareTo(b) < 0 ? a : b;
    }
}
