package dev.jobfeed.problem;

/** Signals that the attempt cannot continue. Its run stays open. */
public final class AttemptFailedException extends RuntimeException {

    private static final long serialVersionUID = 1L;

    private final transient Problem problem;

    public AttemptFailedException(AlertCondition condition, String message, String remedy) {
        this(new Problem(condition, message, remedy));
    }

    public AttemptFailedException(Problem problem) {
        super(problem.text());
        this.problem = problem;
    }

    /** Returns the reason. */
    public Problem problem() {
        return problem;
    }
}
