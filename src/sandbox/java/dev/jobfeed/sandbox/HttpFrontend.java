package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.Api;
import dev.jobfeed.sandbox.http.ApiError;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.HttpReply;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.ReceivedRequest;
import dev.jobfeed.sandbox.http.Target;
import dev.jobfeed.sandbox.http.Times;
import dev.jobfeed.sandbox.jobby.AccountPages;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.net.BindException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.zip.Deflater;
import java.util.zip.GZIPOutputStream;
import org.apache.hc.core5.http.ClassicHttpRequest;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ConnectionClosedException;
import org.apache.hc.core5.http.ExceptionListener;
import org.apache.hc.core5.http.ProtocolException;
import org.apache.hc.core5.http.impl.DefaultConnectionReuseStrategy;
import org.apache.hc.core5.http.impl.bootstrap.HttpServer;
import org.apache.hc.core5.http.impl.bootstrap.ServerBootstrap;
import org.apache.hc.core5.http.io.SocketConfig;
import org.apache.hc.core5.http.io.entity.InputStreamEntity;
import org.apache.hc.core5.http.protocol.DefaultHttpProcessor;
import org.apache.hc.core5.http.protocol.HttpContext;
import org.apache.hc.core5.http.protocol.ResponseConnControl;
import org.apache.hc.core5.http.protocol.ResponseContent;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;

/**
 * Serves both APIs and the admin endpoint: interception, compression, the log, and bytes.
 *
 * <p>The server is not the JDK's own, which always sends the machine's time as {@code Date}.
 */
final class HttpFrontend implements AutoCloseable {

    private static final Logger LOG = System.getLogger(HttpFrontend.class.getName());
    private static final String ADMIN = "/sandbox/";
    private static final String CUT_OFF = "dev.jobfeed.sandbox.cut-off";
    private static final int WAITING_CONNECTIONS = 200;
    private static final int GZIP_BUFFER = 65_536;

    private record Exchange(ReceivedRequest request, ClassicHttpResponse response, HttpContext context) {}

    private final InstantSource clock;
    private final Duration latency;
    private final JoboApi jobo;
    private final Api<JobbyEndpoint> jobby;
    private final AccountPages pages;
    private final AdminEndpoint admin;
    private final RequestLog log;
    private final HttpServer server;

