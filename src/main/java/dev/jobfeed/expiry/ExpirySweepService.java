package dev.jobfeed.expiry;

import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.persistence.UuidArray;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sync.RunPlan;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.sync.Watermarks;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;

/** Provides the steps of the sweep to routes: bean {@code jobfeedExpiry}. */
public final class ExpirySweepService {

    private final SyncCoordinator coordinator;

    public ExpirySweepService(SyncCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    /**
     * Begins a sweep at its watermark less the overlap, within the API's reach. The very first attempt has no job that
     * could have expired; its sweep is complete at once.
     */
    public ExpirySweep begin(SyncAttempt attempt) {
        int batchSize = attempt.tenant().settings().expiredBatchSize();
        long nanos = System.nanoTime();
        OffsetDateTime start = attempt.clock().at(nanos);
        attempt.sweepStarts();
        if (attempt.stateBefore().lastSweepStartedAt() == null) {
            attempt.sweepEnds();
            return new ExpirySweep(start, start, nanos, batchSize);
        }
        return new ExpirySweep(since(attempt, start), start, nanos, batchSize);
    }

    private static OffsetDateTime since(SyncAttempt attempt, OffsetDateTime start) {
        return Watermarks.sweepFrom(
                attempt.stateBefore(), start, attempt.tenant().settings().overlap());
    }

    /**
     * Converts run and sweep to server time once a response has shown it. A window that turns out to begin too late is
     * swept again.
     */
    public void alignClock(SyncAttempt attempt, ExpirySweep sweep) {
        StreamState before = attempt.stateBefore();
        coordinator.alignClock(attempt);
        StreamState after = attempt.stateBefore();
        if (after != before) {
            OffsetDateTime start = attempt.clock().at(sweep.startedNanos());
            boolean fell = !Objects.equals(before.sweptUntil(), after.sweptUntil());
            sweep.align(since(attempt, start), start, fell);
        }
    }

    /**
     * Returns the ids of a page that have certainly expired. For the others, which the feed has delivered since the
     * start of the window, the list is read again.
     */
    public List<UUID> certain(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page) {
        return sweep.certain(
                page,
                sweep.isAsking() ? Map.of() : attempt.tenant().deliveries().since(sweep.since(), page.ids()),
                attempt.clock().latestNow().toInstant());
    }

    /** Stores the jobs of the current page that no reading of the list can decide as pending expiries. */
    public void hold(SyncAttempt attempt, ExpirySweep sweep) {
        Tenant tenant = attempt.tenant();
        if (!sweep.undecided().isEmpty()
                && tenant.reconcile().addPending(attempt.run().id(), "swept", new UuidArray(sweep.undecided())) > 0) {
            attempt.markOpenIssues();
            tenant.alerts()
                    .raise(
                            attempt.stream(),
                            "reconcile-held",
                            "Clocks were changed, or jobs were delivered at more times than the list of expired postings is"
                                    + " read from. Of " + tenant.reconcile().pending() + " listed jobs it is unknown"
                                    + " whether they expired before their last delivery or after it. They were left"
                                    + " active.",
                            "The next delivery of a job decides, and so does " + tenant.command("resync jobs") + ". "
                                    + tenant.command("reconcile jobs") + " counts them; "
                                    + tenant.command("reconcile jobs --accept") + " expires them.");
        }
    }

    /**
     * Restarts the pagination, because its cursor expired or its window is out of the API's reach. The window then
     * follows the server's clock.
     *
     * @throws AttemptFailedException after too many restarts
     */
    public void restart(SyncAttempt attempt, ExpirySweep sweep) {
        alignClock(attempt, sweep);
        sweep.restart(since(attempt, sweep.startedAt()));
    }

    /** Expires the active jobs among these ids of the current page; the others are unknown or already expired. */
    public void expire(SyncAttempt attempt, ExpirySweep sweep, List<UUID> ids) {
        Tenant tenant = attempt.tenant();
        List<UUID> expired = tenant.runs().expire(new UuidArray(ids), "swept", sweep.startedAt());
        tenant.outbox().expired(attempt.run().id(), "swept", expired, sweep.startedAt());
        sweep.expired(expired.size());
    }

    /** Closes quarantine entries and pending expiries of expired jobs. */
    public void resolveIssues(SyncAttempt attempt, ExpirySweep sweep, List<UUID> ids) {
        SyncCoordinator.resolveIssues(attempt, ids, ids, sweep.startedAt());
    }

    /** Stores the counters, with the fence as the last statement. Runs in the page's transaction. */
    public void checkpoint(SyncAttempt attempt, ExpirySweep sweep) {
        attempt.tenant().runs().addExpired(attempt.run().id(), sweep.expiredInPage(), attempt.toSave());
        SyncCoordinator.fence(attempt);
    }

    /** Updates attempt, sweep and metrics after the page's commit. */
    public void committed(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page) {
        attempt.saved();
        attempt.tenant().meters().add(JobfeedMetric.EXPIRED, sweep.expiredInPage(), attempt.stream(), "swept");
        sweep.committed(page);
    }

    /**
     * Moves the sweep's watermark if the sweep was read to its end. With unreadable ids the watermark is kept, and the
     * attempt continues but fails in place of its commit. A run that an earlier attempt left in that state is then
     * committed and the next one opened, so that the feed continues as long as such ids are listed.
     */
    public void complete(SyncAttempt attempt, ExpirySweep sweep) {
        if (sweep.isUnfinished() || attempt.isSwept()) {
            return;
        }
        Tenant tenant = attempt.tenant();
        tenant.transaction().executeWithoutResult(status -> {
            if (sweep.isReadable()) {
                boolean whole = !sweep.since()
                        .isAfter(attempt.stateBefore()
                                .sweptUntil()
                                .minus(tenant.settings().overlap()));
                tenant.runs().sweptUntil(attempt.stream(), sweep.startedAt(), whole);
            } else {
                tenant.runs().sweptUnreadably(attempt.stream(), sweep.startedAt());
            }
            tenant.deliveries().purge(sweep.startedAt().minus(RunPlan.SWEEP_REACH));
            SyncCoordinator.fence(attempt);
        });
        if (!sweep.isReadable()) {
            attempt.failAtEnd(sweep.unreadable());
            if (attempt.run().phase() == RunPhase.COMMIT) {
                coordinator.goOnWithNextRun(attempt);
            }
        }
        attempt.sweepEnds();
    }
}
