package dev.jobfeed.problem;

/** The attempt cannot go on; its run stays open as it is. */
public final class AttemptFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public AttemptFailedException(String condition, String message, String remedy) {
        super(message + " " + remedy);
        this.problem = new Problem(condition, message, remedy);
    }

    /** The reason. */
    public Problem problem() {
        return problem;
    }
}
