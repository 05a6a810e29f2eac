package dev.jobfeed.sandbox;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandler;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Runs a sandbox and a client for it over real HTTP. */
final class Calls implements AutoCloseable {

    static final ObjectMapper MAPPER = new ObjectMapper();
    static final Instant START = ManualClock.START;

    private final HttpClient client = HttpClient.newHttpClient();
    final ManualClock clock = new ManualClock();
    final Sandbox sandbox;

    Calls(UnaryOperator<SandboxOptions.Builder> options) {
        try {
            sandbox = Sandbox.start(options.apply(SandboxOptions.builder()
                            .port(0)
                            .jobs(100)
                            .careerSites(120)
                            .descriptionBytes(1500)
                            .clock(clock))
                    .build());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Calls() {
        this(UnaryOperator.identity());
    }

    Dataset data() {
        return sandbox.data();
    }

    HttpRequest.Builder to(String path) {
        return HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + path)).timeout(Duration.ofSeconds(20));
    }

    HttpResponse<String> post(String path, String body) throws Exception {
        return send(to(path).header("X-Api-Key", Sandbox.TEST_KEY).POST(HttpRequest.BodyPublishers.ofString(body)));
    }

    HttpResponse<String> get(String path) throws Exception {
        return send(to(path).header("X-Api-Key", Sandbox.TEST_KEY));
    }

    HttpResponse<String> send(HttpRequest.Builder request) throws Exception {
        return send(request, BodyHandlers.ofString());
    }

    <T> HttpResponse<T> send(HttpRequest.Builder request, BodyHandler<T> handler) throws Exception {
        return client.send(request.build(), handler);
    }

    JsonNode feed(String body) throws Exception {
        return ok(post("/api/jobs/feed", body));
    }

    JsonNode expired(String query) throws Exception {
        return ok(get("/api/jobs/expired" + query));
    }

    static JsonNode ok(HttpResponse<String> response) throws Exception {
        if (response.statusCode() != 200) {
            throw new AssertionError(response.statusCode() + " " + response.body());
        }
        return MAPPER.readTree(response.body());
    }

    static JsonNode json(HttpResponse<String> response) throws Exception {
        return MAPPER.readTree(response.body());
    }

    /** Returns the jobs of a whole scan, with the body repeated beside each cursor. */
    List<JsonNode> scan(String body) throws Exception {
        return scanFrom(body, feed(body));
    }

    List<JsonNode> scanFrom(String body, JsonNode firstPage) throws Exception {
        List<JsonNode> jobs = new ArrayList<>();
        JsonNode page = firstPage;
        page.get("jobs").forEach(jobs::add);
        while (page.get("has_more").asBoolean()) {
            page = feed(with(body, "cursor", page.get("next_cursor").textValue()));
            page.get("jobs").forEach(jobs::add);
        }
        return jobs;
    }

    List<UUID> scanExpired(String query) throws Exception {
        List<UUID> ids = new ArrayList<>();
        JsonNode page = expired(query);
        while (true) {
            page.get("job_ids").forEach(id -> ids.add(UUID.fromString(id.textValue())));
            if (!page.get("has_more").asBoolean()) {
                return ids;
            }
            page = expired(query + (query.isEmpty() ? "?" : "&") + "cursor="
                    + page.get("next_cursor").textValue());
        }
    }

    static String with(String body, String field, String value) throws Exception {
        ObjectNode object = (ObjectNode) MAPPER.readTree(body);
        return object.put(field, value).toString();
    }

    static List<UUID> ids(Iterable<JsonNode> rows) {
        List<UUID> ids = new ArrayList<>();
        rows.forEach(row -> ids.add(UUID.fromString(row.get("id").textValue())));
        return ids;
    }

    static String encoded(Object value) {
        return URLEncoder.encode(value.toString(), StandardCharsets.UTF_8);
    }

    @Override
    public void close() {
        sandbox.close();
    }
}
