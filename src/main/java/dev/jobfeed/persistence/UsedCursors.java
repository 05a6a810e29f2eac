package dev.jobfeed.persistence;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HashSet;
import java.util.Set;

/**
 * Records the cursors that a pagination has used, as hashes. A cursor that the server returns a second time would lead
 * to an endless loop.
 */
public final class UsedCursors {

    private final Set<Long> hashes = new HashSet<>();

    /** Returns the first 8 bytes of a cursor's SHA-256. */
    static long hash(String cursor) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(cursor.getBytes(StandardCharsets.UTF_8));
            return ByteBuffer.wrap(digest).getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** Adds a cursor; returns false when it was used before. */
    public boolean add(String cursor) {
        return hashes.add(hash(cursor));
    }

    public boolean contains(String cursor) {
        return hashes.contains(hash(cursor));
    }

    public void addAll(Collection<Long> stored) {
        hashes.addAll(stored);
    }

    public void clear() {
        hashes.clear();
    }
}
