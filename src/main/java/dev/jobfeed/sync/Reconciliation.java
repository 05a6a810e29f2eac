package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.tenant.Tenant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Provides the end of a resync to routes: bean {@code jobfeedReconciliation}. */
public final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    private static final int ROWS_PER_TRANSACTION = 20_000;

    private final SyncCoordinator coordinator;

    /**
     * How far an attempt's reconciliation has come.
     *
     * @param from the first id that is not reconciled yet, null for none; reconciling an id twice is harmless
     * @param holdReason why jobs that the resync did not deliver become pending expiries; null if they expire
     */
    record Progress(UUID from, String holdReason) {

        static final Progress START = new Progress(new UUID(0, 0), null);

        Progress after(UUID last) {
            return new Progress(last, holdReason);
        }

        Progress holdingBack(String reason) {
            return new Progress(from, reason);
        }
    }

    public Reconciliation(SyncCoordinator coordinator) {
        this.coordinator = coordinator;
    }

    /**
     * Checks how many jobs the resync did not deliver, before any of them expires. If a safety limit is exceeded, the
     * steps store them as pending expiries for an operator, and the run continues.
     */
    public void evaluate(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        long unseen = tenant.reconcile().unseenCount(run.id());
        if (unseen == 0) {
            attempt.reconciliation(new Progress(null, null));
            return;
        }
        ReconcileRepository.Counts counts = tenant.reconcile().counts(run.id());
        String reason = holdReason(unseen, counts.active(), counts.seen(), run.estimatedTotal());
        if (reason != null) {
            String held = "The resync (run " + run.id() + ") did not bring " + unseen + " of " + counts.active()
                    + " active jobs, and " + reason + ". They were left active.";
            attempt.reconciliation(Progress.START.holdingBack(held));
            LOG.warn(
                    "run {}: holding back the expiry of {} jobs, because {}; review with jobfeed reconcile",
                    run.id(),
                    unseen,
                    reason);
        }
    }

    /**
     * Decides whether the jobs that a resync did not deliver wait for an operator: suspiciously many of them, or less than
     * 90 % of the estimate received.
     *
     * @param estimatedTotal null when the first page named none
     * @return the reason as the end of a sentence; null when they expire
     */
    static String holdReason(long unseen, long active, long received, Long estimatedTotal) {
        if (isSuspicious(unseen, active)) {
            return "that is more than 20 %";
        }
        if (estimatedTotal != null && received * 10 < estimatedTotal * 9) {
            return "only " + received + " of about " + estimatedTotal + " announced jobs arrived";
        }
        return null;
    }

    /** Returns whether more jobs would expire than may do so without an operator: more than 10, and more than 20 %. */
    public static boolean isSuspicious(long expiring, long active) {
        return expiring > 10 && expiring * 5 > active;
    }

    /** Returns the next batch of jobs that the resync did not deliver. */
    public UnseenJobs next(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        UUID from = attempt.reconciliation().from();
        List<UUID> unseen = from == null ? List.of() : tenant.reconcile().unseen(run.id(), from, ROWS_PER_TRANSACTION);
        return new UnseenJobs(
                run.id(),
                unseen,
                reason(attempt),
                coordinator.now(),
                attempt.reconciliation().holdReason() != null,
                unseen.size() < ROWS_PER_TRANSACTION,
                attempt.unsavedUsage());
    }

    /** Returns whether the jobs wait for an operator. */
    public boolean isHeld(UnseenJobs jobs) {
        return jobs.isHeld();
    }

    /** Returns whether no further job is left. */
    public boolean isLast(UnseenJobs jobs) {
        return jobs.isLast();
    }

    /** Returns whether no further job is left, and quarantine entries may be left to close. */
    public boolean isLastWithIssues(SyncAttempt attempt, UnseenJobs jobs) {
        return jobs.isLast() && attempt.hasOpenIssues();
    }

    /** Sets the parameters of the batch's statements as variables, which the steps of the statements send. */
    public void setRows(Exchange exchange, UnseenJobs jobs) {
        exchange.setVariable("jobfeedPending", ReconcileRepository.pending(jobs.runId(), jobs.reason(), jobs.ids()));
        exchange.setVariable("jobfeedExpiryParameters", JobRepository.expiry(jobs.ids(), jobs.reason(), jobs.at()));
        exchange.setVariable("jobfeedUnseenQuarantine", ReconcileRepository.received(jobs.runId(), jobs.at()));
        exchange.setVariable("jobfeedPhase", RunRepository.phase(jobs.runId(), RunPhase.COMMIT));
    }

    /**
     * Returns the parameters of {@code run-add-expired}.
     *
     * @param expired the number of jobs that were expired
     */
    public SqlParameterSource counters(UnseenJobs jobs, int expired) {
        return RunRepository.expired(jobs.runId(), expired, jobs.usage());
    }

    /**
     * Returns the rows of {@code outbox-append} for expired jobs; none while nothing receives them.
     *
     * @param expired rows with one column, the id
     */
    public List<SqlParameterSource> events(SyncAttempt attempt, UnseenJobs jobs, List<Map<String, Object>> expired) {
        return attempt.tenant().outbox().expired(jobs.runId(), jobs.reason(), JobRepository.ids(expired), jobs.at());
    }

    /** Raises an alert for the jobs that wait for an operator. Runs in the batch's transaction. */
    public void alertHeld(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        tenant.alerts()
                .raise(
                        attempt.stream(),
                        AlertCondition.RECONCILE_HELD,
                        attempt.reconciliation().holdReason(),
                        "Look at them with " + tenant.command("reconcile jobs") + "; expire them with "
                                + tenant.command("reconcile jobs --accept") + ".");
    }

    /**
     * Updates attempt and metrics after the batch's commit.
     *
     * @param expired the number of jobs that were expired
     */
    public void committed(SyncAttempt attempt, UnseenJobs jobs, int expired) {
        attempt.saved(jobs.usage(), attempt.run());
        attempt.refreshRun(attempt.tenant().runs().run(jobs.runId()));
        attempt.tenant().meters().add(JobfeedMetric.EXPIRED, expired, attempt.stream(), "reconciled");
        if (jobs.isHeld()) {
            attempt.markOpenIssues();
        }
        if (!jobs.isLast()) {
            attempt.reconciliation(attempt.reconciliation().after(jobs.ids().get(ROWS_PER_TRANSACTION - 1)));
        }
    }

    /** Returns the expiry reason: {@code filtered} if the operator changed the filters, else {@code reconciled}. */
    private String reason(SyncAttempt attempt) {
        String before = attempt.stateBefore().filtersFingerprint();
        String now = attempt.run().filtersFingerprint();
        boolean changed = before == null
                ? attempt.tenant().runs().hasOtherFilters(attempt.stream(), now)
                : !FeedRequestBuilder.areSameFilters(before, now);
        return changed ? "filtered" : "reconciled";
    }
}
