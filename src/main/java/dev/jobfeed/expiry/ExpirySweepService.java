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

/** The steps of the sweep that routes call: bean {@code jobfeedExpiry}. */
public final class ExpirySweepService {

    private final SyncCoordinator attempts;

    public ExpirySweepService(SyncCoordinator attempts) {
        this.attempts = attempts;
    }

    /**
     * Starts from the sweep's watermark less the overlap, as far back as the API reaches. The first attempt of all has
     * nothing that could have expired; its sweep is finished at once.
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
     * Expresses run and sweep in the server's time once an answer has shown it. A window that turns out to begin too late is
     * swept again.
     */
    public void alignClock(SyncAttempt attempt, ExpirySweep sweep) {
        StreamState before = attempt.stateBefore();
        attempts.alignClock(attempt);
        StreamState after = attempt.stateBefore();
        if (after != before) {
            OffsetDateTime start = attempt.clock().at(sweep.startedNanos());
            boolean fell = !Objects.equals(before.sweptUntil(), after.sweptUntil());
            sweep.align(since(attempt, start), start, fell);
        }
    }

    /**
     * The ids of a page that have certainly expired. Of the others, which the feed has delivered since the window's
     * beginning, the list is asked again.
     */
    public List<UUID> certain(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page) {
        return sweep.certain(
                page,
                sweep.isAsking() ? Map.of() : attempt.tenant().deliveries().since(sweep.since(), page.ids()),
                attempt.clock().latestNow().toInstant());
    }

    /** Has the jobs wait for the operator of which the page at hand shows that no reading of the list can decide. */
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
     * Begins the pagination again, because its cursor is lost or its window is out of the API's reach. The
     * window then goes by the server's clock.
     *
     * @throws AttemptFailedException when that has happened too often
     */
    public void restart(SyncAttempt attempt, ExpirySweep sweep) {
        alignClock(attempt, sweep);
        sweep.restart(since(attempt, sweep.startedAt()));
    }

    /** Expires the active jobs among some ids of the page at hand; the others are unknown or expired already. */
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

    /** Counters and, as the last statement, the fence; in the page's transaction. */
    public void checkpoint(SyncAttempt attempt, ExpirySweep sweep) {
        attempt.tenant().runs().addExpired(attempt.run().id(), sweep.expiredInPage(), attempt.toSave());
        SyncCoordinator.fence(attempt);
    }

    /** The page is in the database. */
    public void committed(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page) {
        attempt.saved();
        attempt.tenant().meters().add(JobfeedMetric.EXPIRED, sweep.expiredInPage(), attempt.stream(), "swept");
        sweep.committed(page);
    }

    /**
     * Moves the sweep's watermark, if the sweep was read to its end. With ids that could not be read it stays; the attempt
     * goes on, and fails in place of its commit. A run that an earlier attempt left there is committed then, and the next
     * one begins, so that the feed goes on as long as such ids are listed.
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
                attempts.goOnWithNextRun(attempt);
            }
        }
        attempt.sweepEnds();
    }
}
