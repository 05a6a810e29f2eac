package dev.jobfeed.feed;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An answer as it is read, with the bytes of the row at hand kept, so that a bad row can be shown as it came. Not
 * thread-safe.
 */
final class RecordingInputStream extends FilterInputStream {

    private final RepairedUtf8 repair;
    private byte[] kept = new byte[32_768];
    private int length;
    private long start;

    RecordingInputStream(InputStream answer) {
        super(answer);
        this.repair = null;
    }

    private RecordingInputStream(RepairedUtf8 answer) {
        super(answer);
        this.repair = answer;
    }

    /**
     * Returns the answer from the row at hand on, with U+FFFD for what is not UTF-8.
     *
     * @param head what the answer begins with in place of what was before that row
     */
    RecordingInputStream repairedBehind(String head) {
        InputStream before = new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8));
        InputStream again = new ByteArrayInputStream(kept, 0, length);
        return new RecordingInputStream(
                new RepairedUtf8(new SequenceInputStream(new SequenceInputStream(before, again), in)));
    }

    /** Returns whether something was replaced between the place that is kept and another. */
    boolean isRepairedUntil(long place) {
        return repair != null && repair.hasReplacedBetween(start, place);
    }

    /** Forgets the bytes before a place in the answer. */
    void keepFrom(long place) {
        int passed = Math.toIntExact(place - start);
        length -= passed;
        System.arraycopy(kept, passed, kept, 0, length);
        start = place;
    }

    /** The bytes from the place that is kept up to another. */
    byte[] until(long place) {
        return Arrays.copyOf(kept, Math.toIntExact(place - start));
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
        int read = super.read(into, offset, most);
        if (read > 0) {
            if (length > JsonCopier.MAX_LENGTH - read) {
                throw new MalformedResponseException(
                        "The answer has a row or another value longer than " + JsonCopier.MAX_LENGTH + " bytes.");
            }
            if (kept.length - length < read) {
                kept = Arrays.copyOf(kept, Math.max(length + read, 2 * kept.length));
            }
            System.arraycopy(into, offset, kept, length, read);
            length += read;
        }
        return read;
    }
}
