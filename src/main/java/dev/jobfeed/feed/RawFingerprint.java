package dev.jobfeed.feed;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;

/**
 * Computes the hash of a row's bytes as delivered. Rows with the same hash have the same content, so that the second
 * one need not be parsed. Not thread-safe.
 */
final class RawFingerprint {

    /** 128 bits: of two states of one row, none are ever taken for the same. */
    private static final int LENGTH = 16;

    /**
     * Part of every hash. Another number makes every stored row be parsed again; necessary after a change of the parser
     * that changes what is stored of the same bytes.
     */
    private static final String PARSER_VERSION = "1";

    private final MessageDigest digest;
    private final byte[] schema;

    RawFingerprint(RecordSchema schema) {
        try {
            this.digest = MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
        this.schema = (PARSER_VERSION + schema.fields() + schema.members()).getBytes(StandardCharsets.UTF_8);
    }

    byte[] of(byte[] bytes, int length) {
        digest.update(schema);
        digest.update(bytes, 0, length);
        return Arrays.copyOf(digest.digest(), LENGTH);
    }
}
