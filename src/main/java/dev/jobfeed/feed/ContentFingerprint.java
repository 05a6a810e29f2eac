package dev.jobfeed.feed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Computes a row's content hash, separately for each column group. Not thread-safe. */
final class ContentFingerprint {

    /** 80 bits distinguish two states of one row, and the hashes of all groups fit the 32 bytes of the column. */
    private static final int LENGTH = 10;

    private static final ColumnGroup[] GROUPS = ColumnGroup.values();

    private final RecordSchema shape;
    private final Map<ColumnGroup, MessageDigest> digests = new EnumMap<>(ColumnGroup.class);
    private final ByteBuffer instant = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);

    ContentFingerprint(RecordSchema shape) {
        this.shape = shape;
        try {
            for (ColumnGroup part : GROUPS) {
                digests.put(part, MessageDigest.getInstance("SHA-256"));
            }
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java runtime has SHA-256", e);
        }
    }

    /** Returns the hash of a row's fields and {@code extra}. */
    byte[] of(Object[] values, String extra) {
        for (int i = 0; i < shape.fields().size(); i++) {
            add(digests.get(shape.fields().get(i).part()), values[i]);
        }
        add(digests.get(shape.part("extra")), extra);
        byte[] hash = new byte[GROUPS.length * LENGTH];
        digests.forEach((part, digest) -> System.arraycopy(digest.digest(), 0, hash, part.ordinal() * LENGTH, LENGTH));
        return hash;
    }

    /**
     * Adds a value followed by a terminator, so that no two rows produce the same bytes. A time has a fixed length and
     * does not begin with the marker for null.
     */
    private void add(MessageDigest digest, Object value) {
        if (value == null) {
            digest.update((byte) 0xFE);
        } else if (value instanceof OffsetDateTime time) {
            digest.update(instant.clear()
                    .putLong(time.toEpochSecond())
                    .putInt(time.getNano())
                    .flip());
        } else {
            digest.update(value.toString().getBytes(StandardCharsets.UTF_8));
            digest.update((byte) 0xFF);
        }
    }

    /** Returns the groups that an update from one state to the other has to write. */
    static Set<ColumnGroup> changed(byte[] before, byte[] after) {
        if (Arrays.equals(before, after)) {
            return Set.of();
        }
        if (before.length != after.length) {
            return ColumnGroup.ALL;
        }
        Set<ColumnGroup> changed = EnumSet.of(ColumnGroup.SCALAR);
        for (ColumnGroup part : GROUPS) {
            int from = part.ordinal() * LENGTH;
            if (!Arrays.equals(before, from, from + LENGTH, after, from, from + LENGTH)) {
                changed.add(part);
            }
        }
        return changed;
    }
}
