package dev.jobfeed.run;

/** The attempt cannot go on; its run stays open as it is. */
public final class AttemptFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Failure failure;

    public AttemptFailedException(String condition, String message, String remedy) {
        super(message + " " + remedy);
        this.failure = new Failure(condition, message, remedy);
    }

    /** The reason. */
    public Failure failure() {
        return failure;
    }
}
