package dev.jobfeed.sync;

/** The store was filled from another server, or with a key of another environment, and takes nothing from this one. */
public final class StoreOriginMismatchException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public StoreOriginMismatchException(String message) {
        super(message);
    }
}
