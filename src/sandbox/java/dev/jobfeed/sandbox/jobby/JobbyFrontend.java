package dev.jobfeed.sandbox.jobby;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import dev.jobfeed.sandbox.Interceptor;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.GZIPOutputStream;

/** Receives requests and sends answers: interception, compression, the logs, and bytes. */
final class JobbyFrontend implements HttpHandler {

    private static final Logger LOG = System.getLogger(JobbyFrontend.class.getName());
    private static final int MOST = 10_000;

    private final JobbyApi api;
    private final Clock clock;
    private final JobbyLog log;
    private final Deque<JobbyRequest> requests = new ArrayDeque<>();
    private final Map<JobbyEndpoint, Long> sequences = new EnumMap<>(JobbyEndpoint.class);
    private final AtomicReference<JobbyInterceptor> interceptor;

    JobbyFrontend(JobbyApi api, Clock clock, JobbyLog log, AtomicReference<JobbyInterceptor> interceptor) {
        this.api = api;
        this.clock = clock;
        this.log = log;
        this.interceptor = interceptor;
    }

    List<JobbyRequest> requests() {
        synchronized (requests) {
            return List.copyOf(requests);
        }
    }

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        try (exchange) {
            serve(exchange);
        } catch (RuntimeException e) {
            LOG.log(Level.ERROR, "The sandbox failed to serve " + exchange.getRequestURI(), e);
        }
    }

    private void serve(HttpExchange exchange) throws IOException {
        Instant time = clock.instant();
        JobbyRequest request = received(exchange);
        Interceptor.Verdict verdict = verdict(request);
        if (verdict instanceof Interceptor.Struck struck) {
            carryOut(struck.verdict(), struck.fault(), request, time, exchange);
        } else {
            carryOut(verdict, null, request, time, exchange);
        }
    }

    private void carryOut(
            Interceptor.Verdict verdict, String fault, JobbyRequest request, Instant time, HttpExchange exchange)
            throws IOException {
        Map<String, String> headers = new LinkedHashMap<>();
        String authorization = exchange.getRequestHeaders().getFirst("Authorization");
        if (verdict instanceof Interceptor.Answer instead) {
            headers.putAll(instead.headers());
            byte[] body = instead.body().getBytes(StandardCharsets.UTF_8);
            note(time, exchange, request, instead.status(), 0, body.length, fault);
            write(exchange, instead.status(), headers, body, -1);
        } else if (verdict instanceof Interceptor.JobbyError error) {
            HttpReply answer = api.refuse(request, authorization, headers, error.code(), error.message());
            headers.putAll(error.headers());
            send(answer, headers, -1, fault, request, time, exchange);
        } else if (verdict instanceof Interceptor.Serve serve) {
            HttpReply answer = api.answer(request, authorization, headers);
            if (answer.status() / 100 == 2) {
                answer = new HttpReply(answer.status(), serve.rewrite().apply(answer.body()), answer.rows());
            }
            headers.putAll(serve.headers());
            send(answer, headers, serve.keepBytes(), fault, request, time, exchange);
        } else {
            if (verdict instanceof Interceptor.Lose) {
                api.answer(request, authorization, headers);
            }
            // closed before anything was sent, the exchange takes its connection with it
            note(time, exchange, request, 0, 0, 0, fault);
        }
    }

    private void send(
            HttpReply answer,
            Map<String, String> headers,
            int keepBytes,
            String fault,
            JobbyRequest request,
            Instant time,
            HttpExchange exchange)
            throws IOException {
        headers.putIfAbsent("Content-Type", "application/json");
        byte[] body = answer.body();
        if (wantsGzip(exchange.getRequestHeaders())) {
            headers.put("Content-Encoding", "gzip");
            body = gzip(body);
        }
        int length = keepBytes < 0 ? body.length : Math.min(keepBytes, body.length - 1);
        note(time, exchange, request, answer.status(), answer.rows(), length, fault);
        write(exchange, answer.status(), headers, body, length);
    }

    private JobbyRequest received(HttpExchange exchange) throws IOException {
        String method = exchange.getRequestMethod();
        String path = exchange.getRequestURI().getPath().substring(Jobby.PATH.length());
        String query = exchange.getRequestURI().getRawQuery();
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        JobbyEndpoint endpoint = JobbyEndpoint.at(method, path);
        Map<String, String> headers = new HashMap<>();
        exchange.getRequestHeaders()
                .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), String.join(", ", values)));
        headers.remove("authorization");
        synchronized (requests) {
            long sequence = sequences.merge(endpoint, 1L, Long::sum);
            JobbyRequest request =
                    new JobbyRequest(sequence, endpoint, method, path, query == null ? "" : query, body, headers);
            requests.addLast(request);
            if (requests.size() > MOST) {
                requests.removeFirst();
            }
            return request;
        }
    }

    private Interceptor.Verdict verdict(JobbyRequest request) {
        JobbyInterceptor current = interceptor.get();
        if (current == null) {
            return Interceptor.pass();
        }
        try {
            return current.decide(request);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return Interceptor.drop();
        } catch (IOException e) {
            return Interceptor.drop();
        } catch (RuntimeException e) {
            LOG.log(Level.WARNING, "The interceptor failed; the connection is dropped", e);
            return Interceptor.drop();
        }
    }

    private void note(
            Instant time, HttpExchange exchange, JobbyRequest request, int status, int rows, int bytes, String fault) {
        String path = exchange.getRequestURI().getPath();
        log.add(time, request.method(), path, request.query(), request.body(), status, rows, bytes, fault);
    }

    private static void write(
            HttpExchange exchange, int status, Map<String, String> headers, byte[] body, int keepBytes)
            throws IOException {
        headers.forEach(exchange.getResponseHeaders()::set);
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, bodiless ? -1 : body.length);
        if (!bodiless) {
            exchange.getResponseBody().write(body, 0, keepBytes < 0 ? body.length : keepBytes);
            exchange.getResponseBody().flush();
        }
    }

    private static boolean wantsGzip(Headers headers) {
        String accepted = headers.getFirst("Accept-Encoding");
        return accepted != null && accepted.toLowerCase(Locale.ROOT).contains("gzip");
    }

    private static byte[] gzip(byte[] body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (GZIPOutputStream out = new GZIPOutputStream(bytes)) {
            out.write(body);
        }
        return bytes.toByteArray();
    }
}
