package dev.jobfeed.feed;

import java.nio.ByteBuffer;
import java.util.zip.CRC32;
import java.util.zip.CRC32C;

/**
 * Computes a hash of 64 bits: CRC-32 and CRC-32C side by side, which is a CRC of degree 64 because their polynomials have
 * no common factor. Java computes both with processor instructions from the first call on, before any compilation. Not
 * thread-safe.
 */
final class Checksums {

    static final int LENGTH = 2 * Integer.BYTES;

    private final CRC32 first = new CRC32();
    private final CRC32C second = new CRC32C();

    void add(int oneByte) {
        first.update(oneByte);
        second.update(oneByte);
    }

    void add(byte[] bytes, int length) {
        first.update(bytes, 0, length);
        second.update(bytes, 0, length);
    }

    /** Writes the hash of what was added, and begins with nothing. */
    void writeTo(ByteBuffer hash) {
        hash.putInt((int) first.getValue()).putInt((int) second.getValue());
        first.reset();
        second.reset();
    }
}
