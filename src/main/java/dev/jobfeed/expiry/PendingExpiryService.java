package dev.jobfeed.expiry;

import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.tenant.Tenant;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Executes pending expiries of a resync or a sweep, once the operator approves. */
public final class PendingExpiryService {

    private static final String STREAM = "jobs";

    private static final int ROWS_PER_TRANSACTION = 20_000;

    private PendingExpiryService() {}

    /**
     * Expires the pending jobs in batches of one transaction each. Owns the stream's lease meanwhile, because an active
     * attempt may be receiving some of the jobs again. If the process is killed, the rest stays pending.
     *
     * @param at UTC, microseconds
     * @return number of expired jobs
     * @throws StreamLockedException if an attempt is active
     */
    public static int accept(Tenant tenant, OffsetDateTime at) {
        try (HeldLease lease = tenant.leases().acquireForAction(STREAM)) {
            int expired = 0;
            List<ReconcileRepository.PendingExpiry> batch;
            do {
                batch = tenant.reconcile().pendingExpiries(ROWS_PER_TRANSACTION);
                expired += step(tenant, lease, batch, at);
            } while (batch.size() == ROWS_PER_TRANSACTION);
            tenant.transaction()
                    .executeWithoutResult(status -> tenant.alerts().clear(STREAM, AlertCondition.RECONCILE_HELD));
            return expired;
        }
    }

    private static int step(
            Tenant tenant, HeldLease lease, List<ReconcileRepository.PendingExpiry> batch, OffsetDateTime at) {
        return tenant.transaction().execute(status -> {
            Map<ReconcileRepository.Cause, List<UUID>> byCause = batch.stream()
                    .collect(Collectors.groupingBy(
                            ReconcileRepository.PendingExpiry::cause,
                            Collectors.mapping(ReconcileRepository.PendingExpiry::jobId, Collectors.toList())));
            int expired = 0;
            for (Map.Entry<ReconcileRepository.Cause, List<UUID>> group : byCause.entrySet()) {
                ReconcileRepository.Cause cause = group.getKey();
                List<UUID> ids = group.getValue();
                List<UUID> jobs = tenant.jobs().expire(ids, cause.reason(), at);
                tenant.outbox().append(tenant.outbox().expired(cause.runId(), cause.reason(), jobs, at));
                tenant.reconcile().deletePending(ids);
                expired += jobs.size();
            }
            lease.fence();
            return expired;
        });
    }
}
