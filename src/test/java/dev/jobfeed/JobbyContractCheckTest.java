package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the comparison of Jobby.dev's published OpenAPI document with what the bundle uses. */
class JobbyContractCheckTest {

    @TempDir
    Path directory;

    private Path acceptedDocument;
    private Sandbox sandbox;
    private JsonNode published;

    @BeforeEach
    void start() throws Exception {
        acceptedDocument = directory.resolve("data/document.json");
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build());
        contract();
        published = SyncFixture.parse(Files.readString(acceptedDocument));
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void documentOfTheSandboxMatchesTheBundleAndIsStored() {
        CommandResult result = contract();

        assertThat(result.exitCode()).as(result.out()).isZero();
        assertThat(result.out().strip()).isEqualTo("12 operations in use: no problem, no change");
        assertThat(published.get("paths").size()).isGreaterThan(10);
        assertThat(sandbox.log().entries()).allMatch(entry -> entry.path().equals("/api/v1/openapi.json"));
    }

    static Stream<Arguments> problems() {
        return Stream.of(
                problem("POST /queue/join is missing", document -> object(document, "/paths")
                        .remove("/queue/join")),
                problem("GET /queue/status is deprecated", document -> object(document, "/paths/~1queue~1status/get")
                        .put("deprecated", true)),
                problem("POST /queue/join requires seat, which the bundle does not send", document -> ((ArrayNode)
                                document.at(
                                        "/paths/~1queue~1join/post/requestBody/content/application~1json/schema/required"))
                        .add("seat")),
                problem("POST /webhooks requires X-Tenant, which the bundle does not send", document -> ((ArrayNode)
                                document.at("/paths/~1webhooks/post/parameters"))
                        .addObject()
                        .put("name", "X-Tenant")
                        .put("in", "header")
                        .put("required", true)),
                problem("GET /queue/status does not return match_id, which the bundle reads", document -> object(
                                document, "/components/schemas/Place/properties")
                        .remove("match_id")),
                problem(
                        "GET /queue/status response status is never matched, which the bundle waits for",
                        document -> ((ArrayNode) document.at("/components/schemas/Place/properties/status/enum"))
                                .remove(1)),
                problem(
                        "POST /matches/{id}/decline requires reason, which the bundle sends only if it is given",
                        document -> object(document, "/paths/~1matches~1{id}~1decline/post/requestBody")
                                .put("required", true)
                                .withArray("/content/application~1json/schema/required")
                                .add("reason")),
                problem("POST /queue/join requires consent, which the bundle does not send", document -> {
                    ObjectNode content = object(document, "/paths/~1queue~1join/post/requestBody/content");
                    ObjectNode json = (ObjectNode) content.remove("application/json");
                    ((ArrayNode) json.at("/schema/required")).add("consent");
                    content.set("application/json; charset=utf-8", json);
                }),
                problem("POST /queue/join needs the scope queue:join; messages name queue:write", document -> object(
                                document, "/paths/~1queue~1join/post")
                        .putArray("security")
                        .addObject()
                        .putArray("token")
                        .add("queue:join")));
    }

    @Test
    void equivalentDocumentsAreNoProblem() throws Exception {
        publish(document -> {
            ObjectNode paths = object(document, "/paths");
            object(document, "/components").putObject("pathItems").set("join", paths.get("/queue/join"));
            paths.putObject("/queue/join").put("$ref", "#/components/pathItems/join");
            ObjectNode content = object(document, "/paths/~1queue~1status/get/responses/200/content/application~1json");
            JsonNode envelope = content.get("schema");
            content.putObject("schema")
                    .putArray("allOf")
                    .add(((ObjectNode) document).objectNode().put("type", "object"))
                    .add(envelope);
        });

        assertThat(contract().out().strip()).isEqualTo("12 operations in use: no problem, no change");
    }

    @Test
    void removedEnumerationIsReported() throws Exception {
        publish(document ->
                object(document, "/components/schemas/Place/properties/status").remove("enum"));

        assertThat(contract().out())
                .contains("change: GET /queue/status response status can be any value, not only cancelled, matched");
    }

