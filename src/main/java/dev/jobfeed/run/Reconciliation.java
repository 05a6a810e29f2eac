package dev.jobfeed.run;

import dev.jobfeed.feed.FeedFilters;
import dev.jobfeed.ops.Alerts;
import java.time.OffsetDateTime;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** The end of a resync, as routes call it: bean {@code jobfeedReconciliation}. */
public final class Reconciliation {

    private static final Logger LOG = LoggerFactory.getLogger(Reconciliation.class);

    /** Rows a transaction. */
    private static final int STEP = 20_000;

    private final ReconcileStore store;
    private final RunStore runs;
    private final Attempts attempts;
    private final Alerts alerts;
    private final TransactionTemplate transaction;

    public Reconciliation(
            ReconcileStore store, RunStore runs, Attempts attempts, Alerts alerts, TransactionTemplate transaction) {
        this.store = store;
        this.runs = runs;
        this.attempts = attempts;
        this.alerts = alerts;
        this.transaction = transaction;
    }

    /**
     * Looks at what a resync did not bring before anything expires. When that is suspiciously much, it is put aside for
     * a person, and the run goes on without it.
     */
    public void guard(Attempt attempt) {
        Run run = attempt.run();
        ReconcileStore.Counts counts = store.counts(run.id());
        String suspicion = suspicion(run, counts);
        if (suspicion == null) {
            return;
        }
        transaction.executeWithoutResult(status -> {
            store.hold(run.id(), reason(attempt));
            runs.setPhase(run.id(), RunPhase.COMMIT);
            alerts.raise(
                    run.stream(),
                    "reconcile-held",
                    "The resync (run " + run.id() + ") did not bring " + counts.unseen() + " of " + counts.active()
                            + " active jobs, and " + suspicion + ". They were left active.",
                    "Look at them with jobfeed reconcile jobs; expire them with jobfeed reconcile jobs --accept.");
            attempts.fence(attempt);
        });
        LOG.warn("run {}: {} unseen jobs put aside, because {}", run.id(), counts.unseen(), suspicion);
        attempt.reread(runs.run(run.id()));
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
        Run run = attempt.run();
        OffsetDateTime now = attempts.now();
        transaction.executeWithoutResult(status -> {
            int expired = store.expire(run.id(), reason(attempt), now, STEP);
            runs.addExpired(run.id(), expired, attempt.toSave());
            if (expired < STEP) {
                store.closeQuarantined(run.id(), now);
                runs.setPhase(run.id(), RunPhase.COMMIT);
            }
            attempts.fence(attempt);
        });
        attempt.saved();
        attempt.reread(runs.run(run.id()));
    }

    /**
     * Forgets what this and earlier resyncs received, unless a stop came before all of it was compared; never what a
     * later one did, which is another attempt's.
     */
    public void forget(Attempt attempt) {
        if (attempt.run().phase() == RunPhase.RECONCILE) {
            return;
        }
        Integer forgotten;
        do {
            forgotten = transaction.execute(status -> {
                int some = store.forget(STEP);
                attempts.fence(attempt);
                return some;
            });
        } while (forgotten != null && forgotten == STEP);
    }

    /** Another filter is a person's choice; everything else the feed's. */
    private String reason(Attempt attempt) {
        String before = attempt.stateBefore().filtersFingerprint();
        String now = attempt.run().filtersFingerprint();
        boolean changed =
                before == null ? runs.hasOtherFilters(attempt.stream(), now) : !FeedFilters.areSameFilters(before, now);
        return changed ? "filtered" : "reconciled";
    }
}
