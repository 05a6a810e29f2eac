package dev.jobfeed.feed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Computes the hash of a row's bytes as delivered. Rows with the same hash have the same content, so that the second
 * one need not be parsed. Not thread-safe.
 */
final class RawFingerprint {

    /**
     * Part of every hash. Another number makes every stored row be parsed again; necessary after a change of the parser
     * that changes what is stored of the same bytes.
     */
    private static final String PARSER_VERSION = "1";

    private final Checksums checksums = new Checksums();
    private final byte[] schema;

    RawFingerprint(RecordSchema schema) {
        this.schema = (PARSER_VERSION + schema.fields() + schema.members()).getBytes(StandardCharsets.UTF_8);
    }

    /**
     * Returns the hash to store with a row: the hash of its bytes, combined with the hash of its content. It matches no
     * more when only the content is written, for example by a user's statement that does not set it.
     *
     * @param hash the result of {@link #of}
     * @param contentHash hash of the content that is stored
     */
    static byte[] stored(byte[] hash, byte[] contentHash) {
        Checksums content = new Checksums();
        content.add(contentHash, contentHash.length);
        ByteBuffer mask = ByteBuffer.allocate(Checksums.LENGTH);
        content.writeTo(mask);
        ByteBuffer stored = ByteBuffer.wrap(hash.clone());
        return stored.putLong(0, stored.getLong(0) ^ mask.getLong(0)).array();
    }

    /** Returns the checksums of the schema and the bytes, and their number. */
    byte[] of(byte[] bytes, int length) {
        checksums.add(schema, schema.length);
        checksums.add(bytes, length);
        ByteBuffer hash = ByteBuffer.allocate(Checksums.LENGTH + Integer.BYTES);
        checksums.writeTo(hash);
        return hash.putInt(length).array();
    }
}
