package dev.jobfeed.run;

/** Another attempt took the stream over; nothing of this one's page is kept. */
public final class LeaseLostException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public LeaseLostException(String message) {
        super(message);
    }
}
