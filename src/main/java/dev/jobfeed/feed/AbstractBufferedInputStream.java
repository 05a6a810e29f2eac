package dev.jobfeed.feed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Objects;

/** Reads from buffers that a subclass fills. */
abstract class AbstractBufferedInputStream extends InputStream {

    /** Returns a buffer with unread bytes; null at the end of the stream. */
    abstract ByteBuffer buffer() throws IOException;

    @Override
    public int read() throws IOException {
        ByteBuffer buffer = buffer();
        return buffer == null ? -1 : buffer.get() & 0xFF;
    }

    @Override
    public int read(byte[] into, int offset, int most) throws IOException {
        Objects.checkFromIndexSize(offset, most, into.length);
        if (most == 0) {
            return 0;
        }
        ByteBuffer buffer = buffer();
        if (buffer == null) {
            return -1;
        }
        int length = Math.min(most, buffer.remaining());
        buffer.get(into, offset, length);
        return length;
    }
}
