package dev.jobfeed.run;

import dev.jobfeed.feed.IdPage;
import dev.jobfeed.metrics.Metric;
import dev.jobfeed.store.UuidArray;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;

/** The steps of the sweep that routes call: bean {@code jobfeedSweeps}. */
public final class Sweeps {

    private final Attempts attempts;

    public Sweeps(Attempts attempts) {
        this.attempts = attempts;
    }

    /**
     * Starts from the sweep's watermark less the overlap, as far back as the API reaches. The first attempt of all has
     * nothing that could have expired; its sweep is finished at once.
     */
    public Sweep begin(Attempt attempt) {
        int batchSize = attempt.tenant().settings().expiredBatchSize();
        long nanos = System.nanoTime();
        OffsetDateTime start = attempt.clock().at(nanos);
        attempt.sweepStarts();
        if (attempt.stateBefore().lastSweepStartedAt() == null) {
            attempt.sweepEnds();
            return new Sweep(start, start, nanos, batchSize);
        }
        return new Sweep(since(attempt, start), start, nanos, batchSize);
    }

    private static OffsetDateTime since(Attempt attempt, OffsetDateTime start) {
        OffsetDateTime since = attempt.stateBefore()
                .lastSweepStartedAt()
                .minus(attempt.tenant().settings().overlap());
        OffsetDateTime reach = start.minus(RunPlan.SWEEP_REACH);
        return since.isBefore(reach) ? reach : since;
    }

    /**
     * Expresses run and sweep in the server's time once an answer has shown it. A window that turns out to begin too late is
     * swept again.
     */
    public void alignClock(Attempt attempt, Sweep sweep) {
        SyncState before = attempt.stateBefore();
        attempts.alignClock(attempt);
        OffsetDateTime start = attempt.clock().at(sweep.startedNanos());
        if (attempt.stateBefore() != before) {
            sweep.align(since(attempt, start), start);
        }
    }

    /**
     * The ids of a page that have certainly expired. Of the others, which the feed has delivered since the window's
     * beginning, the list is asked again.
     */
    public List<UUID> certain(Attempt attempt, Sweep sweep, IdPage page) {
        if (sweep.isAsking()) {
            return sweep.answered(page.ids());
        }
        OffsetDateTime now = attempt.clock().now();
        Map<UUID, OffsetDateTime> delivered = attempt.tenant().deliveries().since(sweep.since(), page.ids());
        // a time of a clock that was wrong says nothing
        delivered.values().removeIf(at -> at.isAfter(now));
        return sweep.certain(page.ids(), delivered);
    }

    /**
     * Begins the pagination again, because its cursor is of no use any more.
     *
     * @throws AttemptFailedException when that has happened too often
     */
    public void restart(Sweep sweep) {
        sweep.restart();
    }

    /** Expires the active jobs among some ids of the page at hand; the others are unknown or expired already. */
    public void expire(Attempt attempt, Sweep sweep, List<UUID> ids) {
        Tenant tenant = attempt.tenant();
        List<UUID> expired = tenant.runs().expire(new UuidArray(ids), "swept", sweep.startedAt());
        tenant.outbox().expired(attempt.run().id(), "swept", expired, sweep.startedAt());
        sweep.expired(expired.size());
    }

    /** What is expired needs nobody's care any more, be it in quarantine or put aside by a resync. */
    public void settle(Attempt attempt, Sweep sweep, List<UUID> ids) {
        Attempts.settle(attempt, ids, ids, sweep.startedAt());
    }

    /** Counters and, as the last statement, the fence; in the page's transaction. */
    public void checkpoint(Attempt attempt, Sweep sweep) {
        attempt.tenant().runs().addExpired(attempt.run().id(), sweep.expiredInPage(), attempt.toSave());
        Attempts.fence(attempt);
    }

    /** The page is in the database. */
    public void committed(Attempt attempt, Sweep sweep, IdPage page) {
        attempt.saved();
        attempt.tenant().meters().add(Metric.EXPIRED, sweep.expiredInPage(), attempt.stream(), "swept");
        sweep.committed(page);
    }

    /**
     * Moves the sweep's watermark, if the sweep was read to its end.
     *
     * @throws AttemptFailedException when some of its ids could not be read; the others are expired
     */
    public void complete(Attempt attempt, Sweep sweep) {
        if (!sweep.isUnfinished() && !attempt.isSwept()) {
            sweep.checkReadable();
            attempt.tenant().transaction().executeWithoutResult(status -> {
                attempt.tenant().runs().sweptUntil(attempt.stream(), sweep.startedAt());
                attempt.tenant()
                        .deliveries()
                        .forget(sweep.startedAt()
                                .minus(attempt.tenant().settings().overlap()));
                Attempts.fence(attempt);
            });
            attempt.sweepEnds();
        }
    }
}
