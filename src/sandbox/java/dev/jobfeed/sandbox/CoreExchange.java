package dev.jobfeed.sandbox;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpContext;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpPrincipal;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.URI;
import java.net.URISyntaxException;
import java.time.Clock;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntityContainer;
import org.apache.hc.core5.http.HttpResponse;
import org.apache.hc.core5.http.io.entity.AbstractHttpEntity;

/**
 * A request and its answer as handlers of the JDK's server see them. The answer leaves when the handler is done.
 * Methods that no handler of the sandbox calls are not supported.
 */
final class CoreExchange extends HttpExchange {

    private static final DateTimeFormatter HTTP_DATE =
            DateTimeFormatter.ofPattern("EEE, dd MMM yyyy HH:mm:ss 'GMT'", Locale.ROOT);

    private final ClassicHttpRequest request;
    private final ClassicHttpResponse response;
    private final Clock clock;
    private final Headers requestHeaders = new Headers();
    private final Headers responseHeaders = new Headers();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private int status = -1;
    private long length = -1;

    CoreExchange(ClassicHttpRequest request, ClassicHttpResponse response, Clock clock) {
        this.request = request;
        this.response = response;
        this.clock = clock;
        for (Header header : request.getHeaders()) {
            requestHeaders.add(header.getName(), header.getValue());
        }
    }

    static String path(ClassicHttpRequest request) {
        return uri(request).getPath();
    }

    private static URI uri(ClassicHttpRequest request) {
        try {
            return request.getUri();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException(e);
        }
    }

    /**
     * Hands the answer over to be sent.
     *
     * @throws ConnectionClosedException when the handler sent none, so that the connection is closed
     */
    void finish() throws IOException {
        if (status < 0) {
            throw new ConnectionClosedException("no answer");
        }
        response.setCode(status);
        if (!responseHeaders.containsKey("Date")) {
            responseHeaders.set("Date", HTTP_DATE.format(clock.instant().atZone(ZoneOffset.UTC)));
        }
        responseHeaders.forEach((name, values) -> values.forEach(value -> response.addHeader(name, value)));
        if (length > 0) {
            response.setEntity(new Written());
        }
    }

    /** Whether more was promised than was written, so that the connection has to end with this answer. */
    static boolean isCutOff(HttpResponse response) {
        return response instanceof HttpEntityContainer answer
                && answer.getEntity() instanceof Written body
                && body.isCutOff();
    }

    /** The body as far as it was written. */
    private final class Written extends AbstractHttpEntity {

        Written() {
            super((ContentType) null, null, false);
        }

        boolean isCutOff() {
            return body.size() < length;
        }

        @Override
        public long getContentLength() {
            return length;
        }

        @Override
        public void writeTo(OutputStream out) throws IOException {
            body.writeTo(out);
        }

        @Override
        public InputStream getContent() {
            throw new UnsupportedOperationException();
        }

        @Override
        public boolean isStreaming() {
            return false;
        }

        @Override
        public void close() {
            body.reset();
        }
    }

    @Override
    public Headers getRequestHeaders() {
        return requestHeaders;
    }

    @Override
    public Headers getResponseHeaders() {
        return responseHeaders;
    }

    @Override
    public URI getRequestURI() {
        return uri(request);
    }

    @Override
    public String getRequestMethod() {
        return request.getMethod();
    }

    @Override
    public InputStream getRequestBody() {
        try {
            return request.getEntity() == null
                    ? InputStream.nullInputStream()
                    : request.getEntity().getContent();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Override
    public OutputStream getResponseBody() {
        return body;
    }

    @Override
    public void sendResponseHeaders(int code, long bytes) {
        status = code;
        length = bytes;
    }

    @Override
    public int getResponseCode() {
        return status;
    }

    @Override
    public String getProtocol() {
        return String.valueOf(request.getVersion());
    }

    @Override
    public void close() {
        // the connection is the server's
    }

    @Override
    public HttpContext getHttpContext() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress getRemoteAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InetSocketAddress getLocalAddress() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Object getAttribute(String name) {
        return null;
    }

    @Override
    public void setAttribute(String name, Object value) {
        throw new UnsupportedOperationException();
    }

    @Override
    public void setStreams(InputStream in, OutputStream out) {
        throw new UnsupportedOperationException();
    }

    @Override
    public HttpPrincipal getPrincipal() {
        return null;
    }
}
