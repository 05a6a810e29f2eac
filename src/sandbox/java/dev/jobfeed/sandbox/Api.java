package dev.jobfeed.sandbox;

import java.io.IOException;

/**
 * An API that the sandbox serves.
 *
 * @param <R> a request as interceptors see it
 */
public interface Api<R extends TargetedRequest> {

    /** Counts a request to one of the endpoints. */
    R receive(ReceivedRequest request);

    /** Asks the interceptor what becomes of a request. */
    Interceptor.Verdict decide(R request) throws IOException, InterruptedException;

    /**
     * Answers a request.
     *
     * @param error refuses the request once its key or token is accepted and it is counted; nullable
     */
    HttpReply answer(R request, ReceivedRequest received, ApiError error);
}
