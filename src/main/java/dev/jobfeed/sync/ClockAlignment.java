package dev.jobfeed.sync;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.tenant.Tenant;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Converts the times of a stream and its run to the server's clock. */
public final class ClockAlignment {

    private static final Logger LOG = LoggerFactory.getLogger(ClockAlignment.class);

    private ClockAlignment() {}

    /** State and run after alignment with the server's clock. */
    record Aligned(StreamState state, Run run) {}

    /**
     * Converts watermarks, start and window to server time, before anything of the response that has shown it is
     * stored, and again when the server's clock was set back. If the first response does not show the server time, the
     * assumed difference is kept. Closes a run in favor of a resync if its last sweep turns out to be too long ago.
     *
     * @return the change that responses have shown; null if there was none
     */
    public static ServerClock.Change align(SyncAttempt attempt) {
        ServerClock.Change change = attempt.clock().takeChange();
        if (change == null) {
            return null;
        }
        long before = attempt.run().id();
        Aligned aligned = attempt.tenant().transaction().execute(status -> {
            Aligned result = align(attempt, change);
            attempt.lease().fence();
            return result;
        });
        attempt.aligned(aligned.state(), aligned.run());
        if (aligned.run().id() != before) {
            MdcContext.set(attempt);
        }
        return change;
    }

    static Aligned align(SyncAttempt attempt, ServerClock.Change change) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        OffsetDateTime now = attempt.clock().now();
        Run run = runs.run(attempt.run().id());
        StreamState stored = tenant.states().get(attempt.stream());
        StreamState state = RunOpening.usable(tenant, Watermarks.fallen(stored, change.fallen(), now), now);
        OffsetDateTime start = start(attempt, run, change.fallen());
        if (run.runStartedAt().equals(stored.lastSweepStartedAt())) {
            // nothing was swept yet: all stored rows were delivered since the start of the run
            state = state.with(
                    state.lastRunStartedAt(), start, run.clockChecked() ? state.earliestSweepStartedAt() : null);
        }
        tenant.states().alignClock(state, change.difference());
        if (!change.fallen().isZero() && attempt.source().isExpiring()) {
            tenant.deliveries().shift(Watermarks.inReach(change.fallen()));
        }
        if (attempt.clock().isDiffering()) {
            ClockAlert.raise(attempt);
        }
        if (run.status().equals("open")) {
            run = align(attempt, run, state, start);
        }
        return new Aligned(state, run);
    }

    private static Run align(SyncAttempt attempt, Run run, StreamState state, OffsetDateTime start) {
        RunRepository runs = attempt.tenant().runs();
        boolean measured = attempt.clock().isMeasured();
        OffsetDateTime now = attempt.clock().now();
        boolean needed = !attempt.isSwept() && RunPlan.isStalled(state, now);
        if (needed) {
            // the run's own sweep moves the watermark that shows it
            attempt.tenant().states().needResync(attempt.stream(), now);
        }
        boolean stalled = needed && !RunPlan.isEnoughAfterStall(run);
        if (stalled && run.pages() > 0) {
            RunOpening.close(attempt, run, RunPlan.stall(state));
            RunPlan resync = new RunPlan(RunMode.RESYNC, null, RunPlan.stall(state), false);
            boolean confirmed = attempt.isCostConfirmed();
            long opened = RunOpening.open(attempt, resync, confirmed);
            runs.alignClock(opened, attempt.clock().origin(), null, RunMode.RESYNC, measured);
            return runs.run(opened);
        }
        RunMode mode = stalled ? RunMode.RESYNC : run.mode();
        OffsetDateTime window = run.clockChecked() || run.pages() > 0
                ? run.windowFrom()
                : state.lastRunStartedAt() == null
                        ? null
                        : state.lastRunStartedAt()
                                .minus(attempt.tenant().settings().sync().overlap());
        if (attempt.isSwept() && isCovered(attempt, run.windowFrom(), window)) {
            window = run.windowFrom();
        }
        runs.alignClock(run.id(), start, mode == RunMode.INCREMENTAL ? window : null, mode, measured);
        if (stalled) {
            LOG.warn("run {} of {} is a resync: {}", run.id(), attempt.name(), RunPlan.stall(state));
        }
        return runs.run(run.id());
    }

    /**
     * Returns whether the overlap of a requested window covers the other window, so that its page need not be paid for
     * twice.
     */
    private static boolean isCovered(SyncAttempt attempt, OffsetDateTime requested, OffsetDateTime other) {
        return requested != null
                && other != null
                && !other.isBefore(
                        requested.minus(attempt.tenant().settings().sync().overlap()));
    }

    /** Returns the start of a run in server time. A run without a response so far starts with this attempt. */
    private static OffsetDateTime start(SyncAttempt attempt, Run run, Duration fallen) {
        OffsetDateTime origin = attempt.clock().origin();
        if (run.clockChecked()) {
            return Watermarks.back(run.runStartedAt(), fallen);
        }
        // a run with pages was opened by a version that did not check the server's clock
        return run.pages() == 0
                ? origin
                : run.runStartedAt().isAfter(origin) ? origin.minusDays(1) : run.runStartedAt();
    }
}
