package dev.jobfeed.problem;

import java.sql.SQLException;

/** Signals that the database rejected a transaction because of its rows, and may accept it without some of them. */
public final class RejectedRecordsException extends DatabaseRejectedException {

    private static final long serialVersionUID = 1L;

    RejectedRecordsException(String message, SQLException cause) {
        super(message, cause);
    }
}
