package dev.jobfeed.sync;

import dev.jobfeed.persistence.RequestUsage;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;

/**
 * A batch of active jobs that a resync did not deliver.
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
        RequestUsage usage) {}
