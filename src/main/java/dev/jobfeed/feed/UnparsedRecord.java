package dev.jobfeed.feed;

import java.util.Arrays;
import java.util.UUID;

/**
 * A row of a feed as delivered, of which only the id is known.
 *
 * @param id the row's primary key
 * @param json the row's bytes, UTF-8
 * @param hash hash of {@code json}
 */
public record UnparsedRecord(UUID id, byte[] json, byte[] hash) {

    /**
     * Returns whether a row is stored as this one.
     *
     * @param contentHash hash of the content of the stored row
     * @param rawHash {@link FeedRecord#rawHash} of the stored row; null if it is not known
     */
    public boolean isStoredAs(byte[] contentHash, byte[] rawHash) {
        return Arrays.equals(RawFingerprint.stored(hash, contentHash), rawHash);
    }
}
