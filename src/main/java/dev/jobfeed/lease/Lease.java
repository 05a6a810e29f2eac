package dev.jobfeed.lease;

import java.util.UUID;

/**
 * The right to work on a stream.
 *
 * @param token what the holder proves itself with
 */
public record Lease(String stream, UUID token) {}
