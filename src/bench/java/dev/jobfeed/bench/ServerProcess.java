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

/** The feed server as a process, and what it is asked and told between two runs. */
final class ServerProcess implements AutoCloseable {

    private final Process process;
    private final String baseUrl;
    private final HttpClient http =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    private ServerProcess(Process process, String baseUrl) {
        this.process = process;
        this.baseUrl = baseUrl;
    }

    /** Starts one that has so many rows; returns when they are rendered. */
    static ServerProcess start(int rows) throws IOException {
        List<String> command =
                Java.command(List.of(rows > 100_000 ? "-Xmx6g" : "-Xmx2g"), FeedServer.class, Integer.toString(rows));
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

    /** Serves what a scenario needs from now on. */
    void begin(Scenario scenario) throws IOException, InterruptedException {
        begin(scenario, false);
    }

    /** Serves one page from now on, whose rows differ from those of the last time that it was served. */
    void beginOnePage() throws IOException, InterruptedException {
        begin(Scenario.UPDATED, true);
    }

    private void begin(Scenario scenario, boolean onePage) throws IOException, InterruptedException {
        send(HttpRequest.newBuilder(URI.create(baseUrl + "/turn"))
                .POST(HttpRequest.BodyPublishers.ofString("{\"revision\":" + scenario.revision()
                        + ",\"latency_millis\":" + scenario.latency().toMillis()
                        + ",\"one_page\":" + onePage + "}")));
    }

    /** When the first request since {@link #begin} came. */
    Instant firstRequest() throws IOException, InterruptedException {
        return Instant.parse(turn().get("first_request").textValue());
    }

    /** How often the feed was read from its start since {@link #begin}. */
    int scans() throws IOException, InterruptedException {
        return turn().get("scans").intValue();
    }

    private JsonNode turn() throws IOException, InterruptedException {
        return new ObjectMapper().readTree(send(HttpRequest.newBuilder(URI.create(baseUrl + "/turn"))));
    }

    private byte[] send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return http.send(request.build(), HttpResponse.BodyHandlers.ofByteArray())
                .body();
    }

    /** How long a client takes that reads the whole feed and throws it away, still compressed. */
    Duration drain() throws IOException, InterruptedException {
        begin(Scenario.BACKFILL);
        long started = System.nanoTime();
        boolean more = true;
        for (int page = 0; more; page++) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(baseUrl + "/api/jobs/feed"))
                    .header("Accept-Encoding", "gzip")
                    .POST(HttpRequest.BodyPublishers.ofString("{\"cursor\":\"page-" + page + "\"}"))
                    .build();
            HttpResponse<InputStream> answer = http.send(request, HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                body.transferTo(OutputStream.nullOutputStream());
            }
            more = answer.headers()
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
