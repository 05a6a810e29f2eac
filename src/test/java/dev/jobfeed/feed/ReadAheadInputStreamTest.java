package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import java.io.ByteArrayInputStream;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.io.SequenceInputStream;
import java.io.UncheckedIOException;
import java.net.SocketTimeoutException;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class ReadAheadInputStreamTest {

    private static final int MORE_THAN_IS_READ_AHEAD = 1_000_000;

    private final ExecutorService executor = Executors.newCachedThreadPool();

    @AfterEach
    void stop() {
        executor.shutdownNow();
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 32_768, 32_769, MORE_THAN_IS_READ_AHEAD})
    void contentIsReadUnchanged(int length) throws IOException {
        byte[] bytes = bytes(length);

        try (InputStream readAhead = readAhead(new ByteArrayInputStream(bytes))) {
            assertThat(readAhead.readAllBytes()).isEqualTo(bytes);
            assertThat(readAhead.read()).isEqualTo(-1);
        }
    }

    @Test
    void byteIsReadUnsigned() throws IOException {
        try (InputStream readAhead = readAhead(new ByteArrayInputStream(new byte[] {(byte) 0xFF, 7}))) {
            assertThat(readAhead.read()).isEqualTo(0xFF);
            assertThat(readAhead.read(new byte[4], 1, 3)).isEqualTo(1);
            assertThat(readAhead.read(new byte[0])).isZero();
        }
    }

    @Test
    void failureFollowsTheBytesBeforeItAndPersists() throws IOException {
        SocketTimeoutException failure = new SocketTimeoutException("Read timed out");

        try (InputStream readAhead = readAhead(failingAfter(new byte[] {1, 2, 3}, failure))) {
            assertThat(readAhead.readNBytes(3)).containsExactly(1, 2, 3);
            assertThatThrownBy(readAhead::read).isSameAs(failure);
            assertThatThrownBy(readAhead::read).isSameAs(failure);
        }
    }

    @Test
    void unexpectedFailureIsNoEndOfStream() throws IOException {
        IllegalStateException failure = new IllegalStateException("broken");

        try (InputStream readAhead = readAhead(failingAfter(new byte[0], failure))) {
            assertThatThrownBy(readAhead::read).isInstanceOf(IOException.class).hasCause(failure);
        }
    }

    @Test
    void readAheadIsBounded() throws IOException {
        AtomicInteger reads = new AtomicInteger();
        InputStream counted = new FilterInputStream(new ByteArrayInputStream(bytes(MORE_THAN_IS_READ_AHEAD))) {
            @Override
            public int read(byte[] into) throws IOException {
                reads.incrementAndGet();
                return super.read(into);
            }
        };

        try (InputStream readAhead = readAhead(counted)) {
            await().until(() -> reads.get() == 8);
            assertThat(readAhead.readNBytes(32_768)).hasSize(32_768);
            assertThat(readAhead.read()).isNotNegative();
            await().until(() -> reads.get() == 9);
        }
        assertThat(reads).hasValue(9);
    }

    @Test
    void closeWaitsForTheCurrentReadAndStartsNoOther() throws Exception {
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        AtomicInteger reads = new AtomicInteger();
        InputStream slow = new InputStream() {
            @Override
            public int read() throws IOException {
                reads.incrementAndGet();
                reading.countDown();
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return 1;
            }

            @Override
            public int read(byte[] into, int offset, int most) throws IOException {
                into[offset] = (byte) read();
                return 1;
            }
        };
        InputStream readAhead = readAhead(slow);
        reading.await();

        Thread closing = new Thread(() -> close(readAhead));
        closing.start();
        await().until(() -> closing.getState() == Thread.State.WAITING);
        released.countDown();
        closing.join();

        assertThat(reads).hasValue(1);
        await().until(() -> ((ThreadPoolExecutor) executor).getActiveCount() == 0);
    }

    @Test
    void interruptedReaderStopsAndStaysInterrupted() throws Exception {
        CountDownLatch released = new CountDownLatch(1);
        InputStream blocked = new InputStream() {
            @Override
            public int read() throws IOException {
                try {
                    released.await();
                } catch (InterruptedException e) {
                    throw new IOException(e);
                }
                return -1;
            }
        };
        InputStream readAhead = readAhead(blocked);

        Thread.currentThread().interrupt();
        assertThatThrownBy(readAhead::read).isInstanceOf(InterruptedIOException.class);

        assertThat(Thread.interrupted()).isTrue();
        released.countDown();
        readAhead.close();
    }

    private InputStream readAhead(InputStream in) {
        return new ReadAheadInputStream(in, executor);
    }

    private static void close(InputStream stream) {
        try {
            stream.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private static InputStream failingAfter(byte[] bytes, Exception failure) {
        return new SequenceInputStream(new ByteArrayInputStream(bytes), new InputStream() {
            @Override
            public int read() throws IOException {
                if (failure instanceof IOException io) {
                    throw io;
                }
                throw (RuntimeException) failure;
            }
        });
    }
}
