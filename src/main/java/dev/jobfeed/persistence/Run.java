package dev.jobfeed.persistence;

import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * A row of {@code sync_run}, as it was read.
 *
 * @param windowFrom what an incremental run asks from; null for the other modes
 * @param clockChecked whether an answer has shown that the start is the server's time
 * @param nextCursor where the feed goes on; null before the first page and after the last
 * @param costConfirmed whether an operator agreed to what the run costs
 * @param estimatedTotal what the first page expected the scan to bring; null when it did not say
 * @param scan what the pagination has delivered since it began, or began again
 * @param lastError why the last attempt failed; null when it did not
 * @param finishedAt when the run was closed; null while it is open
 */
public record Run(
        long id,
        String stream,
        RunMode mode,
        RunPhase phase,
        String status,
        OffsetDateTime runStartedAt,
        OffsetDateTime windowFrom,
        boolean clockChecked,
        String filtersFingerprint,
        String nextCursor,
        boolean costConfirmed,
        Long estimatedTotal,
        int attempts,
        int cursorResets,
        long pages,
        RecordCounts counts,
        FeedProgress scan,
        long expired,
        long requests,
        long retries,
        BigDecimal creditsSpent,
        String lastError,
        OffsetDateTime finishedAt) {}
