package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SchemaValidatorsConfig;
import com.networknt.schema.SpecVersion;
import dev.jobfeed.jobby.JobbyOperation;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.WebhookEvent;
import dev.jobfeed.sandbox.jobby.JobFair;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.math.BigDecimal;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Compares the two OpenAPI documents of the sandbox with what it serves, in both directions. */
class OpenApiDocumentsTest {

    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final String LIMITED_SCOPES_TOKEN = "jbb_narrownarrownarrownarrownarrow22";
    private static final String PAYING = "jbb_payingpayingpayingpayingpaying22";
    private static final String V1 = "/api/v1";

    private final HttpClient client = HttpClient.newHttpClient();
    private final Sandbox sandbox;
    private final JsonNode jobo;
    private final JsonNode jobby;

    /** Holds operation and status of each response that was validated. */
    private final Set<String> seen = new TreeSet<>();

    OpenApiDocumentsTest() throws Exception {
        sandbox = Sandbox.start(
                SandboxOptions.builder()
                        .port(0)
                        .jobs(300)
                        .careerSites(100)
                        .descriptionBytes(500)
                        .creditsPerJob(BigDecimal.ONE)
                        .creditsBalance(BigDecimal.valueOf(10_000))
                        .rateLimit(40)
                        .build(),
                JobbyOptions.builder()
                        .token(LIMITED_SCOPES_TOKEN, "settings:read")
                        .token(PAYING, "billing:write")
                        .build());
        jobo = MAPPER.readTree(send("GET", "/sandbox/openapi.json", null).body());
        jobby = MAPPER.readTree(send("GET", V1 + "/openapi.json", null).body());
    }

    @AfterEach
    void close() {
        sandbox.close();
    }

    @Test
    void joboAndAdminOperationsMatchTheDescription() throws Exception {
        Stream<String> api = Arrays.stream(Endpoint.values())
                .map(endpoint -> endpoint.method() + " " + endpoint.path()
                        + (endpoint.path().endsWith("/") ? "{id}" : ""));
        JsonNode none = MAPPER.readTree(send("GET", "/sandbox/", null).body());
        Stream<String> adminOperations = Arrays.stream(none.get("message")
                .textValue()
                .replaceAll("^The sandbox has |\\.$", "")
                .split(", "));

        assertThat(operations(jobo))
                .containsExactlyInAnyOrderElementsOf(
                        Stream.concat(api, adminOperations).toList());
    }

    @Test
    void jobbyEndpointsMatchTheDescription() {
        assertThat(operations(jobby))
                .containsExactlyInAnyOrderElementsOf(Arrays.stream(JobbyEndpoint.values())
                        .filter(endpoint -> endpoint != JobbyEndpoint.OTHER)
                        .map(endpoint ->
                                (endpoint.method() == null ? "POST" : endpoint.method()) + " " + endpoint.path())
                        .toList());
    }

    /** Accepting a match has no scope: a token is needed, and no scope allows it. */
    @Test
    void eachJobbyEndpointDescribesItsRequiredScope() {
        jobby.get("paths")
                .properties()
                .forEach(path -> path.getValue().properties().forEach(operation -> {
                    String method = operation.getKey().toUpperCase(Locale.ROOT);
                    Set<String> scopes = new TreeSet<>();
                    operation.getValue().path("security").forEach(token -> token.path("token")
                            .forEach(scope -> scopes.add(scope.textValue())));

                    assertThat(scopes)
                            .as(method + " " + path.getKey())
                            .isEqualTo(JobbyOperation.of(method, path.getKey())
                                    .scope()
                                    .map(Set::of)
                                    .orElse(Set.of()));
                }));
        assertThat(jobby.at("/paths/~1matches~1{id}~1accept/post/security/0/token")
                        .isArray())
                .isTrue();
    }

