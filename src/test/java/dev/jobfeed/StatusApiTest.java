package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.JsonSchema;
import com.networknt.schema.JsonSchemaFactory;
import com.networknt.schema.SpecVersion;
import dev.jobfeed.console.ErrorHandlers;
import dev.jobfeed.console.RunLog;
import dev.jobfeed.console.TenantConsole;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.model.ChoiceDefinition;
import org.apache.camel.model.ProcessorDefinitionHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.AfterParameterizedClassInvocation;
import org.junit.jupiter.params.BeforeParameterizedClassInvocation;
import org.junit.jupiter.params.Parameter;
import org.junit.jupiter.params.ParameterizedClass;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the API of the console over HTTP and on the real routes, and compares its responses with its description. */
@ParameterizedClass
@ValueSource(strings = {"h2", "postgresql"})
class StatusApiTest {

    private static final String TOKEN = "a-token-for-the-tests";
    private static final HttpClient CLIENT = HttpClient.newHttpClient();

    /** Selects H2 or PostgreSQL. */
    @Parameter
    String database;

    @TempDir
    private static Path directory;

    private static SyncFixture fixture;
    private static String base;
    private static JsonNode description;

    @BeforeParameterizedClassInvocation
    static void start(String database) throws Exception {
        fixture = SyncFixture.of(
                database,
                SandboxOptions.builder()
                        .jobs(120)
                        .careerSites(3)
                        .creditsPerJob(BigDecimal.valueOf(3))
                        .creditsBalance(BigDecimal.valueOf(100_000)));
        Path token = Files.writeString(directory.resolve("token"), TOKEN + "\n");
        fixture.with("jobfeed.http.token-file", token.toString()).with("jobfeed.jobs.enabled", "true");
        fixture.with("jobfeed.jobs.audit-interval", "1ms");
        fixture.with("jobfeed.jobs.schedule", "0 0 0 1 1 ? 2099");
        base = fixture.serve((context, port) -> {
            MainHttpServer server = new MainHttpServer();
            server.setCamelContext(context);
            server.setHost("127.0.0.1");
            server.setPort(port);
            return server;
        });
        ErrorHandlers.of(fixture.context());
        // the runtime has never completed a run, so it starts one by itself
        await().atMost(Duration.ofMinutes(1))
                .until(() ->
                        fixture.one("select count(*) from sync_run where status = 'succeeded'", Integer.class) == 1);
        fixture.database.update(
                "insert into quarantine (stream, run_id, reason, payload, quarantined_at)"
                        + " select 'jobs', max(id), 'the row has no id', '{\"title\":\"bad\"}', current_timestamp from sync_run");
        fixture.database.update(
                "insert into quarantine (stream, reason, payload, quarantined_at) values ('jobby_webhooks',"
                        + " 'the database refused the row: check constraint', '{\"id\":\"evt_1\",\"type\":\"a\"}', current_timestamp)");
        description = SyncFixture.parse(get("/api/openapi.json").body());
    }

