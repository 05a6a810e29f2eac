package dev.jobfeed.problem;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Signals that the database rejected a transaction. Contains none of the values to be stored; the stack trace is logged
 * at DEBUG.
 */
public sealed class DatabaseRejectedException extends RuntimeException permits RejectedRecordsException {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(DatabaseRejectedException.class);

    DatabaseRejectedException(String message, SQLException cause) {
        super(message, cause);
    }

    /** Returns a replacement for an exception caused by a database; returns any other exception unchanged. */
    public static RuntimeException of(RuntimeException failure) {
        SQLException sqlFailure = DatabaseRejection.cause(failure).orElse(null);
        if (sqlFailure == null || failure instanceof DatabaseRejectedException) {
            return failure;
        }
        LOG.debug("The database refused a transaction", failure);
        DatabaseRejection rejection = DatabaseRejection.of(failure).orElseThrow();
        // the driver's message about its connection contains no values
        Throwable connectionCause = sqlFailure.getCause() == null
                ? null
                : new Throwable(sqlFailure.getCause().getMessage());
        SQLException cause =
                new SQLException(rejection.reason(), rejection.state(), sqlFailure.getErrorCode(), connectionCause);
        return rejection.isOfRow()
                ? new RejectedRecordsException(rejection.text(), cause)
                : new DatabaseRejectedException(rejection.text(), cause);
    }
}
