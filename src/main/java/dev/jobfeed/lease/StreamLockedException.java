package dev.jobfeed.lease;

/**
 * Signals that another attempt holds the lease of the stream; it becomes free when that attempt ends or its lease
 * expires.
 */
public final class StreamLockedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StreamLockedException(String message) {
        super(message);
    }
}
