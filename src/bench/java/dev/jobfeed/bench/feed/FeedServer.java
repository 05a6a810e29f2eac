package dev.jobfeed.bench.feed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.IntStream;

/**
 * Serves the API of a benchmark in a separate process: prepared pages on 127.0.0.1, so that it uses few resources
 * during a measurement. The benchmark selects between runs what is served; the server records the first request of each
 * run.
 */
public final class FeedServer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] NO_IDS =
            "{\"job_ids\":[],\"next_cursor\":null,\"has_more\":false}".getBytes(StandardCharsets.UTF_8);
    private static final int SLICE_BYTES = 65_536;

    /**
     * Holds what is served.
     *
     * @param onePage whether the feed has one page, with another revision in each scan
     */
    private record Session(
            int revision,
            long latencyMillis,
            boolean onePage,
            AtomicReference<Instant> firstRequest,
            AtomicInteger scans) {

        Session(int revision, long latencyMillis, boolean onePage) {
            this(revision, latencyMillis, onePage, new AtomicReference<>(), new AtomicInteger());
        }
    }

    private final Rows rows;
    private final List<Pages> revisions;
    private volatile Session session = new Session(0, 0, false);

    /** Holds the next response of a session with one page, rendered in advance, so that no run waits for it. */
    private volatile CompletableFuture<byte[]> nextPage;

    private FeedServer(Rows rows, List<Pages> revisions) {
        this.rows = rows;
        this.revisions = revisions;
    }

    /** Serves {@code args[0]} jobs until it is killed; prints its port when it is ready. */
    public static void main(String[] args) throws IOException {
        System.setProperty("sun.net.httpserver.nodelay", "true");
        Rows rows = Rows.generate(Integer.parseInt(args[0]));
        FeedServer feed = new FeedServer(
                rows,
                IntStream.rangeClosed(0, Rows.LAST_REVISION)
                        .mapToObj(revision -> Pages.render(rows, revision))
                        .toList());
        HttpServer server =
                HttpServer.create(new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), 0), 0);
        server.setExecutor(Executors.newCachedThreadPool());
        server.createContext("/api/jobs/feed", feed::servePage);
        server.createContext("/api/jobs/expired", feed::serveExpired);
        server.createContext("/session", feed::session);
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private void servePage(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            recordAndDelay();
            Session now = session;
            int number = request.hasNonNull("cursor")
                    ? Pages.number(request.get("cursor").textValue())
                    : 0;
            int scan = number == 0 ? now.scans().incrementAndGet() : 0;
            Pages pages = revisions.get(now.revision());
            String accepted = exchange.getRequestHeaders().getFirst("Accept-Encoding");
            if (number >= pages.count() || accepted == null || !accepted.contains("gzip")) {
                answer(exchange, 400, "{\"detail\":\"No such page, or no gzip.\"}".getBytes(StandardCharsets.UTF_8));
                return;
            }
            exchange.getResponseHeaders().set("Content-Encoding", "gzip");
            exchange.getResponseHeaders().set("X-Has-More", Boolean.toString(number + 1 < pages.count()));
            answer(exchange, 200, now.onePage() ? nextPage.join() : pages.body(number));
            if (now.onePage()) {
                renderNextPage(scan + 1);
            }
        }
    }

    private void renderNextPage(int scan) {
        nextPage = CompletableFuture.supplyAsync(() -> Pages.singlePage(rows, Rows.LAST_REVISION + scan));
    }

    private void serveExpired(HttpExchange exchange) throws IOException {
        try (exchange) {
            recordAndDelay();
            answer(exchange, 200, NO_IDS);
        }
    }

    private void recordAndDelay() {
        session.firstRequest().compareAndSet(null, Instant.now());
        try {
            Thread.sleep(session.latencyMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /**
     * Starts a session on POST; returns on GET when its first request arrived, and how often the feed was read from its
     * start.
     */
    private void session(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                JsonNode next = JSON.readTree(exchange.getRequestBody());
                session = new Session(
                        next.get("revision").intValue(),
                        next.get("latency_millis").longValue(),
                        next.get("one_page").booleanValue());
                if (session.onePage()) {
                    renderNextPage(1);
                }
            }
            answer(
                    exchange,
                    200,
                    JSON.writeValueAsBytes(Map.of(
                            "first_request",
                                    String.valueOf(session.firstRequest().get()),
                            "scans", session.scans().get())));
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        OutputStream out = exchange.getResponseBody();
        // in slices, because the server copies its input into a buffer of that size
        for (int from = 0; from < body.length; from += SLICE_BYTES) {
            out.write(body, from, Math.min(SLICE_BYTES, body.length - from));
        }
    }
}
