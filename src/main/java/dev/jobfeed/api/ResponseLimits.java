package dev.jobfeed.api;

import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.problem.ProblemTranslator;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;
import org.apache.hc.client5.http.classic.ExecChain;
import org.apache.hc.client5.http.classic.ExecChainHandler;
import org.apache.hc.core5.concurrent.Cancellable;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.HttpException;
import org.apache.hc.core5.http.HttpHeaders;
import org.apache.hc.core5.http.MalformedChunkCodingException;
import org.apache.hc.core5.http.MessageConstraintException;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.TruncatedChunkException;
import org.apache.hc.core5.http.config.Http1Config;
import org.apache.hc.core5.http.io.entity.HttpEntityWrapper;

/**
 * Limits what one answer may take: headers, unpacked bytes, and the time until its last byte. Unpacks gzip itself, because
 * the limit counts unpacked bytes. The outermost element of a client's execution chain.
 *
 * <p>A success that exceeds a limit, or is not HTTP or gzip as it claims, is an {@link MalformedResponseException}. Of a
 * refusal the status is what counts: its body is cut at {@link ProblemTranslator#ERROR_BYTES}, or where it cannot be read any further.
 */
public final class ResponseLimits implements ExecChainHandler {

    /** Headers of an answer, and bytes of a line of its head; content delivery networks add about 30 headers, of up to 8 KB. */
    public static final Http1Config HEAD =
            Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(16_384).build();

    /** Unpacked in one go; with the 512 bytes of the client's own decoder a page takes thousands of steps. */
    private static final int PACKED_BYTES = 65_536;

    /** How much of the name of an unknown coding is shown; a line of the head may have 16 KB. */
    private static final int NAME_CHARS = 60;

    private final int maxBytes;
    private final Duration timeout;

    /**
     * Creates the limits of a client.
     *
     * @param maxBytes unpacked bytes of a success
     * @param timeout from the request to the answer's last byte
     */
    public ResponseLimits(int maxBytes, Duration timeout) {
        this.maxBytes = maxBytes;
        this.timeout = timeout;
    }

    @Override
    public ClassicHttpResponse execute(ClassicHttpRequest request, ExecChain.Scope scope, ExecChain chain)
            throws IOException, HttpException {
        request.setHeader(HttpHeaders.ACCEPT_ENCODING, "gzip");
        Deadline deadline = new Deadline(timeout, scope);
        try {
            ClassicHttpResponse response = chain.proceed(request, scope);
            HttpEntity entity = response.getEntity();
            if (entity == null) {
                deadline.met();
            } else {
                response.setEntity(new BoundedEntity(entity, new Body(entity, response.getCode() >= 300, deadline)));
                // the body is JSON in UTF-8 (RFC 8259, 8.1), unpacked, whatever these say
                response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
                response.removeHeaders(HttpHeaders.CONTENT_LENGTH);
                response.removeHeaders(HttpHeaders.CONTENT_TYPE);
            }
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            IOException late = deadline.exceeded(e);
            deadline.met();
            if (late != null) {
                throw late;
            }
            // HttpCore 5.3, BasicHttpResponse: a status of zero is an illegal argument
            if (e instanceof MessageConstraintException
                    || e instanceof ProtocolException
                    || e instanceof IllegalArgumentException) {
                throw notHttp(e);
            }
            throw e;
        }
    }

    private static MalformedResponseException notHttp(Exception e) {
        return new MalformedResponseException(
                e instanceof MessageConstraintException
                        ? "The answer is not HTTP, or it has more than " + HEAD.getMaxHeaderCount()
                                + " headers, or one longer than " + HEAD.getMaxLineLength() + " bytes."
                        : "The answer is not HTTP: " + e.getMessage() + ".",
                e);
    }

    /** Ends an exchange that takes longer than its time, wherever it is. */
    private static final class Deadline {

        private final CompletableFuture<Void> answered = new CompletableFuture<>();
        private final Duration timeout;
        private final ExecChain.Scope scope;

        Deadline(Duration timeout, ExecChain.Scope scope) {
            this.timeout = timeout;
            this.scope = scope;
            answered.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).exceptionally(late -> {
                if (scope.originalRequest instanceof Cancellable request) {
                    request.cancel();
                }
                abandon();
                return null;
            });
        }

