package dev.jobfeed.sandbox;

import com.fasterxml.jackson.annotation.JsonIgnore;
import java.time.Instant;

/**
 * A request that was received, with what became of it; the key it came with is not kept.
 *
 * @param sequence counts all logged requests of a sandbox, from 1
 * @param time when it arrived, by the sandbox's clock
 * @param nanos when it arrived, as {@link System#nanoTime()} had it: what lies between two of them is real time
 * @param query the raw query, empty when there is none
 * @param status 0 when the connection was dropped without an answer
 * @param rows how many jobs, ids or career sites that the answer carries; bad rows that a fault added are
 *     not among them
 * @param bytes the length of the answer's body as sent
 * @param fault what was done to it on purpose: the name of the fault that struck; null when none did
 */
public record LoggedRequest(
        long sequence,
        Instant time,
        @JsonIgnore long nanos,
        String method,
        String path,
        String query,
        String body,
        int status,
        int rows,
        long bytes,
        String fault) {}
