package dev.jobfeed.sync;

/** Thrown when the attempt was asked to stop, so that it sends no further request. */
public final class AttemptStoppedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AttemptStoppedException() {
        super("The attempt was stopped. Its run stays open, and the next attempt resumes it.");
    }
}
