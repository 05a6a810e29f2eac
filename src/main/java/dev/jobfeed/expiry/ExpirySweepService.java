package dev.jobfeed.expiry;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.sync.ClockAlignment;
import dev.jobfeed.sync.RunOpening;
import dev.jobfeed.sync.RunPlan;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.Watermarks;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.stream.IntStream;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Provides the steps of the sweep to routes: bean {@code jobfeedExpiry}. */
public final class ExpirySweepService {

    /** Number of ids that one statement expires. */
    private static final int BATCH_SIZE = 1000;

    /** The reason that jobs expire with. */
    private static final String REASON = "swept";

    /**
     * Begins a sweep at its watermark less the overlap, within the API's reach. The very first attempt has no job that
     * could have expired; its sweep is complete at once.
     */
    public ExpirySweep begin(SyncAttempt attempt) {
        int batchSize = attempt.tenant().settings().sync().expiredBatchSize();
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
                attempt.stateBefore(), start, attempt.tenant().settings().sync().overlap());
    }

    /**
     * Converts run and sweep to server time once a response has shown it. A window that turns out to begin too late is
     * swept again.
     */
    public void alignClock(SyncAttempt attempt, ExpirySweep sweep) {
        StreamState before = attempt.stateBefore();
        ServerClock.Change change = ClockAlignment.align(attempt);
        if (change != null) {
            OffsetDateTime start = attempt.clock().at(sweep.startedNanos());
            boolean fell =
                    !Objects.equals(before.sweptUntil(), attempt.stateBefore().sweptUntil());
            sweep.align(since(attempt, start), start, fell, change.risen());
        }
    }

    /**
     * Returns the ids of a page that have certainly expired, in batches. For the others, which the feed has delivered
     * since the start of the window, the list is read again.
     */
    public List<List<UUID>> certain(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page) {
        List<UUID> certain = sweep.certain(
                page,
                sweep.isRereading() ? Map.of() : attempt.tenant().deliveries().since(sweep.since(), page.ids()),
                attempt.clock().latestNow().toInstant());
        return IntStream.iterate(0, from -> from < certain.size(), from -> from + BATCH_SIZE)
                .mapToObj(from -> certain.subList(from, Math.min(from + BATCH_SIZE, certain.size())))
                .toList();
    }

    /** Returns the parameters of {@code pending-expiry-insert} for the jobs that no reading of the list can decide. */
    public SqlParameterSource undecided(SyncAttempt attempt, ExpirySweep sweep) {
        return ReconcileRepository.pending(attempt.run().id(), REASON, sweep.undecided());
    }

    /** Raises an alert for new pending expiries. Runs in the page's transaction. */
    public void alertUndecided(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        attempt.markOpenIssues();
        tenant.alerts()
                .raise(
                        attempt.stream(),
                        AlertCondition.RECONCILE_HELD,
                        "For " + tenant.reconcile().pending()
                                + " listed jobs it is unknown whether they expired before or"
                                + " after their last delivery, because a clock was set or too many times had to be checked."
                                + " They stay active.",
                        "The next delivery of a job or " + tenant.command("resync jobs") + " decides. Review them with "
                                + tenant.command("reconcile jobs") + "; " + tenant.command("reconcile jobs --accept")
                                + " expires them.");
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

    /** Sets the rows of the statements for ids of the current page as variables, which the steps of the statements send. */
    public void setRows(Exchange exchange, SyncAttempt attempt, ExpirySweep sweep, List<UUID> ids) {
        exchange.setVariable("jobfeedExpiryParameters", JobRepository.expiry(ids, REASON, sweep.startedAt()));
        boolean closes = attempt.hasOpenIssues();
        exchange.setVariable(
                "jobfeedResolved",
                closes ? List.of(QuarantineService.resolved(attempt.stream(), ids, sweep.startedAt())) : List.of());
        exchange.setVariable("jobfeedDecided", closes ? List.of(ReconcileRepository.decided(ids)) : List.of());
    }

    /**
     * Counts the jobs that {@code job-expire} has expired, and returns the rows of {@code outbox-append} for them.
     *
     * @param expired rows with one column, the id
     */
    public List<SqlParameterSource> expired(SyncAttempt attempt, ExpirySweep sweep, List<Map<String, Object>> expired) {
        sweep.expired(expired.size());
        return attempt.tenant()
                .outbox()
                .expired(attempt.run().id(), REASON, JobRepository.ids(expired), sweep.startedAt());
    }

    /** Returns the parameters of {@code run-add-expired}, with the counters of the page. */
    public SqlParameterSource counters(SyncAttempt attempt, ExpirySweep sweep, RequestUsage usage) {
        return RunRepository.expired(attempt.run().id(), sweep.expiredInPage(), usage);
    }

    /**
     * Updates attempt, sweep and metrics after the page's commit.
     *
     * @param usage the requests that the page's transaction has saved
     */
    public void committed(SyncAttempt attempt, ExpirySweep sweep, ExpiredIdsPage page, RequestUsage usage) {
        attempt.saved(usage, attempt.run());
        attempt.tenant().meters().add(JobfeedMetric.EXPIRED, sweep.expiredInPage(), attempt.stream(), REASON);
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
                                .minus(tenant.settings().sync().overlap()));
                tenant.states().sweptUntil(attempt.stream(), sweep.startedAt(), sweep.earliestStartedAt(), whole);
            } else {
                tenant.states().sweptUnreadably(attempt.stream(), sweep.startedAt());
            }
            tenant.deliveries().purge(sweep.startedAt().minus(RunPlan.SWEEP_REACH));
            attempt.lease().fence();
        });
        if (!sweep.isReadable()) {
            attempt.failAtEnd(sweep.unreadable());
            if (attempt.run().phase() == RunPhase.COMMIT) {
                RunOpening.openNext(attempt);
            }
        }
        attempt.sweepEnds();
    }
}
