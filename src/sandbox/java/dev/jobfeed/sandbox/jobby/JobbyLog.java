package dev.jobfeed.sandbox.jobby;

import java.time.Instant;

/** Where requests are noted with what became of them, before their answers leave. */
@FunctionalInterface
public interface JobbyLog {

    /**
     * Notes a request.
     *
     * @param path the whole path, base path included
     * @param status 0 when the connection is dropped without an answer
     * @param rows how many rows of a list the answer carries
     * @param bytes the length of the answer's body as sent
     * @param fault the name of the fault that struck; null when none did
     */
    void add(
            Instant time,
            String method,
            String path,
            String query,
            String body,
            int status,
            int rows,
            long bytes,
            String fault);
}
