package dev.jobfeed.expiry;

import dev.jobfeed.lease.Lease;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.ResyncRepository;
import dev.jobfeed.persistence.UuidArray;
import dev.jobfeed.tenant.Tenant;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Expires the jobs that a resync or a sweep has left to the operator, once the operator agrees. */
public final class PendingExpiryService {

    private static final String STREAM = "jobs";

    /** Rows a transaction. */
    private static final int STEP = 20_000;

    /** Far longer than a step takes. */
    private static final Duration LEASE = Duration.ofMinutes(1);

    private PendingExpiryService() {}

    /**
     * Expires them, some thousand a transaction, with the stream to itself, because an attempt at work may be bringing
     * some of them back. After a kill the rest waits on.
     *
     * @param at UTC, microseconds
     * @return how many jobs expired
     * @throws StreamLockedException when an attempt is at work
     */
    public static int accept(Tenant tenant, OffsetDateTime at) {
        Lease lease = tenant.transaction().execute(status -> tenant.leases().take(STREAM));
        try {
            int expired = 0;
            List<ResyncRepository.PendingExpiry> some;
            do {
                some = tenant.reconcile().held(STEP);
                expired += step(tenant, lease, some, at);
            } while (some.size() == STEP);
            tenant.transaction().executeWithoutResult(status -> tenant.alerts().clear(STREAM, "reconcile-held"));
            return expired;
        } finally {
            tenant.transaction().executeWithoutResult(status -> tenant.leases().release(lease));
        }
    }

    private static int step(Tenant tenant, Lease lease, List<ResyncRepository.PendingExpiry> some, OffsetDateTime at) {
        return tenant.transaction().execute(status -> {
            Map<ResyncRepository.Cause, List<UUID>> byCause = some.stream()
                    .collect(Collectors.groupingBy(
                            ResyncRepository.PendingExpiry::cause,
                            Collectors.mapping(ResyncRepository.PendingExpiry::jobId, Collectors.toList())));
            int expired = 0;
            for (Map.Entry<ResyncRepository.Cause, List<UUID>> group : byCause.entrySet()) {
                ResyncRepository.Cause cause = group.getKey();
                UuidArray ids = new UuidArray(group.getValue());
                List<UUID> jobs = tenant.runs().expire(ids, cause.reason(), at);
                tenant.outbox().expired(cause.runId(), cause.reason(), jobs, at);
                tenant.reconcile().deletePending(ids);
                expired += jobs.size();
            }
            tenant.leases().renew(lease, LEASE);
            return expired;
        });
    }
}
