package dev.jobfeed.feed;

import java.util.UUID;

/**
 * A row of a feed that cannot be stored.
 *
 * @param id its id, or null when it has no usable one
 * @param reason what is wrong, for the operator
 * @param json the row as delivered
 */
public record InvalidRecord(UUID id, String reason, String json) {}
