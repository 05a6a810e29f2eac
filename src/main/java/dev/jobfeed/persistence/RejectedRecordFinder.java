package dev.jobfeed.persistence;

import dev.jobfeed.problem.DatabaseRejection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.PlatformTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionStatus;
import org.springframework.transaction.support.DefaultTransactionDefinition;

/**
 * Finds the rows that only the database rejects. A failed batch is rolled back to its savepoint and halved until its
 * rejected rows are found, so that all others are written. Meant for batches that were already rejected as a whole,
 * because savepoints cost round trips.
 *
 * @param <T> a row
 */
public final class RejectedRecordFinder<T> {

    private static final Logger LOG = LoggerFactory.getLogger(RejectedRecordFinder.class);
    private static final TransactionDefinition NESTED =
            new DefaultTransactionDefinition(TransactionDefinition.PROPAGATION_NESTED);

    private final PlatformTransactionManager transactions;
    private final Consumer<List<T>> writer;
    private final Map<T, String> reasons = new LinkedHashMap<>();

    /**
     * Creates a finder without rejected rows.
     *
     * @param transactions the manager of the transaction that {@link #write} is called in
     * @param writer writes rows as one batch
     */
    public RejectedRecordFinder(PlatformTransactionManager transactions, Consumer<List<T>> writer) {
        this.transactions = transactions;
        this.writer = writer;
    }

    /**
     * Writes the rows except those that the database rejects.
     *
     * @throws DataAccessException when the rejection is not caused by a row
     */
    public void write(List<T> rows) {
        TransactionStatus savepoint = transactions.getTransaction(NESTED);
        try {
            writer.accept(rows);
            transactions.commit(savepoint);
        } catch (DataAccessException e) {
            DatabaseRejection rejection =
                    DatabaseRejection.of(e).filter(DatabaseRejection::isOfRow).orElseThrow(() -> e);
            transactions.rollback(savepoint);
            if (rows.size() == 1) {
                LOG.debug("A row was refused", e);
                reasons.put(rows.get(0), rejection.ofRow());
                return;
            }
            int half = rows.size() / 2;
            write(rows.subList(0, half));
            write(rows.subList(half, rows.size()));
        }
    }

    /** Returns the reasons by rejected row. */
    public Map<T, String> reasons() {
        return reasons;
    }
}
