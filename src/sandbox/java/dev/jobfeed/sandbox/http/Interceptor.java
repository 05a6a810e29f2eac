package dev.jobfeed.sandbox.http;

import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Sees each request to an API before it is served, and may decide otherwise.
 *
 * <p>It runs on the thread of the request: blocking in it holds the answer back. An exception from it drops
 * the connection, an {@link IOException} without a warning in the log.
 */
@FunctionalInterface
public interface Interceptor {

    /** Decides what becomes of a request. */
    Verdict decide(ApiRequest<?> request) throws IOException, InterruptedException;

    /** Decides what is wrong with an attempt to deliver a webhook event; nothing unless overridden. */
    default Defect decide(WebhookEvent event) {
        return Defect.NONE;
    }

    /** What becomes of a request. */
    sealed interface Verdict {}

    /**
     * Serves the request.
     *
     * @param rewrite changes the JSON of a success before it is compressed
     * @param headers what to set on a success, over its own headers
     * @param keepBytes cuts the connection after so many bytes of the body as sent, and before its last one at
     *     the latest; -1 sends all of it
     */
    record Serve(UnaryOperator<byte[]> rewrite, Map<String, String> headers, int keepBytes) implements Verdict {}

    /** Answers in place of the API; headers are sent as given, and the body as it is. */
    record Answer(int status, Map<String, String> headers, String body) implements Verdict {}

    /** Closes the connection without an answer. */
    record Drop() implements Verdict {}

    /** Serves the request, and closes the connection without an answer: what it did has happened. */
    record Lose() implements Verdict {}

    /** Refuses the request with an error of the API, once its key or token is accepted and it is counted. */
    record Refuse(ApiError error) implements Verdict {}

    /** Does what another verdict says, under a name in the request log. */
    record Struck(String fault, Verdict verdict) implements Verdict {}

    /** Serves the request unchanged. */
    static Verdict pass() {
        return rewrite(UnaryOperator.identity());
    }

    /** Serves the request with a 200's JSON changed. */
    static Verdict rewrite(UnaryOperator<byte[]> rewrite) {
        return new Serve(rewrite, Map.of(), -1);
    }

    /** Serves the request and cuts the connection after so many bytes of the body. */
    static Verdict truncate(int keepBytes) {
        return new Serve(UnaryOperator.identity(), Map.of(), keepBytes);
    }

    /** Answers in place of the API. */
    static Verdict answer(int status, Map<String, String> headers, String body) {
        return new Answer(status, headers, body);
    }

    /** Closes the connection without an answer. */
    static Verdict drop() {
        return new Drop();
    }

    /** Does what another verdict says, under a name in the request log. */
    static Verdict struck(String fault, Verdict verdict) {
        return new Struck(fault, verdict);
    }
}
