package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.jobby.ErrorCode;
import java.io.IOException;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Sees each request to the API before it is served, and may decide otherwise.
 *
 * <p>It runs on the thread of the request: blocking in it holds the answer back. An exception from it drops
 * the connection, an {@link IOException} without a word in the log.
 */
@FunctionalInterface
public interface Interceptor {

    /** Decides what becomes of a request. */
    Verdict decide(ApiRequest request) throws IOException, InterruptedException;

    /** What becomes of a request. */
    sealed interface Verdict {}

    /**
     * Serves the request.
     *
     * @param rewrite changes the JSON of a 200 before it is compressed
     * @param headers what to set on a 200, over its own headers
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

    /**
     * Refuses a request to Jobby.dev in its envelope, once its token is accepted and it is counted.
     *
     * @param headers what to set on the answer, over its own headers
     */
    record JobbyError(ErrorCode code, String message, Map<String, String> headers) implements Verdict {}

    /** Does what another verdict says, under a name in the request log. */
    record Struck(String fault, Verdict verdict) implements Verdict {}

    /** Serves the request as if nobody had looked. */
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

    /** Serves the request and closes the connection without an answer. */
    static Verdict lose() {
        return new Lose();
    }

    /** Does what another verdict says, under a name in the request log. */
    static Verdict struck(String fault, Verdict verdict) {
        return new Struck(fault, verdict);
    }
}
