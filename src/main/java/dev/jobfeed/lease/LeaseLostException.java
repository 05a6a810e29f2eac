package dev.jobfeed.lease;

/** Signals that another attempt acquired the lease. The current page of this attempt is rolled back. */
public final class LeaseLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private LeaseLostException(String message) {
        super(message);
    }

    /** Creates the exception for a stream's lease. */
    public static LeaseLostException of(String stream) {
        return new LeaseLostException("The lease of the stream " + stream
                + " was taken over by another attempt while this process was suspended; nothing was committed.");
    }
}
