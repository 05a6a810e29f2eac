package dev.jobfeed.store;

import java.sql.SQLException;

/** Says that the database refused a transaction because of the rows in it, and may take it without some of them. */
public final class RefusedRowsException extends RefusedException {

    private static final long serialVersionUID = 1L;

    RefusedRowsException(String message, SQLException cause) {
        super(message, cause);
    }
}
