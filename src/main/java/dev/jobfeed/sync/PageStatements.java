package dev.jobfeed.sync;

import dev.jobfeed.persistence.RecordBatch;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.quarantine.QuarantineService;
import java.util.List;
import org.apache.camel.Exchange;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Provides the rows of a page's statements to routes: bean {@code jobfeedStatements}. A simple expression such as
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

    /** Returns whether a batch has rows with the stored content in other bytes. */
    public boolean isRehash(RecordBatch batch) {
        return batch.action() == RecordChange.Action.REHASH;
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

    /** Sets the rows of a page's statements as variables, which the steps of the statements send. */
    public void setRows(Exchange exchange, PageChanges changes) {
        Run run = changes.run();
        List<SqlParameterSource> rejected =
                QuarantineService.entries(run.stream(), run.id(), changes.page().rejected(), changes.at());
        String cursor = changes.nextCursor();
        exchange.setVariable("jobfeedOutboxRows", changes.events());
        exchange.setVariable("jobfeedCompanyRows", changes.companies());
        exchange.setVariable("jobfeedResolved", changes.resolved());
        exchange.setVariable("jobfeedDecided", changes.decided());
        exchange.setVariable("jobfeedDeliveredPageRows", changes.deliveries());
        exchange.setVariable("jobfeedReplacedRows", QuarantineService.withJob(rejected));
        exchange.setVariable("jobfeedRejected", rejected);
        exchange.setVariable(
                "jobfeedCursorRows", cursor == null ? List.of() : List.of(RunRepository.usedCursor(run.id(), cursor)));
        exchange.setVariable("jobfeedCheckpoint", checkpoint(changes));
    }

    private static SqlParameterSource checkpoint(PageChanges changes) {
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
