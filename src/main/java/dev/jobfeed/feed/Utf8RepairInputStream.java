package dev.jobfeed.feed;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;

/** Replaces bytes that are not UTF-8 in a stream with U+FFFD, and records their positions. Not thread-safe. */
final class Utf8RepairInputStream extends AbstractBufferedInputStream {

    private static final int BUFFER_BYTES = 8192;

    /** Maximum number of recorded positions, 30 bytes each; a page of Latin-1 has about 100,000. */
    private static final int MAX_POSITIONS = 1_000_000;

    private final InputStream in;
    private final CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    private final byte[] replacement = "\uFFFD".getBytes(StandardCharsets.UTF_8);
    private final ByteBuffer raw = ByteBuffer.allocate(BUFFER_BYTES).limit(0);
    private final CharBuffer scratch = CharBuffer.allocate(BUFFER_BYTES);
    private final ByteBuffer repaired =
            ByteBuffer.allocate(BUFFER_BYTES * replacement.length).limit(0);
    private final Deque<Long> positions = new ArrayDeque<>();
    private long length;
    private boolean ended;

    Utf8RepairInputStream(InputStream in) {
        this.in = in;
    }

    /** Returns whether bytes were replaced in a range of this stream. Discards the positions before that range. */
    boolean hasReplacedBetween(long start, long end) {
        while (!positions.isEmpty() && positions.peek() < start) {
            positions.remove();
        }
        return !positions.isEmpty() && positions.peek() < end;
    }

    @Override
    ByteBuffer buffer() throws IOException {
        while (!repaired.hasRemaining() && !ended) {
            fill();
        }
        return repaired.hasRemaining() ? repaired : null;
    }

    private void fill() throws IOException {
        raw.compact();
        int read = in.read(raw.array(), raw.position(), raw.remaining());
        ended = read < 0;
        raw.position(raw.position() + Math.max(read, 0)).flip();
        repaired.clear();
        CoderResult result;
        do {
            int from = raw.position();
            result = decoder.decode(raw, scratch.clear(), ended);
            repaired.put(raw.array(), from, raw.position() - from);
            if (result.isMalformed()) {
                if (positions.size() == MAX_POSITIONS) {
                    throw new MalformedResponseException(
                            "The response has more than " + MAX_POSITIONS + " bytes that are not UTF-8.");
                }
                positions.add(length + repaired.position());
                repaired.put(replacement);
                raw.position(raw.position() + result.length());
            }
        } while (!result.isUnderflow());
        repaired.flip();
        length += repaired.limit();
    }
}