    @Test
    void everyJoboAndAdminResponseMatchesItsDescription() throws Exception {
        String company = sandbox.data().companies().id(0).toString();
        call(jobo, 200, "POST", "/api/jobs/feed", "{\"batch_size\":200}");
        call(jobo, 400, "POST", "/api/jobs/feed", "{\"batch_size\":0}");
        call(jobo, 200, "POST", "/api/career-sites/feed", "{}");
        call(jobo, 400, "POST", "/api/career-sites/feed", "{\"is_agency\":\"no\"}");
        call(jobo, 200, "GET", "/api/companies/" + company, null);
        call(jobo, 404, "GET", "/api/companies/none", null);
        call(jobo, 400, "GET", "/api/jobs/expired?batch_size=x", null);
        for (String path : List.of("POST /api/jobs/feed", "POST /api/career-sites/feed", "GET /api/jobs/expired")) {
            call(jobo, 401, path.split(" ")[0], path.split(" ")[1], "{}", "X-Api-Key", "wrong");
        }
        call(jobo, 401, "GET", "/api/companies/" + company, null, "X-Api-Key", "wrong");
        UUID job = sandbox.data().activeIds().findFirst().orElseThrow();
        call(jobo, 200, "GET", "/api/jobs/" + job, null);
        call(jobo, 404, "GET", "/api/jobs/" + UUID.randomUUID(), null);
        call(jobo, 401, "GET", "/api/jobs/" + job, null, "X-Api-Key", "wrong");
        sandbox.data().expireJob(job);
        call(jobo, 410, "GET", "/api/jobs/" + job, null);

        call(jobo, 200, "GET", "/sandbox/openapi.json", null);
        call(jobo, 200, "GET", "/sandbox/data", null);
        call(
                jobo,
                200,
                "POST",
                "/sandbox/changes",
                "{\"new\":1,\"updated\":2,\"expired\":3,\"returned\":1,\"career_sites\":1}");
        call(jobo, 400, "POST", "/sandbox/changes", "{\"new\":-1}");
        call(jobo, 200, "POST", "/sandbox/clock", "{\"offset_seconds\":30}");
        call(jobo, 400, "POST", "/sandbox/clock", "{}");
        call(jobo, 200, "POST", "/sandbox/faults", "[{\"fault\":\"503\",\"on\":\"company\",\"nth\":9}]");
        call(jobo, 400, "POST", "/sandbox/faults", "[{}]");
        call(jobo, 200, "GET", "/sandbox/faults", null);
        call(jobo, 200, "DELETE", "/sandbox/faults", null);
        call(jobo, 200, "GET", "/api/jobs/expired", null);
        call(jobo, 200, "GET", "/sandbox/requests", null);

        for (String decision : List.of("accept", "decline")) {
            String match = matched();
            call(jobo, 200, "GET", "/sandbox/jobby/matches", null);
            call(jobo, 404, "POST", "/sandbox/jobby/matches/none/" + decision, "");
            call(jobo, 200, "POST", "/sandbox/jobby/matches/" + match + "/" + decision, "");
            call(jobo, 409, "POST", "/sandbox/jobby/matches/" + match + "/" + decision, "");
        }

        // pages until the balance is below the cost of the next one, and requests until the limit is reached
        exhaust(402, "/api/career-sites/feed", "{}");
        call(jobo, 402, "POST", "/api/career-sites/feed", "{}");
        exhaust(402, "/api/jobs/feed", "{}");
        call(jobo, 402, "POST", "/api/jobs/feed", "{}");
        exhaust(429, "/api/jobs/feed", "{}");
        call(jobo, 429, "POST", "/api/jobs/feed", "{}");
        call(jobo, 429, "GET", "/api/jobs/expired", null);

        assertThat(seen).isEqualTo(documented(jobo));
    }