    @AfterParameterizedClassInvocation
    static void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/status, Status",
        "/api/v1/runs?stream=jobs&limit=3, Runs",
        "/api/v1/runs?stream=career_sites, Runs",
        "/api/v1/runs?mode=backfill&status=succeeded&sort=duration&order=asc&offset=0, Runs",
        "/api/v1/runs/1, RunDetail",
        "/api/v1/runs/999, Refusal",
        "/api/v1/info, Info",
        "/api/v1/pending-expiry, PendingExpiry",
        "/api/v1/counts, Counts",
        "/api/v1/credits, Credits",
        "/api/v1/alerts, Alerts",
        "/api/v1/quarantine, Quarantine",
        "/api/v1/quarantine/1, QuarantinedRow",
        "/api/v1/quarantine/2, QuarantinedRow",
        "/api/v1/jobs?limit=2&state=active, Jobs",
        "/api/v1/actions?stream=jobs, Actions",
        "/api/v1/actions?stream=jobby_live_events, Actions",
        "/api/v1/jobs?limit=0, Refusal",
        "/api/v1/jobs/none, Refusal",
        "/api/v1/status?tenant=none, Refusal",
        "/api/v1/runs?stream=none, Refusal"
    })
    void responsesMatchTheDescription(String path, String schema) throws Exception {
        HttpResponse<String> answer = get(path);

        assertThat(answer.statusCode() == 200).as(answer.body()).isEqualTo(!schema.equals("Refusal"));
        assertThat(faults(answer.body(), schema)).as(answer.body()).isEmpty();
        assertThat(answer.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(answer.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
    }

    @Test
    void operationsMatchTheDescription() throws Exception {
        List<String> described = description.get("paths").findValuesAsText("operationId");
        ChoiceDefinition operations = ProcessorDefinitionHelper.findFirstTypeInOutputs(
                fixture.context().getRouteDefinition("console-api").getOutputs(), ChoiceDefinition.class);
        List<String> served = operations.getWhenClauses().stream()
                .map(operation -> operation.getId().replaceFirst("console-", ""))
                .filter(operation -> !operation.equals("report"))
                .toList();

        assertThat(served).containsExactlyInAnyOrderElementsOf(described);
    }

    @Test
    void runHasItsLogLinesAndNoOthers() throws Exception {
        RunLog log = fixture.context().getRegistry().lookupByNameAndType("jobfeedRunLog", RunLog.class);
        log.add(java.util.Map.of("jobfeedRun", "1"), Instant.EPOCH, "INFO", "run 1 started");
        log.add(java.util.Map.of("jobfeedRun", "2"), Instant.EPOCH, "INFO", "run 2 started");
        log.add(java.util.Map.of("jobfeedRun", "1", "jobfeedTenant", "acme"), Instant.EPOCH, "INFO", "run 1 of acme");
        log.add(java.util.Map.of(), Instant.EPOCH, "INFO", "console actions need this token");

        String run = get("/api/v1/runs/1").body();

        assertThat(faults(run, "RunDetail")).as(run).isEmpty();
        assertThat(SyncFixture.parse(run).get("log").findValuesAsText("message"))
                .containsExactly("run 1 started");
    }

    @Test
    void lastAuditIsPartOfTheStatus() throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            template.requestBody("direct:jobs-audit", "");
        }

        String status = get("/api/v1/status").body();

        assertThat(SyncFixture.parse(status).at("/audit/active_right").intValue())
                .isEqualTo(120);
        assertThat(faults(status, "Status")).as(status).isEmpty();
    }

    @Test
    void valuesEqualThoseOfTheCommandLine() throws Exception {
        ObjectNode served = (ObjectNode) SyncFixture.parse(get("/api/v1/status").body());
        ObjectNode printed = (ObjectNode)
                SyncFixture.parse(TenantConsole.of(fixture.tenant(), stream -> Optional.empty(), Clock.systemUTC())
                        .status()
                        .json(5)
                        .toString());
        for (ObjectNode json : List.of(served, printed)) {
            json.remove("at");
            json.get("streams").forEach(stream -> ((ObjectNode) stream).remove("age_seconds"));
        }

        assertThat(served).isEqualTo(printed);
        assertThat(served.get("active").asInt()).isEqualTo(120);
        assertThat(SyncFixture.parse(get("/api/v1/runs?limit=100").body()).get("runs"))
                .anyMatch(run -> run.get("mode").asText().equals("backfill")
                        && run.get("credits_spent").asInt() == 360);
    }

    @Test
    void runsAreFilteredSortedCountedAndShownWithTheirPages() throws Exception {
        sync();
        JsonNode all =
                SyncFixture.parse(get("/api/v1/runs?limit=1&sort=received").body());
        JsonNode largest = all.get("runs").get(0);
        assertThat(all.get("total").asInt()).isEqualTo(fixture.one("select count(*) from sync_run", Integer.class));
        assertThat(largest.get("received").asInt())
                .isEqualTo(fixture.one("select max(received) from sync_run", Integer.class));
        assertThat(SyncFixture.parse(get("/api/v1/runs?sort=received&order=asc&offset=1&mode=incremental")
                                .body())
                        .get("runs")
                        .findValuesAsText("mode"))
                .containsOnly("incremental")
                .hasSize(fixture.one("select count(*) from sync_run where mode = 'incremental'", Integer.class) - 1);

        JsonNode backfill = SyncFixture.parse(get("/api/v1/runs/1").body());
        assertThat(backfill.get("run").get("mode").asText()).isEqualTo("backfill");
        JsonNode attempt = backfill.get("attempts").get(0);
        assertThat(attempt.get("responses"))
                .isEqualTo(SyncFixture.parse("{\"200\":" + backfill.get("run").get("requests") + "}"));
        assertThat(attempt.get("ended_at").isNull()).isFalse();
        assertThat(backfill.get("pages").findValues("rows").stream()
                        .mapToInt(JsonNode::asInt)
                        .sum())
                .isEqualTo(120);
    }

    @Test
    void settingsAreShownWithoutSecrets() throws Exception {
        String body = get("/api/v1/info").body();

        assertThat(SyncFixture.parse(body).get("environment").asText()).isEqualTo("sandbox");
        assertThat(body)
                .contains("\"name\":\"jobfeed.jobs.schedule\",\"value\":\"0 0 0 1 1 ? 2099\",\"origin\":\"set\"")
                .doesNotContain(TOKEN, "jbe_test_", "jdbc:");
    }

    @Test
    void tokenIsCheckedWithoutAnAction() throws Exception {
        for (String candidate : List.of(TOKEN, "wrong")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/v1/session"))
                    .header("Authorization", "Bearer " + candidate)
                    .POST(BodyPublishers.noBody())
                    .build();

            assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode())
                    .isEqualTo(candidate.equals(TOKEN) ? 200 : 401);
        }
    }

    @Test
    void jobsArePagedWithoutGapsAndFiltered() throws Exception {
        Set<String> seen = new HashSet<>();
        String cursor = "";
        int pages = 0;
        do {
            JsonNode page =
                    SyncFixture.parse(get("/api/v1/jobs?limit=50" + cursor).body());
            page.get("jobs")
                    .forEach(job -> assertThat(seen.add(job.get("id").asText())).isTrue());
            cursor = page.get("next_cursor").isNull()
                    ? null
                    : "&cursor=" + page.get("next_cursor").asText();
            pages++;
        } while (cursor != null);
        assertThat(seen).hasSize(120);
        assertThat(pages).isEqualTo(3);

        String source = fixture.one("select source from job order by id limit 1", String.class);
        JsonNode ofSource = SyncFixture.parse(
                get("/api/v1/jobs?limit=100&state=active&source=" + source).body());
        assertThat(ofSource.get("jobs"))
                .hasSize(fixture.one("select count(*) from job where source = ?", Integer.class, source))
                .allMatch(job -> job.get("source").asText().equals(source));
        assertThat(SyncFixture.parse(get("/api/v1/jobs?state=expired").body()).get("jobs"))
                .isEmpty();
        assertThat(SyncFixture.parse(get("/api/v1/jobs?q=100%25%5F").body()).get("jobs"))
                .as("percent sign is no wildcard")
                .isEmpty();

        String id = seen.iterator().next();
        HttpResponse<String> one = get("/api/v1/jobs/" + id);
        assertThat(faults(one.body(), "Job")).as(one.body()).isEmpty();
    }

    @Test
    void jobIsReturnedAsDelivered() throws Exception {
        for (UUID id : fixture.sandbox.data().activeIds().limit(30).toList()) {
            JsonNode delivered = SyncFixture.parse(fixture.sandbox.data().json(id));

            JsonNode shown = SyncFixture.parse(get("/api/v1/jobs/" + id).body());

            for (String field : List.of("title", "locations", "compensation", "qualifications", "benefits")) {
                assertThat(shown.get(field))
                        .as(field)
                        .isEqualTo(delivered.path(field).isMissingNode() ? NullNode.instance : delivered.get(field));
            }
            assertThat(Instant.parse(shown.get("updated_at").asText()))
                    .isEqualTo(OffsetDateTime.parse(delivered.get("updated_at").asText())
                            .toInstant());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"evil.example", "evil.example:8080", "localhost.evil.example", "127.0.0.1.evil.example"})
    void unknownHostNameIsRejected(String host) throws Exception {
        // Java's client sets this header itself
        assertThat(raw("GET /api/v1/status?Host=localhost HTTP/1.1\r\nHost: " + host + "\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(raw("GET / HTTP/1.1\r\nHost: " + host + "\r\n")).startsWith("HTTP/1.1 421");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /api/v1/jobs?q=%ZZ, 400",
        "GET, /api/v1/jobs?q=%00, 400",
        "GET, /api/v1/jobs?source=a%00, 400",
        "GET, /api/v1/jobs/%ZZ, 400",
        "GET, /api/v1/jobs?limt=5, 400",
        "GET, /api/v1/jobs?limit=5&limit=6, 400",
        "GET, /api/v1/jobs/none?id=1, 400",
        "GET, /api/v1/nothing, 404",
        "POST, /api/v1/jobs, 405",
        "OPTIONS, /api/v1/status, 405",
        "GET, /api/v1/actions/sync, 405"
    })
    void malformedRequestIsRejectedAsDescribed(String method, String path, int status) throws Exception {
        String answer = raw(method + " " + path + " HTTP/1.1\r\nHost: localhost\r\n");

        assertThat(answer).startsWith("HTTP/1.1 " + status).containsIgnoringCase("content-type: application/json");
        assertThat(faults(answer.substring(answer.indexOf('{'), answer.lastIndexOf('}') + 1), "Refusal"))
                .as(answer)
                .isEmpty();
    }

    @Test
    void errorNamesTheReason() throws Exception {
        assertThat(get("/api/v1/runs?limt=5").body())
                .contains("limt", "limit, mode, offset, order, sort, status, stream, tenant");
        assertThat(authorized("sync", "{\"stream\":\"jobs\",\"confirm\":true}").body())
                .contains("400", "'confirm'", "confirm_cost");
        assertThat(authorized("sync", "{\"stream\":\"jobs\",\"confirm_cost\":\"yes\"}")
                        .body())
                .contains("400", "true or false");
        assertThat(raw("PUT / HTTP/1.1\r\nHost: localhost\r\n")).containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
        assertThat(raw("GET /api/v1/actions/sync HTTP/1.1\r\nHost: localhost\r\n"))
                .containsIgnoringCase("\r\nallow: POST\r\n");
        HttpResponse<String> nothing = get("/wp-login.php");
        assertThat(nothing.statusCode()).isEqualTo(404);
        assertThat(nothing.body()).isEqualTo("There is nothing at /wp-login.php.\n");
        assertThat(get("/api/v1/status?limit=1", "limit", "0").statusCode())
                .as("a header is no parameter")
                .isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/web/main.js",
                "/favicon.ico",
                "/api/openapi.json",
                "/api/v1/status",
                "/api/v1/jobs?limit=1"
            })
    void headEqualsGetWithoutABody(String path) throws Exception {
        String getResponse = raw("GET " + path + " HTTP/1.1\r\nHost: localhost\r\n");
        String headResponse = raw("HEAD " + path + " HTTP/1.1\r\nHost: localhost\r\n");

        assertThat(headResponse).startsWith("HTTP/1.1 200").endsWith("\r\n\r\n");
        assertThat(getResponse)
                .startsWith(headResponse.substring(0, headResponse.indexOf("\r\n")))
                .hasSizeGreaterThan(headResponse.length() + 50);
        assertThat(headerNames(headResponse))
                .containsAll(headerNames(getResponse))
                .contains("content-type", "x-content-type-options");
    }

    /** Returns the names of the headers; the length of a body is only known where there is one. */
    private static Set<String> headerNames(String answer) {
        Set<String> names = new HashSet<>();
        answer.substring(0, answer.indexOf("\r\n\r\n"))
                .lines()
                .skip(1)
                .map(line -> line.substring(0, line.indexOf(':')).toLowerCase(java.util.Locale.ROOT))
                .filter(name -> !name.equals("content-length") && !name.equals("transfer-encoding"))
                .forEach(names::add);
        return names;
    }

    @Test
    void actionNeedsTheTokenAndTheOriginOfThisServer() throws Exception {
        assertThat(act("pause", "{}").statusCode()).isEqualTo(401);
        assertThat(act("pause", "{}", "Authorization", "Bearer wrong").statusCode())
                .isEqualTo(401);
        assertThat(act("pause?Authorization=Bearer%20" + TOKEN, "{}").statusCode())
                .isEqualTo(400);
        for (String[] unknownRequest : new String[][] {
            {"Origin", "http://evil.example"},
            {"Origin", "null"},
            {"Sec-Fetch-Site", "cross-site"},
            {"Sec-Fetch-Site", "same-site"},
            {"Origin", "http://127.0.0.1:1"}
        }) {
            assertThat(act("pause", "{}", "Authorization", "Bearer " + TOKEN, unknownRequest[0], unknownRequest[1])
                            .statusCode())
                    .as(String.join(" ", unknownRequest))
                    .isEqualTo(403);
        }
        assertThat(fixture.one("select count(*) from sync_state where schedule_paused_at is not null", Integer.class))
                .isZero();
        HttpResponse<String> unknown = act("dance", "{\"stream\":\"jobs\"}", "Authorization", "Bearer " + TOKEN);
        assertThat(unknown.statusCode()).isEqualTo(404);
        assertThat(unknown.body()).contains("dance");
    }

    @Test
    void pausedScheduleIsShownUntilResumed() throws Exception {
        HttpResponse<String> paused = authorized("pause");
        assertThat(paused.statusCode()).isEqualTo(200);
        assertThat(faults(paused.body(), "Done")).isEmpty();

        JsonNode status = SyncFixture.parse(get("/api/v1/status").body());
        assertThat(status.get("streams").get(0).get("paused_at").isTextual()).isTrue();
        assertThat(status.get("alerts").findValuesAsText("severity")).containsExactly("warning");
        assertThat(fixture.alerts()).containsExactly("schedule-paused");
        assertThat(get("/api/v1/actions").body()).contains("\"resume\"").doesNotContain("\"pause\"");

        sync();
        assertThat(fixture.alerts()).as("manual sync does not end the pause").containsExactly("schedule-paused");

        assertThat(authorized("resume").statusCode()).isEqualTo(200);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void actionReportsItsCostAndStartsASync() throws Exception {
        JsonNode actions = SyncFixture.parse(get("/api/v1/actions").body());
        assertThat(actions.get("actions"))
                .filteredOn(action -> action.get("action").asText().equals("resync"))
                .singleElement()
                .satisfies(action -> {
                    assertThat(action.get("credits").asInt()).isEqualTo(360);
                    assertThat(action.get("cost").asText()).contains("120 rows", "3 credits each", "360 credits");
                });

        JsonNode sites =
                SyncFixture.parse(get("/api/v1/actions?stream=career_sites").body());
        assertThat(sites.get("actions"))
                .filteredOn(action -> action.get("action").asText().endsWith("sync"))
                .hasSize(2)
                .allSatisfy(action -> {
                    assertThat(action.get("credits").isNull()).isTrue();
                    assertThat(action.get("cost").asText())
                            .contains("50 credits each (documented price)", "not known beforehand")
                            .contains("up to 2,500 credits for one page of 50 rows")
                            .doesNotContain("charged so far", "expire");
                });

        int before = fixture.tenant().runs().lastRuns("jobs", 100).size();
        assertThat(authorized("sync").statusCode()).isEqualTo(200);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> fixture.tenant().runs().lastRuns("jobs", 100).size() == before + 1
                        && fixture.run().status().equals("succeeded"));
        assertThat(authorized("retry-quarantine").body()).contains("1 rows stored, 1 still bad");
    }

    @Test
    void secondResyncIsRejectedWhileOneRuns() throws Exception {
        int before = fixture.tenant().runs().lastRuns("jobs", 100).size();
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                requestReceived.countDown();
                answered.await(1, TimeUnit.MINUTES);
            }
            return Interceptor.pass();
        });
        try {
            assertThat(authorized("resync").statusCode()).isEqualTo(200);
            assertThat(requestReceived.await(1, TimeUnit.MINUTES)).isTrue();

            HttpResponse<String> second = authorized("resync");

            assertThat(second.statusCode()).isEqualTo(409);
            assertThat(second.body()).contains("A resync is already running on jobs.");
        } finally {
            answered.countDown();
            fixture.sandbox.intercept(null);
        }
        await().atMost(Duration.ofMinutes(1))
                .until(() -> fixture.run().status().equals("succeeded")
                        && fixture.run().mode() == RunMode.RESYNC);
        sync();
        assertThat(fixture.run().mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(fixture.tenant().runs().lastRuns("jobs", 100)).hasSize(before + 2);
    }

    @Test
    void failureIsReportedWithItsRemedy() throws Exception {
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.answer(401, java.util.Map.of(), "{\"error\":\"Invalid or expired API key\"}")
                : Interceptor.pass());
        try {
            assertThat(authorized("sync").statusCode()).isEqualTo(200);
            await().atMost(Duration.ofMinutes(1)).until(() -> !fixture.alerts().isEmpty());
        } finally {
            fixture.sandbox.intercept(request -> Interceptor.pass());
        }
        HttpResponse<String> alerts = get("/api/v1/alerts");
        assertThat(faults(alerts.body(), "Alerts")).isEmpty();
        assertThat(SyncFixture.parse(alerts.body()).findValuesAsText("severity"))
                .contains("error")
                .hasSameSizeAs(SyncFixture.parse(alerts.body()).get("alerts"));
        assertThat(SyncFixture.parse(alerts.body())
                        .get("alerts")
                        .get(0)
                        .get("remedy")
                        .asText())
                .contains("jobo.api-key");
        assertThat(sync().status()).isEqualTo("succeeded");
    }

    /** Runs an attempt after those that the runtime or an action began. */
    private static Run sync() throws Exception {
        awaitEnd();
        return fixture.sync();
    }

    /** A run succeeds before its attempt releases the lease. */
    @AfterEach
    void stopServers() throws Exception {
        awaitEnd();
    }

    private static void awaitEnd() throws Exception {
        assertThat(fixture.coordinator().awaitIdle(Duration.ofMinutes(1))).isTrue();
    }

    @Test
    void pageIsSmallAndItsFilesExist() throws Exception {
        HttpResponse<String> page = get("/");
        assertThat(page.headers().firstValue("Content-Security-Policy").orElseThrow())
                .contains("default-src 'none'", "script-src 'self';", "frame-ancestors 'none'")
                .doesNotContain("unsafe");
        List<String> expected = new ArrayList<>(List.of("/"));
        long bytes = 0;
        for (int i = 0; i < expected.size(); i++) {
            HttpResponse<String> file = get(expected.get(i));
            assertThat(file.statusCode()).as(expected.get(i)).isEqualTo(200);
            bytes += file.body().getBytes(StandardCharsets.UTF_8).length;
            java.util.regex.Pattern.compile("\"(/web/[\\w.]+|\\./[\\w.]+\\.js)\"")
                    .matcher(file.body())
                    .results()
                    .map(found -> found.group(1).replaceFirst("^\\./", "/web/"))
                    .filter(name -> !expected.contains(name))
                    .forEach(expected::add);
        }
        assertThat(expected).contains("/web/tokens.css", "/web/words.js");
        assertThat(bytes).isLessThan(150_000);
        assertThat(get("/web/../dev/jobfeed/config/defaults.properties").statusCode())
                .isEqualTo(404);
    }

    private static List<String> faults(String body, String schema) throws IOException {
        ObjectNode root = description.deepCopy();
        root.put("$ref", "#/components/schemas/" + schema);
        JsonSchema compiled =
                JsonSchemaFactory.getInstance(SpecVersion.VersionFlag.V202012).getSchema(root);
        return compiled.validate(SyncFixture.parse(body)).stream()
                .map(Object::toString)
                .toList();
    }

    private static HttpResponse<String> get(String path, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + path));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static HttpResponse<String> authorized(String action) throws Exception {
        return authorized(action, "{\"stream\":\"jobs\"}");
    }

    private static HttpResponse<String> authorized(String action, String body) throws Exception {
        return act(action, body, "Authorization", "Bearer " + TOKEN);
    }

    @ParameterizedTest
    @CsvSource({
        "application/x-www-form-urlencoded, {\"stream\":\"career_sites\"}, 415",
        "text/plain, {\"stream\":\"career_sites\"}, 415",
        "application/json, {}, 400",
        "application/json, garbage, 400",
        "application/json, {\"stream\":\"nope\"}, 404"
    })
    void streamIsRequired(String type, String body, int status) throws Exception {
        for (String action : List.of("pause", "sync", "resync")) {
            HttpRequest request = HttpRequest.newBuilder(URI.create(base + "/api/v1/actions/" + action))
                    .header("Content-Type", type)
                    .header("Authorization", "Bearer " + TOKEN)
                    .POST(BodyPublishers.ofString(body))
                    .build();

            assertThat(CLIENT.send(request, BodyHandlers.ofString()).statusCode())
                    .as(action)
                    .isEqualTo(status);
        }
        assertThat(fixture.one("select count(*) from sync_state where schedule_paused_at is not null", Integer.class))
                .isZero();
        assertThat(fixture.one("select count(*) from sync_state where resync_requested_at is not null", Integer.class))
                .isZero();
    }

    private static HttpResponse<String> act(String action, String body, String... headers) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(base + "/api/v1/actions/" + action))
                .header("Content-Type", "application/json")
                .POST(BodyPublishers.ofString(body));
        if (headers.length > 0) {
            request.headers(headers);
        }
        return CLIENT.send(request.build(), BodyHandlers.ofString());
    }

    private static String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", URI.create(base).getPort())) {
            socket.getOutputStream().write((request + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
