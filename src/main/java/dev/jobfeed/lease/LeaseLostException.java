package dev.jobfeed.lease;

/** Another attempt took the stream over; nothing of this one's page is kept. */
public final class LeaseLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private LeaseLostException(String message) {
        super(message);
    }

    /** The loss of a stream's lease. */
    public static LeaseLostException of(String stream) {
        return new LeaseLostException("The lease of the stream " + stream
                + " was taken over by another attempt while this one was not running; nothing was committed.");
    }
}
