package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.ResyncRepository;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.UuidArray;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Provides the end of a resync to routes: bean {@code jobfeedReconciliation}. */
public final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    private static final int ROWS_PER_TRANSACTION = 20_000;

    private final SyncCoordinator coordinator;

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
            attempt.reconcilesFrom(null);
            return;
        }
        ResyncRepository.Counts counts = tenant.reconcile().counts(run.id());
        String reason = holdReason(unseen, counts.active(), counts.seen(), run.estimatedTotal());
        if (reason != null) {
            attempt.holdBack("The resync (run " + run.id() + ") did not bring " + unseen + " of " + counts.active()
                    + " active jobs, and " + reason + ". They were left active.");
            LOG.warn(
                    "run {}: holding back the expiry of {} jobs, because {}; review with jobfeed reconcile",
                    run.id(),
                    unseen,
                    reason);
        }
    }

    /**
     * Decides whether the jobs that a resync did not deliver wait for an operator: more than 10 of them that are more than
     * 20 % of the active ones, or less than 90 % of the estimate received.
     *
     * @param estimatedTotal null when the first page named none
     * @return the reason as the end of a sentence; null when they expire
     */
    static String holdReason(long unseen, long active, long received, Long estimatedTotal) {
        if (unseen > 10 && unseen * 5 > active) {
            return "that is more than 20 %";
        }
        if (estimatedTotal != null && received * 10 < estimatedTotal * 9) {
            return "only " + received + " of about " + estimatedTotal + " announced jobs arrived";
        }
        return null;
    }

    /**
     * Expires a batch of jobs that the resync did not deliver, or stores them as pending expiries. The last step purges
     * the ids that this and earlier resyncs received, and moves the run to its next phase.
     */
    public void step(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        OffsetDateTime now = coordinator.now();
        int closed = tenant.transaction().execute(status -> {
            String reason = reason(attempt);
            UUID from = attempt.reconcilesFrom();
            List<UUID> unseen =
                    from == null ? List.of() : tenant.reconcile().unseen(run.id(), from, ROWS_PER_TRANSACTION);
            boolean isLast = unseen.size() < ROWS_PER_TRANSACTION;
            int expired = 0;
            if (attempt.holdReason() == null) {
                expired = expire(attempt, unseen, reason, now, isLast);
            } else {
                addPending(attempt, unseen, reason, isLast);
            }
            tenant.runs().addExpired(run.id(), expired, attempt.toSave());
            if (isLast) {
                tenant.runs().setPhase(run.id(), RunPhase.COMMIT);
            } else {
                attempt.reconcilesFrom(unseen.get(ROWS_PER_TRANSACTION - 1));
            }
            SyncCoordinator.fence(attempt);
            return expired;
        });
        attempt.saved();
        attempt.refreshRun(tenant.runs().run(run.id()));
        tenant.meters().add(JobfeedMetric.EXPIRED, closed, attempt.stream(), "reconciled");
    }

    private static int expire(
            SyncAttempt attempt, List<UUID> unseen, String reason, OffsetDateTime now, boolean isLast) {
        Tenant tenant = attempt.tenant();
        long run = attempt.run().id();
        List<UUID> expired = tenant.runs().expire(new UuidArray(unseen), reason, now);
        tenant.outbox().expired(run, reason, expired, now);
        if (isLast) {
            tenant.reconcile().closeQuarantined(run, now);
        }
        return expired.size();
    }

    private static void addPending(SyncAttempt attempt, List<UUID> unseen, String reason, boolean isLast) {
        Tenant tenant = attempt.tenant();
        tenant.reconcile().addPending(attempt.run().id(), reason, new UuidArray(unseen));
        attempt.markOpenIssues();
        if (isLast) {
            tenant.alerts()
                    .raise(
                            attempt.stream(),
                            "reconcile-held",
                            attempt.holdReason(),
                            "Look at them with " + tenant.command("reconcile jobs") + "; expire them with "
                                    + tenant.command("reconcile jobs --accept") + ".");
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
