package dev.jobfeed.sync;

import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.ResyncRepository;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * A batch of active jobs that a resync did not deliver, with the parameters of the statements of its transaction.
 * Routes keep it in the variable {@code jobfeedUnseen}.
 *
 * @param ids in their order
 * @param reason the reason that the jobs expire with
 * @param at the time of their expiry
 * @param isHeld whether the jobs wait for an operator, because there are more than the safety limit allows
 * @param isLast whether no further job is left
 * @param usage the requests that the run's counters do not include yet
 */
public record UnseenJobs(
        long runId,
        List<UUID> ids,
        String reason,
        OffsetDateTime at,
        boolean isHeld,
        boolean isLast,
        RequestUsage usage) {

    /** Returns the parameters of {@code job-expire}. */
    public SqlParameterSource expiry() {
        return RunRepository.expiry(ids, reason, at);
    }

    /** Returns the parameters of {@code pending-expiry-insert}. */
    public SqlParameterSource pending() {
        return ResyncRepository.pending(runId, reason, ids);
    }

    /** Returns the parameters of {@code reconcile-close-quarantine}. */
    public SqlParameterSource received() {
        return ResyncRepository.received(runId, at);
    }

    /**
     * Returns the parameters of {@code run-expired}.
     *
     * @param expired the number of jobs that were expired
     */
    public SqlParameterSource counters(int expired) {
        return RunRepository.expired(runId, expired, usage);
    }

    /** Returns the parameters of {@code run-phase}, which ends the reconciliation. */
    public SqlParameterSource phase() {
        return RunRepository.phase(runId, RunPhase.COMMIT);
    }

    /** Compares by identity: Camel keeps what a simple expression reads from as a key, whose rows would be hashed. */
    @Override
    public boolean equals(Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }
}
