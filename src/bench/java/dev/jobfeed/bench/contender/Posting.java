package dev.jobfeed.bench.contender;

import java.time.OffsetDateTime;
import java.util.UUID;

/**
 * One job as the hand-written contenders store it.
 *
 * @param values one for each of {@link Columns#ALL}: String (text and JSON), Boolean, OffsetDateTime or null
 * @param hash SHA-256 over the id and all that was delivered; empty where none is computed
 */
record Posting(UUID id, Object[] values, byte[] hash) {

    /** Null when the feed does not say. */
    OffsetDateTime updatedAt() {
        return (OffsetDateTime) values[Columns.UPDATED_AT];
    }
}
