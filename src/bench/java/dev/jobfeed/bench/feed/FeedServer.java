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
 * The API of a benchmark as a process of its own: ready-made pages on 127.0.0.1, so that it costs next to nothing beside
 * what is measured. It is told between two runs what to serve, and remembers when the first request of a run came.
 */
public final class FeedServer {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final byte[] NO_IDS =
            "{\"job_ids\":[],\"next_cursor\":null,\"has_more\":false}".getBytes(StandardCharsets.UTF_8);
    private static final int SLICE = 65_536;

    /**
     * What is served.
     *
     * @param onePage whether only the first page is, each time in another revision
     */
    private record Turn(
            int revision,
            long latencyMillis,
            boolean onePage,
            AtomicReference<Instant> firstRequest,
            AtomicInteger scans) {

        Turn(int revision, long latencyMillis, boolean onePage) {
            this(revision, latencyMillis, onePage, new AtomicReference<>(), new AtomicInteger());
        }
    }

    private final Rows rows;
    private final List<Pages> revisions;
    private volatile Turn turn = new Turn(0, 0, false);

    /** The next answer of a turn with one page, rendered before it is asked for, so that no run waits for it. */
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
        server.createContext("/api/jobs/feed", feed::page);
        server.createContext("/api/jobs/expired", feed::sweep);
        server.createContext("/turn", feed::turn);
        server.start();
        System.out.println(server.getAddress().getPort());
    }

    private void page(HttpExchange exchange) throws IOException {
        try (exchange) {
            JsonNode request = JSON.readTree(exchange.getRequestBody());
            await();
            Turn now = turn;
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
                render(scan + 1);
            }
        }
    }

    private void render(int scan) {
        nextPage = CompletableFuture.supplyAsync(() -> Pages.only(rows, Rows.LAST_REVISION + scan));
    }

    private void sweep(HttpExchange exchange) throws IOException {
        try (exchange) {
            await();
            answer(exchange, 200, NO_IDS);
        }
    }

    private void await() {
        turn.firstRequest().compareAndSet(null, Instant.now());
        try {
            Thread.sleep(turn.latencyMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** POST begins a turn; GET says when its first request came, and how often the feed was read from its start. */
    private void turn(HttpExchange exchange) throws IOException {
        try (exchange) {
            if (exchange.getRequestMethod().equals("POST")) {
                JsonNode next = JSON.readTree(exchange.getRequestBody());
                turn = new Turn(
                        next.get("revision").intValue(),
                        next.get("latency_millis").longValue(),
                        next.get("one_page").booleanValue());
                if (turn.onePage()) {
                    render(1);
                }
            }
            answer(
                    exchange,
                    200,
                    JSON.writeValueAsBytes(Map.of(
                            "first_request", String.valueOf(turn.firstRequest().get()),
                            "scans", turn.scans().get())));
        }
    }

    private static void answer(HttpExchange exchange, int status, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(status, body.length);
        OutputStream out = exchange.getResponseBody();
        // in slices, because the server copies what it is given into a buffer of that size
        for (int from = 0; from < body.length; from += SLICE) {
            out.write(body, from, Math.min(SLICE, body.length - from));
        }
    }
}
