package dev.jobfeed.run;

import dev.jobfeed.Settings;
import dev.jobfeed.feed.IdPage;
import dev.jobfeed.metrics.Metric;
import dev.jobfeed.store.UuidArray;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
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
        Settings settings = attempt.tenant().settings();
        OffsetDateTime now = attempts.now();
        OffsetDateTime watermark = attempt.stateBefore().lastSweepStartedAt();
        attempt.sweepStarts();
        if (watermark == null) {
            attempt.sweepEnds();
            return new Sweep(now, now, settings.expiredBatchSize());
        }
        OffsetDateTime since = watermark.minus(settings.overlap());
        OffsetDateTime reach = now.minus(RunPlan.SWEEP_REACH);
        return new Sweep(since.isBefore(reach) ? reach : since, now, settings.expiredBatchSize());
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
                Attempts.fence(attempt);
            });
            attempt.sweepEnds();
        }
    }
}