        /** Closes the connection, with what is still to come on it. */
        void abandon() {
            scope.execRuntime.discardEndpoint();
        }

        void met() {
            answered.complete(null);
        }

        /** The timeout as the reason of a failure, or null when the failure has another one. */
        IOException exceeded(Exception failure) {
            if (!answered.isCompletedExceptionally()) {
                return null;
            }
            IOException late = new SocketTimeoutException("the answer was not complete after "
                    + timeout.toMillis() / 1000.0 + " s (jobo.http.answer-timeout)");
            late.addSuppressed(failure);
            return late;
        }
    }

    /** An answer's body, unpacked and limited. Not thread-safe. */
    private final class Body extends InputStream {

        private final InputStream raw;
        private final String coding;
        private final boolean isRefusal;
        private final Deadline deadline;
        private InputStream unpacked;
        private long count;
        private boolean isAtEnd;

        Body(HttpEntity entity, boolean isRefusal, Deadline deadline) throws IOException {
            this.raw = entity.getContent();
            this.coding = entity.getContentEncoding() == null
                    ? "identity"
                    : entity.getContentEncoding().strip().toLowerCase(Locale.ROOT);
            this.isRefusal = isRefusal;
            this.deadline = deadline;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] into, int offset, int most) throws IOException {
            if (isAtEnd || most == 0) {
                return isAtEnd ? -1 : 0;
            }
            try {
                int read = unpacked().read(into, offset, most);
                isAtEnd = read < 0;
                count += Math.max(0, read);
                return within(read);
            } catch (IOException e) {
                if (isRefusal) {
                    return cut();
                }
                IOException late = deadline.exceeded(e);
                throw late != null ? late : reason(e);
            }
        }

        private InputStream unpacked() throws IOException {
            if (unpacked == null) {
                unpacked = switch (coding) {
                    case "identity" -> raw;
                    case "gzip", "x-gzip" -> new GZIPInputStream(raw, PACKED_BYTES);
                    default ->
                        throw new MalformedResponseException("The answer is packed as '"
                                + coding.substring(0, Math.min(coding.length(), NAME_CHARS))
                                + "', which was not asked for.");
                };
            }
            return unpacked;
        }

        private int within(int read) throws IOException {
            long limit = isRefusal ? ProblemTranslator.ERROR_BYTES : maxBytes;
            if (count <= limit) {
                return read;
            }
            if (!isRefusal) {
                throw new MalformedResponseException(
                        "The answer is longer than " + limit + " bytes (jobo.http.max-answer-bytes).");
            }
            int kept = (int) (read - (count - limit));
            return kept > 0 ? kept : cut();
        }

        private int cut() {
            isAtEnd = true;
            deadline.abandon();
            return -1;
        }

        private IOException reason(IOException e) {
            if (e instanceof ZipException || e instanceof EOFException) {
                return new MalformedResponseException("The answer is not the gzip that it claims to be.", e);
            }
            return e instanceof MessageConstraintException
                            || e instanceof MalformedChunkCodingException && !(e instanceof TruncatedChunkException)
                    ? notHttp(e)
                    : e;
        }

        /** Keeps the connection when the answer has been read to its end. What is left of it is not read. */
        @Override
        public void close() throws IOException {
            try {
                if (!isAtEnd || raw.read() >= 0) {
                    deadline.abandon();
                }
                raw.close();
            } catch (IOException e) {
                // what is left is not used
                deadline.abandon();
            } finally {
                isAtEnd = true;
                deadline.met();
            }
        }
    }

    private static final class BoundedEntity extends HttpEntityWrapper {

        private final InputStream body;

        BoundedEntity(HttpEntity entity, InputStream body) {
            super(entity);
            this.body = body;
        }

        @Override
        public InputStream getContent() {
            return body;
        }

        @Override
        public long getContentLength() {
            return -1;
        }

        @Override
        public String getContentEncoding() {
            return null;
        }

        @Override
        public void close() throws IOException {
            body.close();
        }
    }
}
