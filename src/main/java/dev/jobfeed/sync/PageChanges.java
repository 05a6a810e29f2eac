package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.InvalidRecord;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordBatch;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunPhase;
import java.time.OffsetDateTime;
import java.util.List;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * What a page changes in the database, as parameters of the statements in its transaction. Routes keep it in the
 * variable {@code jobfeedChanges}. An empty list means that the statement has nothing to do.
 *
 * @param page the page as it is stored
 * @param run the run as of the previous page
 * @param changes the rows to write
 * @param at the time of the changes
 * @param counts the page's rows by outcome
 * @param progress the run's progress including the page
 * @param usage the requests that the run's counters do not include yet
 * @param nextCursor the cursor to continue with; null after the last page, and if it would lead back
 * @param phase the phase of the run after the page
 * @param batches {@code changes} by statement
 * @param events rows of {@code outbox-append}
 * @param companies rows of {@code company-enqueue}
 * @param resolved rows of {@code quarantine-close}
 * @param decided rows of {@code pending-expiry-delete}
 * @param deliveries rows of {@code delivered_page-insert}
 */
public record PageChanges(
        FeedPage page,
        Run run,
        List<RecordChange> changes,
        OffsetDateTime at,
        RecordCounts counts,
        FeedProgress progress,
        RequestUsage usage,
        String nextCursor,
        RunPhase phase,
        List<RecordBatch> batches,
        List<SqlParameterSource> events,
        List<SqlParameterSource> companies,
        List<SqlParameterSource> resolved,
        List<SqlParameterSource> decided,
        List<SqlParameterSource> deliveries) {

    /** Returns whether a quarantined row has an id, so that a later page can resolve it. */
    boolean opensIssues() {
        return page.rejected().stream().map(InvalidRecord::id).anyMatch(id -> id != null);
    }

    /** Describes the changes without the rows, whose values belong in no log. */
    @Override
    public String toString() {
        return changes.size() + " changes of a page of " + page.received() + " rows";
    }
}
