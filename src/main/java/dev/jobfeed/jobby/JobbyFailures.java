package dev.jobfeed.jobby;

import dev.jobfeed.feed.UnreadableAnswerException;
import dev.jobfeed.run.Failure;
import dev.jobfeed.run.Failures;
import java.io.IOException;
import java.net.BindException;

/** Says why something with Jobby.dev failed, in words a person can act on; never a token. */
public final class JobbyFailures {

    private JobbyFailures() {}

    /** The reason behind an exception. */
    public static Failure of(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof JobbyException refused) {
                return refused.failure();
            }
            if (cause instanceof UnreadableAnswerException) {
                return new Failure(
                        "unreadable-answer", cause.getMessage(), "Check jobby.base-url and any proxy between.");
            }
            if (cause instanceof IOException && !(cause instanceof BindException)) {
                String words = cause.getMessage() == null
                        ? cause.getClass().getSimpleName()
                        : cause.getMessage().replaceFirst("[.]$", "");
                return new Failure(
                        "unreachable",
                        "Jobby.dev cannot be reached: " + words + ".",
                        "Check jobby.base-url and the network.");
            }
        }
        return Failures.of(failure, 0);
    }
}
