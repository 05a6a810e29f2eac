package dev.jobfeed.sandbox;

import java.time.Instant;

/**
 * A request that was received, with what became of it; the key it came with is not kept.
 *
 * @param sequence counts all logged requests of a sandbox, from 1
 * @param query the raw query, empty when there is none
 * @param status 0 when the connection was dropped without an answer
 * @param rows how many jobs, ids or career sites the answer carries
 * @param bytes the length of the answer's body as sent
 */
public record LoggedRequest(
        long sequence,
        Instant time,
        String method,
        String path,
        String query,
        String body,
        int status,
        int rows,
        long bytes) {}
