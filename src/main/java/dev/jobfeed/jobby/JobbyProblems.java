package dev.jobfeed.jobby;

import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.IOException;
import java.net.BindException;

/** Says why something with Jobby.dev failed, in words a person can act on; never a token. */
public final class JobbyProblems {

    private JobbyProblems() {}

    /** The reason behind an exception. */
    public static Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobbyException refused) {
                return refused.failure();
            }
            if (cause instanceof MalformedResponseException) {
                return new Problem(
                        "unreadable-answer", cause.getMessage(), "Check jobby.base-url and any proxy between.");
            }
            if (cause instanceof IOException && !(cause instanceof BindException)) {
                String words = cause.getMessage() == null
                        ? cause.getClass().getSimpleName()
                        : cause.getMessage().replaceFirst("[.]$", "");
                return new Problem(
                        "unreachable",
                        "Jobby.dev cannot be reached: " + words + ".",
                        "Check jobby.base-url and the network.");
            }
        }
        return ProblemTranslator.of(failure, 0);
    }
}
