package dev.jobfeed.feed;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;

/**
 * An answer as it is read, with the bytes of the row at hand kept, so that a bad row can be shown as it came. Not
 * thread-safe.
 */
final class RowBytes extends FilterInputStream {

    private byte[] kept = new byte[32_768];
    private int length;
    private long start;

    RowBytes(InputStream answer) {
        super(answer);
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
            if (kept.length - length < read) {
                kept = Arrays.copyOf(kept, Math.max(length + read, 2 * kept.length));
            }
            System.arraycopy(into, offset, kept, length, read);
            length += read;
        }
        return read;
    }
}
