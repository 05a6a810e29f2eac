package dev.jobfeed.run;

/** The attempt cannot go on; the message says why and what to do. The run stays open. */
public final class AttemptFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    public AttemptFailedException(String message) {
        super(message);
    }
}
