package dev.jobfeed.jobby;

import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.IOException;
import java.net.BindException;

/** Translates exceptions of Jobby calls into problems with a remedy; never with a token. */
public final class JobbyProblemTranslator {

    private JobbyProblemTranslator() {}

    /** Returns the problem behind an exception. */
    public static Problem of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobbyException rejected) {
                return rejected.failure();
            }
            if (cause instanceof MalformedResponseException) {
                return new Problem(
                        AlertCondition.UNREADABLE_ANSWER,
                        cause.getMessage(),
                        "Check jobby.base-url and any proxy between.");
            }
            if (cause instanceof IOException && !(cause instanceof BindException)) {
                String reason = cause.getMessage() == null
                        ? cause.getClass().getSimpleName()
                        : cause.getMessage().replaceFirst("[.]$", "");
                return new Problem(
                        AlertCondition.UNREACHABLE,
                        "Jobby.dev cannot be reached: " + reason + ".",
                        "Check jobby.base-url and the network.");
            }
        }
        return ProblemTranslator.of(failure, 0);
    }
}
