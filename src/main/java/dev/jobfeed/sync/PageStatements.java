package dev.jobfeed.sync;

import dev.jobfeed.persistence.RecordBatch;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.quarantine.QuarantineService;
import java.util.List;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Provides the parameters of a page's statements to routes: bean {@code jobfeedStatements}. A simple expression such as
 * {@code ${variable.jobfeedChanges.events}} would do as well, but Camel keeps the object that it reads from in a cache,
 * and with it the rows of up to a thousand pages.
 */
public final class PageStatements {

    /** Returns the rows to write, by statement. */
    public List<RecordBatch> batches(PageChanges changes) {
        return changes.batches();
    }

    /** Returns whether a batch has new rows. */
    public boolean isInsert(RecordBatch batch) {
        return batch.action() == RecordChange.Action.INSERT;
    }

    /** Returns whether a batch has rows with new content. */
    public boolean isUpdate(RecordBatch batch) {
        return batch.action() == RecordChange.Action.UPDATE;
    }

    /**
     * Returns whether a row was changed or deleted by another transaction after it was compared, so that the statement
     * did not find it.
     *
     * @param updateCount the total that the driver reports; negative for rewritten inserts, of which it knows no count
     */
    public boolean isIncomplete(RecordBatch batch, int updateCount) {
        return updateCount >= 0 && updateCount < batch.changes().size();
    }

    /** Returns the rows of {@code outbox-append}. */
    public List<SqlParameterSource> events(PageChanges changes) {
        return changes.events();
    }

    /** Returns the rows of {@code company-enqueue}. */
    public List<SqlParameterSource> companies(PageChanges changes) {
        return changes.companies();
    }

    /** Returns the rows of {@code quarantine-close}. */
    public List<SqlParameterSource> resolved(PageChanges changes) {
        return changes.resolved();
    }

    /** Returns the rows of {@code pending-expiry-delete}. */
    public List<SqlParameterSource> decided(PageChanges changes) {
        return changes.decided();
    }

    /** Returns the rows of {@code delivery-insert}. */
    public List<SqlParameterSource> deliveries(PageChanges changes) {
        return changes.deliveries();
    }

    /** Returns the rows of {@code quarantine-replace}. */
    public List<SqlParameterSource> replaced(PageChanges changes) {
        return QuarantineService.withJob(rejected(changes));
    }

    /** Returns the rows of {@code quarantine-insert}. */
    public List<SqlParameterSource> rejected(PageChanges changes) {
        Run run = changes.run();
        return QuarantineService.entries(run.stream(), run.id(), changes.page().rejected(), changes.at());
    }

    /** Returns the rows of {@code run_cursor-insert}. */
    public List<SqlParameterSource> usedCursors(PageChanges changes) {
        String cursor = changes.nextCursor();
        return cursor == null
                ? List.of()
                : List.of(RunRepository.usedCursor(changes.run().id(), cursor));
    }

    /** Returns the parameters of {@code run-checkpoint}. */
    public SqlParameterSource checkpoint(PageChanges changes) {
        return RunRepository.checkpoint(
                changes.run().id(),
                changes.page(),
                changes.nextCursor(),
                changes.counts(),
                changes.progress(),
                changes.phase(),
                changes.usage());
    }
}
