package dev.jobfeed.bench;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.bench.feed.FeedServer;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/** Controls the feed server, which runs as a separate process. */
final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final String baseUrl;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServerProcess(Process process, String baseUrl) {
        this.process = process;
        this.baseUrl = baseUrl;
    }

    /** Starts a server with this number of rows; returns when its pages are rendered. */
    static ServerProcess start(int rows) throws IOException {
        List<String> command =
                JavaCommand.of(List.of(rows > 100_000 ? "-Xmx6g" : "-Xmx2g"), FeedServer.class, Integer.toString(rows));
        Process process = new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        Runtime.getRuntime().addShutdownHook(new Thread(process::destroyForcibly));
        BufferedReader out = process.inputReader(StandardCharsets.UTF_8);
        String port = out.readLine();
        if (port == null) {
            throw new IOException("The feed server did not start.");
        }
        return new ServerProcess(process, "http://127.0.0.1:" + port);
    }

    String baseUrl() {
        return baseUrl;
    }

    /** Selects the scenario to serve from now on. */
    void serve(Scenario scenario) throws IOException, InterruptedException {
        serve(scenario, false);
    }

    /** Serves a feed of one page from now on, whose rows differ in each scan. */
    void serveOnePage() throws IOException, InterruptedException {
        serve(Scenario.UPDATED, true);
    }

    private void serve(Scenario scenario, boolean onePage) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(URI.create(baseUrl + "/session"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"revision\":" + scenario.revision()
                        + ",\"latency_millis\":" + scenario.latency().toMillis()
                        + ",\"one_page\":" + onePage + "}")));
    }

    /** Returns when the first request since {@link #serve} arrived. */
    Instant firstRequest() throws IOException, InterruptedException {
        return Instant.parse(session().get("first_request").textValue());
    }

    /** Returns how often the feed was read from its start since {@link #serve}. */
    int scans() throws IOException, InterruptedException {
        return session().get("scans").intValue();
    }

    private JsonNode session() throws IOException, InterruptedException {
        return new ObjectMapper().readTree(send(HttpRequest.newBuilder(URI.create(baseUrl + "/session"))));
    }

    private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    /** Measures how long a client takes that reads the whole feed and discards it without decompression. */
    Duration measureTransfer() throws IOException, InterruptedException {
        serve(Scenario.BACKFILL);
        long started = System.nanoTime();
        boolean more = true;
        for (int page = 0; more; page++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/api/jobs/feed"))
                    .header("Accept-Encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"cursor\":\"page-" + page + "\"}"))
                    .build();
            HttpResponse<InputStream> response = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = response.body()) {
                body.transferTo(OutputStream.nullOutputStream());
            }
            more = response.headers()
                    .firstValue("X-Has-More")
                    .filter("true"::equals)
                    .isPresent();
        }
        return Duration.ofNanos(System.nanoTime() - started);
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
