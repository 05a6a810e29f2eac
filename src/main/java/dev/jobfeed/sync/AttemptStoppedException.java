package dev.jobfeed.sync;

/** The attempt was asked to end, and sends no further request. */
public final class AttemptStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AttemptStoppedException() {
        super("The attempt was stopped. Its run stays open, and the next attempt goes on from there.");
    }
}
