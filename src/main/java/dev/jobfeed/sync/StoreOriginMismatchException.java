package dev.jobfeed.sync;

/**
 * Thrown when the store was filled from another server, or with a key of another environment, and so accepts no data
 * from this one.
 */
public final class StoreOriginMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreOriginMismatchException(String message) {
        super(message);
    }
}