    @Test
    void everyJobbyResponseMatchesItsDescription() throws Exception {
        String event =
                "{\"event_id\":\"" + sandbox.jobby().fair().liveEvents().get(0).id() + "\"}";
        call(jobby, 404, "GET", "/queue/status", null);
        call(jobby, 200, "POST", "/queue/join", event);
        call(jobby, 200, "GET", "/queue/status", null);
        String match = matched();
        call(jobby, 200, "GET", "/queue/status", null);
        call(jobby, 404, "GET", "/matches/" + match + "/interview-room-url", null);
        call(jobby, 200, "GET", "/matches", null);
        sandbox.jobby().fair().acceptMatch(match);
        call(jobby, 200, "GET", "/matches/" + match + "/interview-room-url", null);
        call(jobby, 400, "GET", "/matches?limit=0", null);
        call(jobby, 400, "POST", "/queue/join", "{}");
        call(jobby, 404, "POST", "/queue/join", "{\"event_id\":\"evt_none\"}");
        call(jobby, 200, "GET", "/live-events", null, "Authorization", "none");
        call(jobby, 400, "GET", "/live-events?limit=x", null);
        call(jobby, 200, "GET", "/profile", null);
        call(jobby, 200, "GET", "/openapi.json", null);
        call(jobby, 402, "POST", "/billing/charge-offsession", "{}");
        call(jobby, 400, "POST", "/billing/charge-offsession", "{}", "Idempotency-Key", "1");
        sandbox.jobby().billing().consent();
        String plan = "{\"target_plan\":\"pro\",\"interval\":\"monthly\"}";
        for (int status : List.of(200, 409)) {
            call(jobby, status, "POST", "/billing/charge-offsession", plan, "Authorization", "Bearer " + PAYING);
        }
        call(jobby, 201, "POST", "/events", "{\"title\":\"Night shift\"}");
        call(jobby, 400, "POST", "/events", "{}");
        call(jobby, 400, "POST", "/matches/" + match + "/decline", "{}");
        call(jobby, 200, "POST", "/matches/" + matched() + "/decline", "{}");
        call(jobby, 404, "POST", "/matches/none/decline", "{}");

        String subscription = "{\"target_url\":\"http://127.0.0.1:1/\",\"events\":[\"match.matched\"]}";
        String id = MAPPER.readTree(call(jobby, 201, "POST", "/webhooks", subscription))
                .at("/data/id")
                .textValue();
        call(jobby, 400, "POST", "/webhooks", "{}");
        call(jobby, 200, "POST", "/webhooks/" + id + "/test", "");
        call(jobby, 400, "POST", "/webhooks/" + id + "/test", "", "Idempotency-Key", "1");
        call(jobby, 404, "POST", "/webhooks/none/test", "");
        await().until(() -> !sandbox.jobby().webhooks().deliveries().isEmpty());
        call(jobby, 200, "GET", "/webhooks/" + id + "/deliveries", null);
        call(jobby, 404, "GET", "/webhooks/none/deliveries", null);
        call(jobby, 200, "GET", "/webhooks", null);
        call(jobby, 400, "DELETE", "/webhooks/" + id, null, "Idempotency-Key", "1");
        call(jobby, 200, "DELETE", "/webhooks/" + id, null);
        call(jobby, 404, "DELETE", "/webhooks/" + id, null);

        for (JobbyEndpoint endpoint : JobbyEndpoint.values()) {
            if (endpoint == JobbyEndpoint.OTHER) {
                continue;
            }
            String method = endpoint.method() == null ? "POST" : endpoint.method();
            String path = endpoint.path().replace("{id}", id);
            if (endpoint != JobbyEndpoint.LIVE_EVENTS && endpoint != JobbyEndpoint.OPENAPI) {
                call(jobby, 401, method, path, null, "Authorization", "Bearer jbb_wrong");
                call(jobby, 403, method, path, null, "Authorization", "Bearer " + LIMITED_SCOPES_TOKEN);
            }
            for (int i = 0; i < 60 && send(method, V1 + path, null).statusCode() != 429; i++) {
                // uses the limit up
            }
            call(jobby, 429, method, path, null);
        }

        assertThat(seen).isEqualTo(documented(jobby));
    }

    @Test
    void everyWebhookEventMatchesItsDescription() throws Exception {
        Set<String> types = new TreeSet<>();
        jobby.get("webhooks").fieldNames().forEachRemaining(types::add);
        List<String> bodies = new CopyOnWriteArrayList<>();
        sandbox.jobby().intercept(new Interceptor() {
            @Override
            public Verdict decide(ApiRequest<?> request) {
                return Interceptor.pass();
            }

            @Override
            public Defect decide(WebhookEvent event) {
                bodies.add(event.body());
                return new Defect(DeliveryDefect.LOST, Duration.ZERO);
            }
        });
        String id = sandbox.jobby()
                .webhooks()
                .add("http://127.0.0.1:1/", null, types.toArray(String[]::new))
                .id();

        sandbox.jobby().fair().acceptMatch(matched());
        sandbox.jobby().fair().declineMatch(matched());
        sandbox.jobby().fair().expireMatch(matched());
        send("POST", V1 + "/webhooks/" + id + "/test", null);

        Set<String> sent = new TreeSet<>();
        for (String body : bodies) {
            String type = MAPPER.readTree(body).get("type").textValue();
            sent.add(type);
            JsonNode described = jobby.get("webhooks").get(type).get("post");
            assertThat(problems(jobby, described.at("/requestBody/content/application~1json/schema"), body))
                    .as(type)
                    .isEmpty();
        }
        assertThat(sent).isEqualTo(types);
    }

