package dev.jobfeed.bench.contender;

import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * Holds one job as the hand-written contenders store it.
 *
 * @param values one for each of {@link Columns#ALL}: String (text and JSON), Boolean, OffsetDateTime or null
 * @param hash SHA-256 over the id and all delivered values; empty if not computed
 */
record Posting(UUID id, Object[] values, byte[] hash) {

    /** Returns the time of the last update; null when the feed does not state it. */
    OffsetDateTime updatedAt() {
        return (OffsetDateTime) values[Columns.UPDATED_AT];
    }
}
