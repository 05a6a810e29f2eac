package dev.jobfeed.problem;

/** Signals that the attempt cannot continue. Its run stays open. */
public final class AttemptFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public AttemptFailedException(String condition, String message, String remedy) {
        super(message + " " + remedy);
        this.problem = new Problem(condition, message, remedy);
    }

    /** Returns the reason. */
    public Problem problem() {
        return problem;
    }
}
