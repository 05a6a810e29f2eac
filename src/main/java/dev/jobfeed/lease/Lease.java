package dev.jobfeed.lease;

import java.util.UUID;

/**
 * Grants exclusive work on a stream.
 *
 * @param token the fencing token of the owner
 */
record Lease(String stream, UUID token) {}
