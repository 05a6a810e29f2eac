package dev.jobfeed.feed;

import java.io.IOException;
import java.io.InputStream;
import java.util.function.UnaryOperator;

/** Parses responses with the object mappers of the routes. */
public final class Responses {

    private Responses() {}

    public static FeedPage unparsedFeedPage(InputStream response, RecordSchema schema) throws IOException {
        return ResponseMappers.feed(schema, false, UnaryOperator.identity()).readValue(response, FeedPage.class);
    }

    public static FeedPage feedPage(InputStream response, RecordSchema schema) throws IOException {
        return ResponseMappers.feed(schema, true, UnaryOperator.identity()).readValue(response, FeedPage.class);
    }

    public static ExpiredIdsPage idPage(InputStream response) throws IOException {
        return ResponseMappers.expiredIds().readValue(response, ExpiredIdsPage.class);
    }

    /** Returns the stored hash of the same bytes with the hash of another content. */
    public static byte[] rawHash(byte[] rawHash, byte[] contentHash, byte[] otherContentHash) {
        return RawFingerprint.stored(RawFingerprint.stored(rawHash, contentHash), otherContentHash);
    }
}
