package dev.jobfeed.feed;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads a response and keeps the bytes of the current row, so that an invalid row can be recorded as delivered. Not
 * thread-safe.
 */
final class RecordingInputStream extends FilterInputStream {

    private final Utf8RepairInputStream repair;
    private byte[] kept;
    private int length;
    private long start;

    RecordingInputStream(InputStream response) {
        this(response, 32_768);
    }

    /**
     * Reads a response of a known size.
     *
     * @param size in bytes
     */
    RecordingInputStream(InputStream response, int size) {
        super(response);
        this.repair = null;
        this.kept = new byte[size];
    }

    private RecordingInputStream(Utf8RepairInputStream response) {
        super(response);
        this.repair = response;
        this.kept = new byte[32_768];
    }

    /**
     * Returns the response from the current row on, with U+FFFD for bytes that are not UTF-8.
     *
     * @param head replaces the part of the response before that row
     */
    RecordingInputStream repairedBehind(String head) {
        InputStream before = new ByteArrayInputStream(head.getBytes(StandardCharsets.UTF_8));
        InputStream current = new ByteArrayInputStream(kept, 0, length);
        return new RecordingInputStream(
                new Utf8RepairInputStream(new SequenceInputStream(new SequenceInputStream(before, current), in)));
    }

    /** Returns whether bytes were replaced between the start of the kept range and a position. */
    boolean isRepairedUntil(long position) {
        return repair != null && repair.hasReplacedBetween(start, position);
    }

    /** Discards the bytes before a position in the response. */
    void keepFrom(long position) {
        int passed = Math.toIntExact(position - start);
        length -= passed;
        System.arraycopy(kept, passed, kept, 0, length);
        start = position;
    }

    /** Returns the bytes from the start of the kept range up to a position. */
    byte[] until(long position) {
        return Arrays.copyOf(kept, Math.toIntExact(position - start));
    }

    /** Returns the hash of the bytes from the start of the kept range up to a position. */
    byte[] fingerprint(RawFingerprint hash, long position) {
        return hash.of(kept, Math.toIntExact(position - start));
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
                        "The response has a row or another value longer than " + JsonCopier.MAX_LENGTH + " bytes.");
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
