package dev.jobfeed.store;

import java.sql.SQLException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Says that the database refused a transaction, without the values that it was to store; its stack is logged at DEBUG. */
public sealed class RefusedException extends RuntimeException permits RefusedRowsException {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(RefusedException.class);

    RefusedException(String message, SQLException cause) {
        super(message, cause);
    }

    /** Replaces an exception that a database caused; returns any other as it is. */
    public static RuntimeException of(RuntimeException failure) {
        SQLException said = Refusal.cause(failure).orElse(null);
        if (said == null || failure instanceof RefusedException) {
            return failure;
        }
        LOG.debug("The database refused a transaction", failure);
        Refusal refusal = Refusal.of(failure).orElseThrow();
        // what a driver says about its connection holds no value
        Throwable why =
                said.getCause() == null ? null : new Throwable(said.getCause().getMessage());
        SQLException cause = new SQLException(refusal.reason(), refusal.state(), said.getErrorCode(), why);
        return refusal.isOfRow()
                ? new RefusedRowsException(refusal.text(), cause)
                : new RefusedException(refusal.text(), cause);
    }
}
