package dev.jobfeed.persistence;

import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Collection;

/**
 * A row of {@code sync_run}, as read.
 *
 * @param windowFrom the start of an incremental run's window; null for the other modes
 * @param clockChecked whether a response has confirmed that the start is the server's time
 * @param nextCursor the cursor of the next page; null before the first page and after the last
 * @param costConfirmed whether an operator has accepted the cost of the run
 * @param estimatedTotal the number of rows expected by the first page; null when not stated
 * @param scan what the pagination has delivered since it started or restarted
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
        OffsetDateTime finishedAt) {

    /**
     * Returns whether the run has used cursors and has none to continue with. A run that restarts its pagination has no
     * used cursors either.
     *
     * @param usedCursors the hashes of the cursors that the run has used
     */
    public boolean isStuck(Collection<Long> usedCursors) {
        return phase == RunPhase.FEED && nextCursor == null && !usedCursors.isEmpty();
    }
}
