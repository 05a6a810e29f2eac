package dev.jobfeed.feed;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Set;

/** Computes a row's content hash, separately for each column group. Not thread-safe. */
final class ContentFingerprint {

    private static final int LENGTH = Checksums.LENGTH;

    private static final ColumnGroup[] GROUPS = ColumnGroup.values();

    private final RecordSchema shape;
    private final Map<ColumnGroup, Checksums> checksums = new EnumMap<>(ColumnGroup.class);
    private final ByteBuffer instant = ByteBuffer.allocate(Long.BYTES + Integer.BYTES);

    ContentFingerprint(RecordSchema shape) {
        this.shape = shape;
        for (ColumnGroup part : GROUPS) {
            checksums.put(part, new Checksums());
        }
    }

    /**
     * Returns the hash of a row's fields, members and {@code extra}. The members, too, so that a row is written again
     * when a new version has another column for a member.
     */
    byte[] of(Object[] values, String extra) {
        for (int i = 0; i < shape.fields().size(); i++) {
            add(checksums.get(shape.fields().get(i).part()), values[i]);
        }
        for (RecordSchema.Member member : shape.members()) {
            add(checksums.get(shape.part(member.name())), values[shape.position(member.name())]);
        }
        add(checksums.get(shape.part("extra")), extra);
        ByteBuffer hash = ByteBuffer.allocate(GROUPS.length * LENGTH);
        checksums.values().forEach(group -> group.writeTo(hash));
        return hash.array();
    }

    /**
     * Adds a value followed by a terminator, so that no two rows produce the same bytes. A time has a fixed length and
     * does not begin with the marker for null.
     */
    private void add(Checksums group, Object value) {
        if (value == null) {
            group.add(0xFE);
        } else if (value instanceof OffsetDateTime time) {
            instant.clear().putLong(time.toEpochSecond()).putInt(time.getNano());
            group.add(instant.array(), instant.capacity());
        } else {
            byte[] text = value.toString().getBytes(StandardCharsets.UTF_8);
            group.add(text, text.length);
            group.add(0xFF);
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