    private static Arguments problem(String text, Consumer<JsonNode> change) {
        return Arguments.of(text, change);
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("problems")
    void problemIsReportedAlthoughTheDocumentWasAccepted(String text, Consumer<JsonNode> change) throws Exception {
        publish(change);

        for (CommandResult result : new CommandResult[] {contract(), contract("--accept"), contract()}) {
            assertThat(result.exitCode()).as(result.out()).isEqualTo(1);
            assertThat(result.out()).contains("problem: " + text + System.lineSeparator());
        }
        assertThat(doctor().out()).containsPattern("warning +jobby contract +" + Pattern.quote(text));
    }

    @Test
    void changedEnumerationIsReportedUntilAccepted() throws Exception {
        publish(document -> ((ArrayNode) document.at("/components/schemas/Place/properties/status/enum"))
                .add("paused")
                .remove(3));

        for (CommandResult result : new CommandResult[] {contract(), contract()}) {
            assertThat(result.exitCode()).isEqualTo(1);
            assertThat(result.out().lines())
                    .containsExactly(
                            "change: GET /queue/status response status can be paused",
                            "change: GET /queue/status response status can no longer be timed_out",
                            "change: POST /queue/join response status can be paused",
                            "change: POST /queue/join response status can no longer be timed_out");
            assertThat(result.err()).contains("jobfeed jobby contract --accept");
        }
        assertThat(SyncFixture.parse(Files.readString(acceptedDocument))).isEqualTo(published);

        assertThat(contract("--accept").exitCode()).isZero();
        assertThat(contract().out()).contains("no problem, no change");
    }

    @Test
    void unusedChangesAreReportedOnceAndAreNoProblem() throws Exception {
        publish(document -> {
            object(document, "/paths")
                    .set("/jobs", document.at("/paths/~1profile").deepCopy());
            object(document, "/paths").remove("/profile");
            object(document, "/paths").remove("/events");
        });
        // its path is an assumption: the command is unavailable, the routes do not need it
        CommandResult first = contract("--accept", "--json");
        assertThat(first.exitCode()).isZero();
        JsonNode json = SyncFixture.parse(first.out());
        assertThat(json.get("problems")).isEmpty();
        assertThat(json.get("other_changes").findValuesAsText("message"))
                .containsExactly("GET /jobs is new", "GET /profile was removed");
        assertThat(json.get("unavailable").findValuesAsText("operation")).containsExactly("POST /events");

        assertThat(contract().out()).contains("no problem, no change").doesNotContain("other:");
    }

    @Test
    void basePathAndParameterNamesAreIgnored() throws Exception {
        publish(document -> {
            ObjectNode paths = object(document, "/paths");
            ObjectNode renamed = paths.objectNode();
            paths.properties()
                    .forEach(path ->
                            renamed.set("/api/v1" + path.getKey().replace("{id}", "{matchId}"), path.getValue()));
            paths.removeAll().setAll(renamed);
        });

        assertThat(contract().exitCode()).isZero();
    }

    @Test
    void unreadableDocumentFailsAndIsNotStored() throws Exception {
        sandbox.jobby().intercept(request -> Interceptor.answer(200, Map.of(), "[]"));
        assertThat(contract().exitCode()).isEqualTo(4);
        assertThat(contract().err()).contains("/api/v1/openapi.json cannot be read: it is not an OpenAPI document");

        sandbox.jobby().intercept(request -> Interceptor.answer(401, Map.of(), ""));
        assertThat(contract().err()).contains("it answers 401");
        assertThat(doctor().out()).containsPattern("warning +jobby contract .*it answers 401");
        assertThat(SyncFixture.parse(Files.readString(acceptedDocument))).isEqualTo(published);

        Files.writeString(acceptedDocument, "{");
        sandbox.jobby().intercept(null);
        assertThat(contract().exitCode()).isEqualTo(2);
        assertThat(contract().err()).contains("--document");
    }

    @Test
    void doctorReadsTheDocumentOnRequestOnly() {
        assertThat(doctor().out()).containsPattern("ok +jobby contract +12 operations in use are as published");
        int requestsBefore = sandbox.jobby().requests(JobbyEndpoint.OPENAPI).size();

        assertThat(jobfeed("doctor").out()).doesNotContain("jobby contract");
        assertThat(sandbox.jobby().requests(JobbyEndpoint.OPENAPI)).hasSize(requestsBefore);
    }

    /** Serves the document with a change. */
    private void publish(Consumer<JsonNode> change) throws IOException {
        JsonNode document = published.deepCopy();
        change.accept(document);
        byte[] changed = document.toString().getBytes(StandardCharsets.UTF_8);
        sandbox.jobby().intercept(request -> Interceptor.rewrite(body -> changed));
    }

    private static ObjectNode object(JsonNode document, String pointer) {
        return (ObjectNode) document.at(pointer);
    }

    private CommandResult contract(String... options) {
        return jobfeed(Stream.concat(
                        Stream.of("jobby", "contract", "--document", acceptedDocument.toString()), Stream.of(options))
                .toArray(String[]::new));
    }

    private CommandResult doctor() {
        return jobfeed("doctor", "--online");
    }

    private CommandResult jobfeed(String... arguments) {
        return CommandResult.run(
                new HashMap<>(Map.of(
                        "jobby.base-url",
                        sandbox.jobby().baseUrl(),
                        "jobo.base-url",
                        sandbox.baseUrl(),
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobfeed.datasource.url",
                        "jdbc:h2:file:" + directory.resolve("jobby"))),
                arguments);
    }
}
