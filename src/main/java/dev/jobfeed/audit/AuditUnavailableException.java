package dev.jobfeed.audit;

/** Signals that an audit cannot be done, so that there is neither a result nor an alert, and no row has changed. */
public final class AuditUnavailableException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    AuditUnavailableException(String reason) {
        super("The audit cannot be done. " + reason);
    }
}
