package dev.jobfeed.run;

/** The store was filled from another server, or with a key of another environment, and takes nothing from this one. */
public final class ForeignStoreException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public ForeignStoreException(String message) {
        super(message);
    }
}
