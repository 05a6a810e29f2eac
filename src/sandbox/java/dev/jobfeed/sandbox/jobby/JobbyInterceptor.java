package dev.jobfeed.sandbox.jobby;

import dev.jobfeed.sandbox.Interceptor;
import java.io.IOException;

/**
 * Sees each request before it is served, and may decide otherwise, with the verdicts of {@link Interceptor}.
 *
 * <p>{@code Interceptor.truncate(0)} serves a request and loses the answer: what it did has happened, and the
 * client cannot know. An exception drops the connection, as it does there.
 */
@FunctionalInterface
public interface JobbyInterceptor {

    /** Decides what becomes of a request. */
    Interceptor.Verdict decide(JobbyRequest request) throws IOException, InterruptedException;

    /** Decides what is wrong with an attempt to deliver an event to a subscriber; nothing unless overridden. */
    default Defect decide(WebhookEvent event) {
        return Defect.NONE;
    }
}
