package dev.jobfeed.problem;

import java.sql.SQLException;

/** Says that the database refused a transaction because of the rows in it, and may take it without some of them. */
public final class RejectedRecordsException extends DatabaseRejectedException {

    private static final long serialVersionUID = 1L;

    RejectedRecordsException(String message, SQLException cause) {
        super(message, cause);
    }
}
