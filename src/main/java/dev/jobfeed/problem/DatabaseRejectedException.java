package dev.jobfeed.problem;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the database refused a transaction, without the values that it was to store; its stack is logged at DEBUG. */
public sealed class DatabaseRejectedException extends RuntimeException permits RejectedRecordsException {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseRejectedException.class);

    DatabaseRejectedException(String message, SQLException cause) {
        super(message, cause);
    }

    /** Replaces an exception that a database caused; returns any other as it is. */
    public static RuntimeException of(RuntimeException failure) {
        SQLException said = DatabaseRejection.cause(failure).orElse(null);
        if (said == null || failure instanceof DatabaseRejectedException) {
            return failure;
        }
        LOG.debug("The database refused a transaction", failure);
        DatabaseRejection refusal = DatabaseRejection.of(failure).orElseThrow();
        // what a driver says about its connection holds no value
        Throwable why =
                said.getCause() == null ? null : new Throwable(said.getCause().getMessage());
        SQLException cause = new SQLException(refusal.reason(), refusal.state(), said.getErrorCode(), why);
        return refusal.isOfRow()
                ? new RejectedRecordsException(refusal.text(), cause)
                : new DatabaseRejectedException(refusal.text(), cause);
    }
}
