package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.sandbox.ManualClock;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.time.Instant;
import java.util.function.UnaryOperator;

/** Runs a sandbox and a client for its Jobby.dev over real HTTP. */
final class JobbyCalls implements AutoCloseable {

    static final ObjectMapper MAPPER = new ObjectMapper();
    static final Instant START = ManualClock.START;

    private final HttpClient client = HttpClient.newHttpClient();
    final ManualClock clock = new ManualClock();
    final Sandbox sandbox;

    JobbyCalls(UnaryOperator<JobbyOptions.Builder> options) {
        try {
            sandbox = Sandbox.start(
                    SandboxOptions.builder()
                            .port(0)
                            .jobs(1)
                            .careerSites(1)
                            .clock(clock)
                            .build(),
                    options.apply(JobbyOptions.builder()).build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    JobbyCalls() {
        this(UnaryOperator.identity());
    }

    Jobby jobby() {
        return sandbox.jobby();
    }

    JobFair fair() {
        return jobby().fair();
    }

    /** Returns the id of a live event. */
    String liveEvent() {
        return fair().liveEvents().get(0).id();
    }

    HttpRequest.Builder anonymous(String path) {
        return HttpRequest.newBuilder(URI.create(jobby().baseUrl() + path)).timeout(Duration.ofSeconds(20));
    }

    HttpRequest.Builder as(String token, String path) {
        return anonymous(path).header("Authorization", "Bearer " + token);
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(as(Jobby.TEST_TOKEN, path));
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(as(Jobby.TEST_TOKEN, path).POST(BodyPublishers.ofString(body)));
    }

    HttpResponse<String> join(String eventId) throws Exception {
        return post("/queue/join", "{\"event_id\":\"" + eventId + "\"}");
    }

    HttpResponse<String> join(String eventId, String idempotencyKey) throws Exception {
        return send(as(Jobby.TEST_TOKEN, "/queue/join")
                .header("Idempotency-Key", idempotencyKey)
                .POST(BodyPublishers.ofString("{\"event_id\":\"" + eventId + "\"}")));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    HttpResponse<byte[]> sendForBytes(HttpRequest.Builder request) throws Exception {
        return client.send(request.build(), BodyHandlers.ofByteArray());
    }

    /** Returns the content of a successful response under "data". */
    static JsonNode data(HttpResponse<String> response) throws Exception {
        if (response.statusCode() / 100 != 2) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return MAPPER.readTree(response.body()).get("data");
    }

    /** Returns the status and code of an error, such as "404 NOT_FOUND". */
    static String error(HttpResponse<String> response) throws Exception {
        JsonNode envelope = MAPPER.readTree(response.body());
        if (envelope.path("error").asText().isBlank()) {
            throw new AssertionError("no readable error in " + response.body());
        }
        return response.statusCode() + " " + envelope.path("code").textValue();
    }

    static String header(HttpResponse<?> response, String name) {
        return response.headers().firstValue(name).orElse(null);
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
