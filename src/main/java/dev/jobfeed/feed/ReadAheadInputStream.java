package dev.jobfeed.feed;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.LinkedBlockingQueue;

/**
 * Reads a stream on another thread, a few buffers ahead of the consumer. Receiving and decompressing a response takes
 * about as long as parsing its rows, so both run in parallel. Supports one consumer at a time.
 */
public final class ReadAheadInputStream extends AbstractBufferedInputStream {

    private static final int BUFFERS = 8;
    private static final int BUFFER_BYTES = 32_768;

    private static final ByteBuffer END = ByteBuffer.allocate(0);

    private final BlockingDeque<ByteBuffer> free = new LinkedBlockingDeque<>();
    private final BlockingQueue<ByteBuffer> filled = new LinkedBlockingQueue<>();
    private final CompletableFuture<Void> reading;
    private ByteBuffer current;

    /**
     * Starts reading.
     *
     * @param in remains owned by the caller, who closes it after this stream and does not read it until then
     * @param executor provides a thread for as long as the stream is open
     */
    public ReadAheadInputStream(InputStream in, Executor executor) {
        for (int i = 0; i < BUFFERS; i++) {
            free.add(ByteBuffer.allocate(BUFFER_BYTES));
        }
        reading = CompletableFuture.runAsync(() -> readAhead(in), executor);
    }

    private void readAhead(InputStream in) {
        try {
            for (ByteBuffer buffer = free.take(); buffer != END; buffer = free.take()) {
                int read = in.read(buffer.array());
                if (read < 0) {
                    return;
                }
                filled.add(buffer.clear().limit(read));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new UncheckedIOException(interrupted(e));
        } finally {
            filled.add(END);
        }
    }

    /**
     * {@inheritDoc}
     *
     * @throws IOException the failure of the underlying stream, after all bytes that were read before it
     */
    @Override
    ByteBuffer buffer() throws IOException {
        while (current != END && (current == null || !current.hasRemaining())) {
            nextBuffer();
        }
        if (current == END) {
            rethrowFailure();
            return null;
        }
        return current;
    }

    private void nextBuffer() throws IOException {
        try {
            if (current != null) {
                free.add(current);
            }
            current = filled.take();
        } catch (InterruptedException e) {
            throw interrupted(e);
        }
    }

    private void rethrowFailure() throws IOException {
        try {
            reading.join();
        } catch (CompletionException e) {
            throw e.getCause() instanceof UncheckedIOException failure
                    ? failure.getCause()
                    : new IOException(e.getCause());
        }
    }

    private static IOException interrupted(InterruptedException e) {
        Thread.currentThread().interrupt();
        InterruptedIOException interrupted = new InterruptedIOException("interrupted while reading ahead");
        interrupted.initCause(e);
        return interrupted;
    }

    /** Stops reading, and waits until the underlying stream is no longer in use. */
    @Override
    public void close() {
        free.addFirst(END);
        reading.exceptionally(failure -> null).join();
    }
}
