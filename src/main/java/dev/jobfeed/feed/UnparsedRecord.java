package dev.jobfeed.feed;

import java.util.UUID;

/**
 * A row of a feed as delivered, of which only the id is known.
 *
 * @param id the row's primary key
 * @param json the row's bytes, UTF-8
 * @param rawHash hash of {@code json}, comparable with {@link FeedRecord#rawHash()}
 */
public record UnparsedRecord(UUID id, byte[] json, byte[] rawHash) {}
