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

/** The end of a resync, as routes call it: bean {@code jobfeedReconciliation}. */
public final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    /** Rows a transaction. */
    private static final int STEP = 20_000;

    private final SyncCoordinator attempts;

    public Reconciliation(SyncCoordinator attempts) {
        this.attempts = attempts;
    }

    /**
     * Looks at what a resync did not bring before anything expires. When that is suspiciously much, the steps put it
     * aside for an operator, and the run goes on without it.
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
        String suspicion = holdReason(unseen, counts.active(), counts.seen(), run.estimatedTotal());
        if (suspicion != null) {
            attempt.holdBack("The resync (run " + run.id() + ") did not bring " + unseen + " of " + counts.active()
                    + " active jobs, and " + suspicion + ". They were left active.");
            LOG.warn("run {}: {} unseen jobs are put aside, because {}", run.id(), unseen, suspicion);
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
     * Expires some of what the resync did not bring, or puts it aside. The last step forgets what this and earlier resyncs
     * received, and moves the run on.
     */
    public void step(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        OffsetDateTime now = attempts.now();
        int closed = tenant.transaction().execute(status -> {
            String reason = reason(attempt);
            UUID from = attempt.reconcilesFrom();
            List<UUID> unseen = from == null ? List.of() : tenant.reconcile().unseen(run.id(), from, STEP);
            boolean isLast = unseen.size() < STEP;
            int expired = 0;
            if (attempt.holdReason() == null) {
                expired = expire(attempt, unseen, reason, now, isLast);
            } else {
                hold(attempt, unseen, reason, isLast);
            }
            tenant.runs().addExpired(run.id(), expired, attempt.toSave());
            if (isLast) {
                tenant.runs().setPhase(run.id(), RunPhase.COMMIT);
            } else {
                attempt.reconcilesFrom(unseen.get(STEP - 1));
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

    private static void hold(SyncAttempt attempt, List<UUID> unseen, String reason, boolean isLast) {
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

    /** Another filter is an operator's choice; everything else the feed's. */
    private String reason(SyncAttempt attempt) {
        String before = attempt.stateBefore().filtersFingerprint();
        String now = attempt.run().filtersFingerprint();
        boolean changed = before == null
                ? attempt.tenant().runs().hasOtherFilters(attempt.stream(), now)
                : !FeedRequestBuilder.areSameFilters(before, now);
        return changed ? "filtered" : "reconciled";
    }
}
