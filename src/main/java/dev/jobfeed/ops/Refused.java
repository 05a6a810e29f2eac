package dev.jobfeed.ops;

/** A request that is not answered as it was meant. */
public final class Refused extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final int status;

    /**
     * A refusal.
     *
     * @param status the HTTP status
     * @param message the cause and the remedy, for a person
     */
    public Refused(int status, String message) {
        super(message);
        this.status = status;
    }

    /** The HTTP status. */
    public int getStatus() {
        return status;
    }
}