    HttpFrontend(
            SandboxOptions options, InstantSource clock, JoboApi jobo, Jobby jobby, AdminEndpoint admin, RequestLog log)
            throws IOException {
        this.clock = clock;
        this.latency = options.latency;
        this.jobo = jobo;
        this.jobby = jobby.api();
        pages = jobby.pages();
        this.admin = admin;
        this.log = log;
        server = ServerBootstrap.bootstrap()
                .setLocalAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}))
                .setListenerPort(options.port)
                .setSocketConfig(SocketConfig.custom()
                        .setBacklogSize(WAITING_CONNECTIONS)
                        .setSoReuseAddress(true)
                        .setTcpNoDelay(true)
                        .setSoTimeout(Timeout.ofMinutes(10))
                        .build())
                .setHttpProcessor(new DefaultHttpProcessor(new ResponseContent(), new ResponseConnControl()))
                .setConnectionReuseStrategy((request, response, context) -> context.getAttribute(CUT_OFF) == null
                        && DefaultConnectionReuseStrategy.INSTANCE.keepAlive(request, response, context))
                .setExceptionListener(ExceptionListener.NO_OP)
                .setRequestRouter((request, context) -> this::serve)
                .create();
        try {
            server.start();
        } catch (BindException e) {
            throw new BindException("Port " + options.port + " on 127.0.0.1 cannot be listened on: " + e.getMessage()
                    + ". Stop what listens there, or choose another port.");
        }
    }

    int port() {
        return server.getLocalPort();
    }

    /** Stops listening, and interrupts requests that are still being served. */
    @Override
    public void close() {
        server.close(CloseMode.IMMEDIATE);
    }

    private void serve(ClassicHttpRequest request, ClassicHttpResponse response, HttpContext context)
            throws IOException, ProtocolException {
        ReceivedRequest received = ReceivedRequest.of(request, clock.instant());
        Exchange exchange = new Exchange(received, response, context);
        String path = received.path();
        try {
            if (path.startsWith(AccountPages.PATH)) {
                sendJson(exchange, pages.answer(received), -1, null);
            } else if (path.startsWith(ADMIN)) {
                sendJson(exchange, admin.answer(received.method(), path, received.body()), -1, null);
            } else if (path.startsWith(Jobby.PATH + "/")) {
                serve(jobby, exchange);
            } else if (Endpoint.at(path) != null) {
                serve(jobo, exchange);
            } else {
                sendJson(
                        exchange,
                        ApiError.notFound("Nothing is at '" + path + "'.").reply(),
                        -1,
                        null);
            }
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The sandbox failed to serve " + path, e);
            throw new ConnectionClosedException("no reply");
        }
    }

    private <E extends Target> void serve(Api<E> api, Exchange exchange) throws IOException {
        ApiRequest<E> request = api.receive(exchange.request());
        Interceptor.Verdict verdict = verdict(api, request);
        String fault = null;
        if (verdict instanceof Interceptor.Struck struck) {
            verdict = struck.verdict();
            fault = struck.fault();
        }
        if (verdict instanceof Interceptor.Answer answer) {
            byte[] body = answer.body().getBytes(StandardCharsets.UTF_8);
            send(exchange, new HttpReply(answer.status(), answer.headers(), body, 0), -1, fault);
        } else if (verdict instanceof Interceptor.Refuse refuse) {
            sendJson(exchange, api.answer(request, exchange.request(), refuse.error()), -1, fault);
        } else if (verdict instanceof Interceptor.Serve serve) {
            HttpReply reply = api.answer(request, exchange.request(), null);
            if (reply.status() / 100 == 2) {
                reply = reply.with(serve.headers()).withBody(serve.rewrite().apply(reply.body()));
            }
            sendJson(exchange, reply, serve.keepBytes(), fault);
        } else {
            if (verdict instanceof Interceptor.Lose) {
                api.answer(request, exchange.request(), null);
            }
            log.add(exchange.request(), 0, 0, 0, fault);
            throw new ConnectionClosedException("no reply");
        }
    }

    private <E extends Target> Interceptor.Verdict verdict(Api<E> api, ApiRequest<E> request) {
        try {
            Thread.sleep(latency.toMillis());
            return api.decide(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The interceptor drops the connection", e);
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The interceptor failed; the connection is dropped", e);
        }
        return Interceptor.drop();
    }

    /** Sends JSON, or what its headers say, compressed when the client accepts that. */
    private void sendJson(Exchange exchange, HttpReply reply, int keepBytes, String fault) throws IOException {
        Map<String, String> headers = new LinkedHashMap<>(Map.of("Content-Type", "application/json"));
        headers.putAll(reply.headers());
        byte[] body = reply.body();
        if (exchange.request().acceptsGzip()) {
            headers.put("Content-Encoding", "gzip");
            body = gzip(body);
        }
        send(exchange, new HttpReply(reply.status(), headers, body, reply.rows()), keepBytes, fault);
    }

    private void send(Exchange exchange, HttpReply reply, int keepBytes, String fault) {
        byte[] body = reply.body();
        int length = keepBytes < 0 ? body.length : Math.max(0, Math.min(keepBytes, body.length - 1));
        String path = exchange.request().path();
        if (!path.startsWith(ADMIN) && !path.startsWith(AccountPages.PATH)) {
            log.add(exchange.request(), reply.status(), reply.rows(), length, fault);
        }
        ClassicHttpResponse response = exchange.response();
        response.setCode(reply.status());
        response.setHeader("Date", Times.httpDate(clock.instant()));
        reply.headers().forEach(response::setHeader);
        if (length < body.length) {
            exchange.context().setAttribute(CUT_OFF, true);
        }
        if (body.length > 0) {
            response.setEntity(new InputStreamEntity(new ByteArrayInputStream(body, 0, length), body.length, null));
        }
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(1024 + body.length / 4);
        try (OutputStream out = new FastGzip(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }

    /** The fastest level: a page of thousands of rows should cost the sandbox as little as it can. */
    private static final class FastGzip extends GZIPOutputStream {

        FastGzip(OutputStream out) throws IOException {
            super(out, GZIP_BUFFER);
            def.setLevel(Deflater.BEST_SPEED);
        }
    }
}
