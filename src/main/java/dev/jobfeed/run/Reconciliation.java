package dev.jobfeed.run;

import dev.jobfeed.feed.FeedFilters;
import dev.jobfeed.metrics.Metric;
import dev.jobfeed.store.UuidArray;
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

    private final Attempts attempts;

    public Reconciliation(Attempts attempts) {
        this.attempts = attempts;
    }

    /**
     * Looks at what a resync did not bring before anything expires. When that is suspiciously much, it is put aside for
     * a person, and the run goes on without it.
     */
    public void guard(Attempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        ReconcileStore.Counts counts = tenant.reconcile().counts(run.id());
        String suspicion = suspicion(run, counts);
        if (suspicion == null) {
            return;
        }
        tenant.transaction().executeWithoutResult(status -> {
            tenant.reconcile().hold(run.id(), reason(attempt));
            tenant.runs().setPhase(run.id(), RunPhase.COMMIT);
            tenant.alerts()
                    .raise(
                            run.stream(),
                            "reconcile-held",
                            "The resync (run " + run.id() + ") did not bring " + counts.unseen() + " of "
                                    + counts.active() + " active jobs, and " + suspicion + ". They were left active.",
                            "Look at them with " + tenant.command("reconcile jobs") + "; expire them with "
                                    + tenant.command("reconcile jobs --accept") + ".");
            Attempts.fence(attempt);
        });
        LOG.warn("run {}: {} unseen jobs put aside, because {}", run.id(), counts.unseen(), suspicion);
        attempt.reread(tenant.runs().run(run.id()));
    }

    private static String suspicion(Run run, ReconcileStore.Counts counts) {
        if (counts.unseen() == 0) {
            return null;
        }
        if (run.cutShort()) {
            return "the feed ended without the cursor of a next page although it announced one";
        }
        if (counts.unseen() > 10 && counts.unseen() * 5 > counts.active()) {
            return "that is more than 20 %";
        }
        if (run.estimatedTotal() != null && counts.seen() * 10 < run.estimatedTotal() * 9) {
            return "only " + counts.seen() + " of about " + run.estimatedTotal() + " announced jobs arrived";
        }
        return null;
    }

    /** Expires some of what the resync did not bring; the last step moves the run on. */
    public void step(Attempt attempt) {
        Tenant tenant = attempt.tenant();
        Run run = attempt.run();
        OffsetDateTime now = attempts.now();
        int closed = tenant.transaction().execute(status -> {
            String reason = reason(attempt);
            List<UUID> unseen = tenant.reconcile().unseen(run.id(), attempt.reconcilesFrom(), STEP);
            List<UUID> expired = tenant.runs().expire(new UuidArray(unseen), reason, now);
            tenant.outbox().expired(run.id(), reason, expired, now);
            tenant.runs().addExpired(run.id(), expired.size(), attempt.toSave());
            if (unseen.size() < STEP) {
                tenant.reconcile().closeQuarantined(run.id(), now);
                tenant.runs().setPhase(run.id(), RunPhase.COMMIT);
            } else {
                attempt.reconcilesFrom(unseen.get(STEP - 1));
            }
            Attempts.fence(attempt);
            return expired.size();
        });
        attempt.saved();
        attempt.reread(tenant.runs().run(run.id()));
        tenant.meters().add(Metric.EXPIRED, closed, attempt.stream(), "reconciled");
    }

    /**
     * Forgets what this and earlier resyncs received, unless a stop came before all of it was compared; never what a
     * later one did, which is another attempt's.
     */
    public void forget(Attempt attempt) {
        if (attempt.run().phase() == RunPhase.RECONCILE) {
            return;
        }
        Tenant tenant = attempt.tenant();
        Integer forgotten;
        do {
            forgotten = tenant.transaction().execute(status -> {
                int some = tenant.reconcile().forget(STEP);
                Attempts.fence(attempt);
                return some;
            });
        } while (forgotten != null && forgotten == STEP);
    }

    /** Another filter is a person's choice; everything else the feed's. */
    private String reason(Attempt attempt) {
        String before = attempt.stateBefore().filtersFingerprint();
        String now = attempt.run().filtersFingerprint();
        boolean changed = before == null
                ? attempt.tenant().runs().hasOtherFilters(attempt.stream(), now)
                : !FeedFilters.areSameFilters(before, now);
        return changed ? "filtered" : "reconciled";
    }
}
