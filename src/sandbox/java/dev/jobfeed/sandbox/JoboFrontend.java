package dev.jobfeed.sandbox;

import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Receives requests and sends answers: interception, compression, the log, and bytes. */
final class JoboFrontend implements HttpHandler {

    private static final Logger LOG = System.getLogger(JoboFrontend.class.getName());
    private static final int SLICE = 65_536;

    private final SandboxOptions options;
    private final RequestLog log;
    private final JoboEndpoints api;
    private final AdminEndpoint desk;
    private final Map<Endpoint, AtomicLong> sequences = new EnumMap<>(Endpoint.class);
    private final AtomicReference<Interceptor> interceptor;

    JoboFrontend(
            SandboxOptions options,
            JobUniverse world,
            RequestLog log,
            AtomicReference<Interceptor> interceptor,
            AdminEndpoint desk) {
        this.options = options;
        this.log = log;
        this.api = new JoboEndpoints(options, world);
        this.interceptor = interceptor;
        this.desk = desk;
        for (Endpoint endpoint : Endpoint.values()) {
            sequences.put(endpoint, new AtomicLong());
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
        ReceivedRequest arrival = arrival(exchange);
        if (arrival.path().startsWith("/sandbox/")) {
            send(exchange, desk.answer(arrival.method(), arrival.path(), arrival.body()), -1, null);
            return;
        }
        Endpoint endpoint = Endpoint.at(arrival.path());
        if (endpoint == null) {
            HttpReply missing = ApiError.of(404, "Not Found", "Nothing is at '" + arrival.path() + "'.")
                    .reply();
            send(exchange, missing, -1, bytes -> log.add(arrival, 404, 0, bytes, null));
            return;
        }
        ApiRequest request = new ApiRequest(
                sequences.get(endpoint).incrementAndGet(),
                endpoint,
                arrival.method(),
                arrival.path(),
                arrival.query(),
                arrival.body());
        Interceptor.Verdict verdict = verdict(request);
        if (verdict instanceof Interceptor.Struck struck) {
            carryOut(struck.verdict(), struck.fault(), request, arrival, exchange);
        } else {
            carryOut(verdict, null, request, arrival, exchange);
        }
    }

    private ReceivedRequest arrival(HttpExchange exchange) throws IOException {
        Instant time = options.clock().instant();
        long nanos = System.nanoTime();
        String query = exchange.getRequestURI().getRawQuery();
        return new ReceivedRequest(
                time,
                nanos,
                exchange.getRequestMethod(),
                exchange.getRequestURI().getPath(),
                query == null ? "" : query,
                new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
    }

    private void carryOut(
            Interceptor.Verdict verdict,
            String fault,
            ApiRequest request,
            ReceivedRequest arrival,
            HttpExchange exchange)
            throws IOException {
        if (verdict instanceof Interceptor.Lose) {
            api.answer(request, exchange.getRequestHeaders().getFirst("X-Api-Key"));
            log.add(arrival, 0, 0, 0, fault);
        } else if (verdict instanceof Interceptor.Answer answer) {
            byte[] bytes = answer.body().getBytes(StandardCharsets.UTF_8);
            HttpReply reply = new HttpReply(answer.status(), answer.headers(), bytes, 0);
            log.add(arrival, reply.status(), 0, bytes.length, fault);
            write(exchange, reply, -1);
        } else if (verdict instanceof Interceptor.Serve serve) {
            HttpReply reply =
                    changed(api.answer(request, exchange.getRequestHeaders().getFirst("X-Api-Key")), serve);
            api.rate(request.endpoint()).write(options.clock().instant(), exchange.getResponseHeaders());
            send(
                    exchange,
                    reply,
                    serve.keepBytes(),
                    bytes -> log.add(arrival, reply.status(), reply.rows(), bytes, fault));
        } else {
            // closed before anything was sent, the exchange takes its connection with it
            log.add(arrival, 0, 0, 0, fault);
        }
    }

    private static HttpReply changed(HttpReply reply, Interceptor.Serve serve) {
        if (reply.status() != 200) {
            return reply;
        }
        Map<String, String> headers = new LinkedHashMap<>(reply.headers());
        headers.putAll(serve.headers());
        return new HttpReply(200, headers, serve.rewrite().apply(reply.body()), reply.rows());
    }

    private Interceptor.Verdict verdict(ApiRequest request) {
        Interceptor current = interceptor.get();
        try {
            Thread.sleep(options.latency().toMillis());
            return current == null ? Interceptor.pass() : current.decide(request);
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

    /** Told how long a body is, just before it is sent. */
    private interface Departure {
        void leaves(long bytes);
    }

    private static void send(HttpExchange exchange, HttpReply reply, int keepBytes, Departure departure)
            throws IOException {
        Headers headers = exchange.getResponseHeaders();
        headers.set("Content-Type", "application/json");
        HttpReply packed = reply;
        if (wantsGzip(exchange.getRequestHeaders())) {
            headers.set("Content-Encoding", "gzip");
            packed = new HttpReply(reply.status(), reply.headers(), gzip(reply.body()), reply.rows());
        }
        if (departure != null) {
            departure.leaves(kept(packed.body(), keepBytes));
        }
        write(exchange, packed, keepBytes);
    }

    private static void write(HttpExchange exchange, HttpReply reply, int keepBytes) throws IOException {
        reply.headers().forEach(exchange.getResponseHeaders()::set);
        byte[] body = reply.body();
        boolean bodiless = body.length == 0 || exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(reply.status(), bodiless ? -1 : body.length);
        if (!bodiless) {
            OutputStream out = exchange.getResponseBody();
            int length = kept(body, keepBytes);
            // in slices, because the server copies what it is given into a buffer of that size
            for (int from = 0; from < length; from += SLICE) {
                out.write(body, from, Math.min(SLICE, length - from));
            }
            out.flush();
        }
    }

    private static int kept(byte[] body, int keepBytes) {
        return keepBytes < 0 ? body.length : Math.max(0, Math.min(keepBytes, body.length - 1));
    }

    private static boolean wantsGzip(Headers headers) {
        for (String value : headers.getOrDefault("Accept-Encoding", List.of())) {
            for (String one : value.toLowerCase(Locale.ROOT).split(",")) {
                String[] parts = one.strip().split("\\s*;\\s*");
                if (parts[0].equals("gzip") && (parts.length == 1 || !parts[1].matches("q=0(\\.0*)?"))) {
                    return true;
                }
            }
        }
        return false;
    }

    /** The fastest level: a page of thousands of rows should cost the sandbox as little as it can. */
    private static byte[] gzip(byte[] body) {
        Deflater deflater = new Deflater(Deflater.BEST_SPEED, true);
        try {
            ByteArrayOutputStream out = new ByteArrayOutputStream(1024 + body.length / 4);
            out.writeBytes(new byte[] {0x1f, (byte) 0x8b, Deflater.DEFLATED, 0, 0, 0, 0, 0, 0, 0});
            deflater.setInput(body);
            deflater.finish();
            byte[] slice = new byte[SLICE];
            while (!deflater.finished()) {
                out.write(slice, 0, deflater.deflate(slice));
            }
            CRC32 checksum = new CRC32();
            checksum.update(body);
            for (long value : new long[] {checksum.getValue(), body.length}) {
                for (int shift = 0; shift < 32; shift += 8) {
                    out.write((int) (value >>> shift));
                }
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }
}
