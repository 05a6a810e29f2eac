package dev.jobfeed.sandbox;

import java.time.Instant;

/**
 * A request as it came.
 *
 * @param nanos {@link System#nanoTime()} at the time
 * @param query the raw query, empty when there is none
 */
record ReceivedRequest(Instant time, long nanos, String method, String path, String query, String body) {}
