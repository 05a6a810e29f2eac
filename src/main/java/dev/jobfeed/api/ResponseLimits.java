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
 * Limits the headers, the decompressed size and the duration of a response. Decompresses gzip itself, because the size
 * limit applies to decompressed bytes. Must be the outermost element of a client's execution chain.
 *
 * <p>A success response that exceeds a limit, or is not valid HTTP or gzip, is a {@link MalformedResponseException}. Of
 * an error response only the status matters: its body is truncated at {@link ProblemTranslator#ERROR_BYTES}, or where
 * it can no longer be read.
 */
public final class ResponseLimits implements ExecChainHandler {

    /** Limits for header count and line length; content delivery networks add about 30 headers, of up to 8 KB. */
    public static final Http1Config HEAD =
            Http1Config.custom().setMaxHeaderCount(200).setMaxLineLength(16_384).build();

    /**
     * Size of the decompression buffer; with the 512 bytes of the client's own decoder, a page takes thousands of
     * steps.
     */
    private static final int GZIP_BUFFER_BYTES = 65_536;

    /** Maximum length of the quoted name of an unknown encoding; a header line may have 16 KB. */
    private static final int NAME_CHARS = 60;

    private final int maxBytes;
    private final Duration timeout;

    /**
     * Creates the limits of a client.
     *
     * @param maxBytes maximum decompressed size of a success response
     * @param timeout maximum time from the request to the last byte of the response
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
                deadline.complete();
            } else {
                response.setEntity(new BoundedEntity(entity, new Body(entity, response.getCode() >= 300, deadline)));
                // the decompressed body is JSON in UTF-8 (RFC 8259, 8.1), regardless of these headers
                response.removeHeaders(HttpHeaders.CONTENT_ENCODING);
                response.removeHeaders(HttpHeaders.CONTENT_LENGTH);
                response.removeHeaders(HttpHeaders.CONTENT_TYPE);
            }
            return response;
        } catch (IOException | HttpException | RuntimeException e) {
            IOException timedOut = deadline.exceeded(e);
            deadline.complete();
            if (timedOut != null) {
                throw timedOut;
            }
            // HttpCore 5.3, BasicHttpResponse: a status of zero is an IllegalArgumentException
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
                        ? "The response is not HTTP, or it has more than " + HEAD.getMaxHeaderCount()
                                + " headers, or one longer than " + HEAD.getMaxLineLength() + " bytes."
                        : "The response is not HTTP: " + e.getMessage() + ".",
                e);
    }

    /** Cancels an exchange that exceeds its timeout, at any stage. */
    private static final class Deadline {

        private final CompletableFuture<Void> completion = new CompletableFuture<>();
        private final Duration timeout;
        private final ExecChain.Scope scope;

        Deadline(Duration timeout, ExecChain.Scope scope) {
            this.timeout = timeout;
            this.scope = scope;
            completion.orTimeout(timeout.toMillis(), TimeUnit.MILLISECONDS).exceptionally(timedOut -> {
                if (scope.originalRequest instanceof Cancellable request) {
                    request.cancel();
                }
                abandon();
                return null;
            });
        }

        /** Closes the connection without reading the rest. */
        void abandon() {
            scope.execRuntime.discardEndpoint();
        }

        void complete() {
            completion.complete(null);
        }

        /** Returns the timeout as the reason of a failure, or null when the failure has another one. */
        IOException exceeded(Exception failure) {
            if (!completion.isCompletedExceptionally()) {
                return null;
            }
            IOException timedOut = new SocketTimeoutException("the response was not complete after "
                    + timeout.toMillis() / 1000.0 + " s (jobo.http.answer-timeout)");
            timedOut.addSuppressed(failure);
            return timedOut;
        }
    }

    /** Decompresses and limits a response's body. Not thread-safe. */
    private final class Body extends InputStream {

        private final InputStream raw;
        private final String encoding;
        private final boolean isError;
        private final Deadline deadline;
        private InputStream decompressed;
        private long count;
        private boolean isAtEnd;

        Body(HttpEntity entity, boolean isError, Deadline deadline) throws IOException {
            this.raw = entity.getContent();
            this.encoding = entity.getContentEncoding() == null
                    ? "identity"
                    : entity.getContentEncoding().strip().toLowerCase(Locale.ROOT);
            this.isError = isError;
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
                int read = decompressed().read(into, offset, most);
                isAtEnd = read < 0;
                count += Math.max(0, read);
                return within(read);
            } catch (IOException e) {
                if (isError) {
                    return truncate();
                }
                IOException timedOut = deadline.exceeded(e);
                throw timedOut != null ? timedOut : reason(e);
            }
        }

        private InputStream decompressed() throws IOException {
            if (decompressed == null) {
                decompressed = switch (encoding) {
                    case "identity" -> raw;
                    case "gzip", "x-gzip" -> new GZIPInputStream(raw, GZIP_BUFFER_BYTES);
                    default ->
                        throw new MalformedResponseException("The response has the content coding '"
                                + encoding.substring(0, Math.min(encoding.length(), NAME_CHARS))
                                + "', which was not requested.");
                };
            }
            return decompressed;
        }

        private int within(int read) throws IOException {
            long limit = isError ? ProblemTranslator.ERROR_BYTES : maxBytes;
            if (count <= limit) {
                return read;
            }
            if (!isError) {
                throw new MalformedResponseException(
                        "The response is longer than " + limit + " bytes (jobo.http.max-answer-bytes).");
            }
            int kept = (int) (read - (count - limit));
            return kept > 0 ? kept : truncate();
        }

        private int truncate() {
            isAtEnd = true;
            deadline.abandon();
            return -1;
        }

        private IOException reason(IOException e) {
            if (e instanceof ZipException || e instanceof EOFException) {
                return new MalformedResponseException("The response is not valid gzip data.", e);
            }
            return e instanceof MessageConstraintException
                            || e instanceof MalformedChunkCodingException && !(e instanceof TruncatedChunkException)
                    ? notHttp(e)
                    : e;
        }

        /** Keeps the connection only when the response has been read to its end; the rest is not read. */
        @Override
        public void close() throws IOException {
            try {
                if (!isAtEnd || raw.read() >= 0) {
                    deadline.abandon();
                }
                raw.close();
            } catch (IOException e) {
                // the rest is not used
                deadline.abandon();
            } finally {
                isAtEnd = true;
                deadline.complete();
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
