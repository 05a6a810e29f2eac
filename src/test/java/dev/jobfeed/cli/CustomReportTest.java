package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests the report of {@code docs/console.md} in the routes directory of a runtime. */
class CustomReportTest {

    private static final Pattern ROUTE = Pattern.compile("(?m)^ {4}- route:\n(^ {4}.*\n)+");
    private static final int JOBS = 30;

    @TempDir
    private Path directory;

    private final HttpClient client = HttpClient.newHttpClient();
    private Map<String, String> properties;
    private Sandbox sandbox;
    private JobfeedRuntime runtime;
    private int port;

    @BeforeEach
    void start() throws Exception {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        Matcher guide = ROUTE.matcher(Files.readString(Path.of("docs/console.md")));
        assertThat(guide.find()).isTrue();
        Files.writeString(routes.resolve("reports.camel.yaml"), guide.group().stripIndent());
        Files.writeString(routes.resolve("others.camel.yaml"), """
                - route:
                    id: report-of-source
                    from:
                      uri: direct:report-of-source
                      steps:
                        - setBody:
                            constant: select id, first_seen_at, locations from job where source = :?source order by id
                        - to:
                            uri: jdbc:jobfeedDataSource?useHeadersAsParameters=true
                - route:
                    id: report-broken
                    from:
                      uri: direct:report-broken
                      steps:
                        - setBody:
                            constant: select nothing from nowhere
                        - to:
                            uri: jdbc:jobfeedDataSource
                """);
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(JOBS).build());
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        properties = Map.of(
                "jobfeed.home",
                directory.toString(),
                "jobfeed.http.port",
                Integer.toString(port),
                "jobo.base-url",
                sandbox.baseUrl(),
                "jobo.api-key",
                Sandbox.TEST_KEY,
                "jobfeed.datasource.url",
                "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        properties.forEach(System::setProperty);
        runtime = JobfeedRuntime.start(RuntimeConfiguration.read(Map.of()));
        // the runtime has never completed a run, so it starts one by itself
        await().atMost(Duration.ofMinutes(1))
                .until(() -> tenant().jobs().totals().active() == JOBS);
    }

    @AfterEach
    void stop() throws Exception {
        runtime.close();
        sandbox.close();
        properties.keySet().forEach(System::clearProperty);
    }

    private Tenant tenant() {
        return runtime.bundle().tenants().defaultTenant();
    }

    @Test
    void reportOfTheGuideReturnsJson() throws Exception {
        HttpResponse<String> response = get("/api/v1/reports/companies");

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(response.headers().firstValue("X-Content-Type-Options")).contains("nosniff");
        JsonNode companies = json(response);
        assertThat(companies).isNotEmpty().hasSizeLessThanOrEqualTo(20);
        JdbcTemplate database = new JdbcTemplate(tenant().dataSource());
        assertThat(companies.get(0).get("jobs").asInt())
                .isEqualTo(database.queryForObject(
                        "select count(*) from active_job where company_name = ?",
                        Integer.class,
                        companies.get(0).get("company_name").asText()));
    }

    @Test
    void requestParameterIsPassedToTheStatement() throws Exception {
        JdbcTemplate database = new JdbcTemplate(tenant().dataSource());
        String source = database.queryForList("select min(source) from job", String.class)
                .get(0);
        List<String> ids = database.queryForList(
                "select cast(id as varchar) from job where source = ? order by id", String.class, source);

        JsonNode rows = json(get("/api/v1/reports/of-source?source=" + source));

        assertThat(rows).extracting(row -> row.get("id").asText()).containsExactlyElementsOf(ids);
        assertThat(rows).allSatisfy(row -> {
            assertThat(row.get("first_seen_at").asText()).endsWith("Z");
            assertThat(row.get("locations").isTextual()).isFalse();
        });
    }

    @Test
    void reportHasTheAccessCheckAndErrorsOfTheApi() throws Exception {
        assertThat(raw("GET /api/v1/reports/companies HTTP/1.1\r\nHost: evil.example\r\n"))
                .startsWith("HTTP/1.1 421");
        assertThat(raw("POST /api/v1/reports/companies HTTP/1.1\r\nHost: localhost\r\n"))
                .startsWith("HTTP/1.1 405")
                .containsIgnoringCase("\r\nallow: GET, HEAD\r\n");
        assertThat(get("/api/v1/reports/companies?tenant=none").statusCode()).isEqualTo(404);
        assertThat(get("/api/v1/reports/none").statusCode()).isEqualTo(404);

        for (String parameter : List.of("CamelSqlQuery", "camelsqlquery", "report")) {
            HttpResponse<String> refused = get("/api/v1/reports/companies?" + parameter + "=x");
            assertThat(refused.statusCode()).as(parameter).isEqualTo(400);
            assertThat(refused.body()).contains(parameter);
        }

        HttpResponse<String> broken = get("/api/v1/reports/broken");

        assertThat(broken.statusCode()).isEqualTo(503);
        assertThat(json(broken).get("status").asInt()).isEqualTo(503);
        assertThat(broken.body()).doesNotContain("\tat ", "Exception:");
    }

    private HttpResponse<String> get(String path) throws Exception {
        return client.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    private static JsonNode json(HttpResponse<String> response) throws IOException {
        return new ObjectMapper().readTree(response.body());
    }

    private String raw(String request) throws IOException {
        try (Socket socket = new Socket("127.0.0.1", port)) {
            socket.getOutputStream().write((request + "Connection: close\r\n\r\n").getBytes(StandardCharsets.US_ASCII));
            return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