    /** Creates an undecided match of the token. */
    private String matched() throws Exception {
        JobFair fair = sandbox.jobby().fair();
        send(
                "POST",
                V1 + "/queue/join",
                "{\"event_id\":\"" + fair.liveEvents().get(0).id() + "\"}");
        return fair.match(fair.places().get(fair.places().size() - 1).id()).id();
    }

    private void exhaust(int status, String path, String body) throws Exception {
        for (int i = 0; i < 500 && send("POST", path, body).statusCode() != status; i++) {
            // pays for a page, or counts as a request
        }
    }

    /** Sends a request and validates its response, status and headers. */
    private String call(JsonNode document, int status, String method, String path, String body, String... headers)
            throws Exception {
        HttpResponse<String> response = send(method, (document == jobby ? V1 : "") + path, body, headers);
        assertThat(response.statusCode())
                .as(method + " " + path + ": " + response.body())
                .isEqualTo(status);

        String operation = operation(document, method, path.replaceAll("\\?.*", ""));
        JsonNode described = resolve(
                document,
                document.get("paths")
                        .get(operation.split(" ")[1])
                        .get(method.toLowerCase(Locale.ROOT))
                        .get("responses")
                        .path(Integer.toString(status)));
        assertThat(described.isMissingNode())
                .as(operation + " " + status + " is described")
                .isFalse();
        assertThat(problems(document, described.at("/content/application~1json/schema"), response.body()))
                .as(operation + " " + status)
                .isEmpty();
        Set<String> own = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        response.headers().map().keySet().stream()
                .filter(name -> name.matches("(?i)x-.*|retry-after"))
                .forEach(own::add);
        Set<String> announced = new TreeSet<>(String.CASE_INSENSITIVE_ORDER);
        described.path("headers").fieldNames().forEachRemaining(announced::add);
        assertThat(announced).as(operation + " " + status + " has headers").containsAll(own);
        seen.add(operation + " " + status);
        return response.body();
    }

    private HttpResponse<String> send(String method, String path, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(sandbox.baseUrl() + path))
                .method(method, body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body))
                .setHeader("X-Api-Key", Sandbox.TEST_KEY)
                .setHeader("Authorization", "Bearer " + Jobby.TEST_TOKEN);
        for (int i = 0; i < headers.length; i += 2) {
            request.setHeader(headers[i], headers[i + 1]);
        }
        return client.send(request.build(), BodyHandlers.ofString());
    }

    /** Returns the errors of a body, including fields that are not described. */
    private static List<String> problems(JsonNode document, JsonNode schema, String body) throws Exception {
        ObjectNode root = document.deepCopy();
        closeObjects(root.at("/components/schemas"));
        root.set("answer", closeObjects(schema.deepCopy()));
        root.put("$ref", "#/answer");
        SchemaValidatorsConfig config =
                SchemaValidatorsConfig.builder().formatAssertionsEnabled(true).build();
        return JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012)
                .getSchema(root, config)
                .validate(MAPPER.readTree(body))
                .stream()
                .map(Object::toString)
                .toList();
    }

    private static JsonNode closeObjects(JsonNode schema) {
        if (schema instanceof ObjectNode object && object.path("properties").isObject()) {
            object.put("additionalProperties", false);
        }
        schema.forEach(OpenApiDocumentsTest::closeObjects);
        return schema;
    }

    private static JsonNode resolve(JsonNode document, JsonNode node) {
        return node.has("$ref") ? document.at(node.get("$ref").textValue().substring(1)) : node;
    }

    private static String operation(JsonNode document, String method, String path) {
        return operations(document).stream()
                .filter(one -> (method + " " + path).matches(one.replaceAll("\\{[^}]+}", "[^/]+")))
                .findFirst()
                .orElseThrow(() -> new AssertionError(method + " " + path + " is not described"));
    }

    private static Set<String> operations(JsonNode document) {
        Set<String> operations = new TreeSet<>();
        document.get("paths").properties().forEach(path -> path.getValue()
                .fieldNames()
                .forEachRemaining(method -> operations.add(method.toUpperCase(Locale.ROOT) + " " + path.getKey())));
        return operations;
    }

    private static Set<String> documented(JsonNode document) {
        Set<String> documented = new TreeSet<>();
        for (String operation : operations(document)) {
            String[] parts = operation.split(" ");
            document.get("paths")
                    .get(parts[1])
                    .get(parts[0].toLowerCase(Locale.ROOT))
                    .get("responses")
                    .fieldNames()
                    .forEachRemaining(status -> documented.add(operation + " " + status));
        }
        return documented;
    }
}
