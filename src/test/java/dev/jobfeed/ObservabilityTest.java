package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Observes, from outside, a scheduled process against a metered sandbox with faults. */
@Tag("processes")
class ObservabilityTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Path PROMETHEUS = Path.of("docker/prometheus");
    private static final Path DASHBOARD = Path.of("docker/grafana/dashboards/jobfeed.json");

    /** Matches a name in an expression that is a series and no function. */
    private static final Pattern SERIES = Pattern.compile("\\b(jobfeed_\\w+|jvm_\\w+|process_\\w+|camel_\\w+)\\b");

    @TempDir
    static Path directory;

    private static PostgresServer server;
    private static Sandbox sandbox;
    private static JobfeedProcess run;
    private static String address;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.startOwn();
        sandbox = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .jobs(400)
                .creditsPerJob(new BigDecimal("0.1"))
                .build());
        sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_TITLE).on(Endpoint.JOBS_FEED).nth(1),
                // for the prefetched page, on a separate thread
                FaultRule.of(Fault.UNAVAILABLE).on(Endpoint.JOBS_FEED).nth(3));
        Map<String, String> properties = new HashMap<>();
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobo.jobs.batch-size", "100");
        properties.put("jobo.jobs.watermark-parameter", "updated_after");
        properties.put("jobo.retry.time-scale", "0.01");
        properties.put("jobby.base-url", sandbox.jobby().baseUrl());
        properties.put("jobfeed.jobby-live-events.schedule", "* * * * * ?");
        properties.put("jobo.credits.alert-below", "100000");
        properties.put("jobfeed.jobs.schedule", "* * * * * ?");
        properties.put("jobfeed.jobs.freshness-target", "1ms");
        properties.put("jobfeed.jobs.audit-schedule", "* * * * * ?");
        properties.put("jobfeed.jobs.audit-sample", "20");
        properties.put("jobfeed.jobs.audit-interval", "1ms");
        properties.put("jobfeed.metrics.refresh", "200ms");
        properties.put("jobfeed.log.format", "json");
        properties.put("jobfeed.lease", "2s");
        properties.put("jobfeed.datasource.url", server.create());
        run = JobfeedProcess.in(directory, properties, "run");
        run.awaitErr("running;");
        Matcher page = Pattern.compile("http://127\\.0\\.0\\.1:\\d+").matcher(run.err());
        assertThat(page.find()).as(run.err()).isTrue();
        address = page.group();
        run.awaitErr("of jobs succeeded");
        sandbox.data().expireJobs(7);
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> value("jobfeed_expired_total{reason=\"swept\",stream=\"jobs\",tenant=\"default\"}") == 7);
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> value("jobfeed_audit_accuracy{bound=\"upper\",tenant=\"default\"}") > 0);
    }

    @AfterAll
    static void stop() throws Exception {
        if (run != null) {
            run.close();
            sandbox.close();
        }
        if (server != null) {
            server.close();
        }
    }

    @Test
    void everyMetricIsExportedWithItsDescriptionAndTags() throws Exception {
        String scraped = get("/observe/metrics").body();

        for (JobfeedMetric metric : JobfeedMetric.values()) {
            String name = exported(metric);
            assertThat(scraped)
                    .contains("# HELP " + name + " " + metric.description().substring(0, 20));
            String series = scraped.lines()
                    .filter(line -> line.matches(Pattern.quote(name) + "(_count)?\\{.*"))
                    .findFirst()
                    .orElseThrow(() -> new AssertionError(name + " has no series:\n" + scraped));
            Set<String> tags = Pattern.compile("(\\w+)=\"")
                    .matcher(series)
                    .results()
                    .map(tag -> tag.group(1))
                    .collect(Collectors.toSet());
            Set<String> expected = new TreeSet<>(metric.tags());
            expected.add("tenant");
            assertThat(tags).as(name).isEqualTo(expected);
        }
        assertThat(scraped).doesNotContain(Sandbox.TEST_KEY);
        assertThat(scraped.lines().filter(line -> line.startsWith("jobfeed_")).count())
                .as("series")
                .isLessThan(100);
    }

    @Test
    void documentationListsEveryMetric() throws IOException {
        List<String> documented = Files.readAllLines(Path.of("docs/observability.md")).stream()
                .filter(line -> line.startsWith("| `jobfeed_"))
                .toList();

        assertThat(documented)
                .containsExactlyElementsOf(Stream.of(JobfeedMetric.values())
                        .map(metric -> "| `" + exported(metric) + "` | "
                                + metric.kind().name().toLowerCase(Locale.ROOT) + " | "
                                + String.join(", ", metric.tags()) + " | " + metric.description() + " |")
                        .toList());
    }

    @Test
    void countersMatchTheRuns() throws Exception {
        String jobs = "stream=\"jobs\",tenant=\"default\"}";
        assertThat(value("jobfeed_rows_total{result=\"inserted\"," + jobs)).isEqualTo(400);
        assertThat(value("jobfeed_rows_total{result=\"quarantined\"," + jobs)).isEqualTo(1);
        assertThat(value("jobfeed_quarantine_size{" + jobs)).isEqualTo(1);
        assertThat(value("jobfeed_retries_total{reason=\"unavailable\",tenant=\"default\"}"))
                .isEqualTo(1);
        assertThat(
                        value(
                                "jobfeed_requests_seconds_count{api=\"jobo\",endpoint=\"/api/jobs/feed\",status=\"503\",tenant=\"default\"}"))
                .isEqualTo(1);
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> value("jobfeed_requests_seconds_count{api=\"jobby\",endpoint=\"/live-events\","
                                + "status=\"200\",tenant=\"default\"}")
                        > 0);
        assertThat(value("jobfeed_credits_spent_total{" + jobs)).isGreaterThanOrEqualTo(40);
        assertThat(value("jobfeed_runs_seconds_count{mode=\"backfill\"," + jobs))
                .isEqualTo(1);
        assertThat(value("jobfeed_attempts_seconds_count{outcome=\"succeeded\"," + jobs))
                .isGreaterThanOrEqualTo(2);
        assertThat(value("jobfeed_alerts{condition=\"credits-low\"," + jobs)).isEqualTo(1);
    }

    @Test
    void rulesAndPanelsOnlyUseExportedMetrics() throws Exception {
        Set<String> exported = get("/observe/metrics")
                .body()
                .lines()
                .filter(line -> !line.startsWith("#"))
                .map(line -> line.replaceFirst("[{ ].*", ""))
                .collect(Collectors.toSet());
        JsonNode rules =
                new YAMLMapper().readTree(PROMETHEUS.resolve("alerts.yml").toFile());
        List<String> queriedMetrics = rules.findValuesAsText("expr");
        assertThat(queriedMetrics).hasSizeGreaterThan(5);
        List<String> panels = JSON.readTree(DASHBOARD.toFile()).findValuesAsText("expr");
        assertThat(panels).hasSizeGreaterThan(15);

        Set<String> names = new TreeSet<>();
        for (List<String> expressions : List.of(queriedMetrics, panels)) {
            for (String expression : expressions) {
                SERIES.matcher(expression).results().forEach(name -> names.add(name.group(1)));
            }
        }

        assertThat(exported).containsAll(names);
        assertThat(names).hasSizeGreaterThan(15);
        assertThat(Files.readString(DASHBOARD)).contains("label_values(jobfeed_database_up, tenant)");
    }

    @Test
    void prometheusAcceptsTheRulesAndScrapesTheRuntime() throws Exception {
        assumeTrue(
                Files.isExecutable(Path.of("/usr/bin/promtool")),
                "apt-get install prometheus to have the alert rules checked");
        for (List<String> check : List.of(
                List.of("check", "config", "prometheus.yml"),
                List.of("check", "rules", "alerts.yml"),
                List.of("test", "rules", "alerts.test.yml"))) {
            Command promtool = Command.run(
                    "/usr/bin/promtool",
                    check.get(0),
                    check.get(1),
                    PROMETHEUS.resolve(check.get(2)).toString());
            assertThat(promtool.exitCode()).as(promtool.output()).isZero();
        }
        Path configuration = directory.resolve("prometheus.yml");
        Files.copy(PROMETHEUS.resolve("alerts.yml"), directory.resolve("alerts.yml"));
        Files.writeString(
                configuration,
                Files.readString(PROMETHEUS.resolve("prometheus.yml"))
                        .replace("jobfeed:8080", address.substring("http://".length()))
                        .replace("15s", "1s"));
        String prometheusAddress = "127.0.0.1:" + freePort();
        Process prometheus = new ProcessBuilder(
                        "/usr/bin/prometheus",
                        "--config.file=" + configuration,
                        "--storage.tsdb.path=" + directory.resolve("tsdb"),
                        "--web.listen-address=" + prometheusAddress)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("prometheus.log").toFile())
                .start();
        try {
            await().atMost(JobfeedProcess.DEADLINE)
                    .pollInterval(Duration.ofMillis(300))
                    .ignoreExceptions()
                    .untilAsserted(() -> {
                        JsonNode rules = JSON.readTree(get(URI.create("http://" + prometheusAddress + "/api/v1/rules"))
                                .body());
                        assertThat(rules.findValuesAsText("health"))
                                .hasSizeGreaterThan(5)
                                .allMatch("ok"::equals);
                        JsonNode alerts =
                                JSON.readTree(get(URI.create("http://" + prometheusAddress + "/api/v1/alerts"))
                                        .body());
                        assertThat(alerts.findValuesAsText("alertname")).contains("JobfeedCondition", "JobfeedStale");
                        assertThat(alerts.findValuesAsText("condition")).contains("credits-low");
                    });
        } finally {
            prometheus.destroy();
            prometheus.waitFor();
        }
    }

    @Test
    void healthReportsStaleDataAndAnUnavailableDatabase() throws Exception {
        HttpResponse<String> ready = get("/observe/health/ready");
        assertThat(ready.statusCode()).isEqualTo(200);
        JsonNode health = JSON.readTree(get("/observe/health").body());
        assertThat(health.get("status").textValue()).isEqualTo("UP");
        assertThat(health.findValuesAsText("name"))
                .containsExactlyInAnyOrder("context", "jobfeed-database", "jobfeed-freshness");
        assertThat(health.findValuesAsText("message"))
                .singleElement()
                .asString()
                .matches("degraded: jobs are \\d+ s old, the target is 0 s");

        server.crash();
        try {
            await().atMost(JobfeedProcess.DEADLINE).untilAsserted(() -> {
                HttpResponse<String> answer = get("/observe/health/ready");
                assertThat(answer.statusCode()).isEqualTo(503);
                assertThat(JSON.readTree(answer.body()).get("status").textValue())
                        .isEqualTo("DOWN");
            });
            assertThat(get("/observe/health/live").statusCode()).isEqualTo(200);
            await().atMost(JobfeedProcess.DEADLINE).until(() -> value("jobfeed_database_up{tenant=\"default\"}") == 0);
            assertThat(value("jobfeed_freshness_seconds{stream=\"jobs\",tenant=\"default\"}"))
                    .isPositive();
        } finally {
            server.start();
        }
        await().atMost(JobfeedProcess.DEADLINE)
                .until(() -> get("/observe/health/ready").statusCode() == 200);
        await().atMost(JobfeedProcess.DEADLINE).until(() -> value("jobfeed_database_up{tenant=\"default\"}") == 1);
    }

    @Test
    void logLinesAreJsonAndCarryTheRunIdOnEveryThread() throws Exception {
        int retried = 0;
        int ofRuns = 0;
        for (String line : run.err().lines().toList()) {
            JsonNode entry = JSON.readTree(line);
            assertThat(entry.get("service.name").textValue()).isEqualTo("jobfeed");
            assertThat(entry.get("@timestamp").textValue()).isNotEmpty();
            assertThat(entry.has("log.level")).isTrue();
            assertThat(entry.get("log.logger").textValue()).as(line).startsWith("dev.jobfeed");
            String message = entry.get("message").textValue();
            Matcher begins = Pattern.compile("run (\\d+) ").matcher(message);
            if (begins.lookingAt()) {
                assertThat(entry.path("jobfeedRun").textValue()).as(line).isEqualTo(begins.group(1));
                assertThat(entry.path("jobfeedStream").textValue()).isEqualTo("jobs");
                ofRuns++;
            } else if (message.contains("answered 503")) {
                assertThat(entry.path("jobfeedRun").textValue()).as(line).isEqualTo("1");
                assertThat(entry.path("process.thread.name").textValue()).contains("jobfeed-prefetch");
                retried++;
            } else if (message.startsWith("console")) {
                assertThat(entry.has("jobfeedRun")).isFalse();
            }
        }
        assertThat(ofRuns).isGreaterThan(2);
        assertThat(retried).isEqualTo(1);
    }

    /** Returns the name by the conventions of Prometheus. */
    private static String exported(JobfeedMetric metric) {
        String name = metric.title().replace('.', '_');
        return switch (metric.kind()) {
            case TIMER -> name + "_seconds";
            case COUNTER -> name + (metric.unit().isEmpty() ? "" : "_" + metric.unit()) + "_total";
            case GAUGE -> name + (metric.unit().isEmpty() ? "" : "_" + metric.unit());
        };
    }

    /** Returns the value of a series; NaN when there is none. */
    private static double value(String series) throws Exception {
        return get("/observe/metrics")
                .body()
                .lines()
                .filter(line -> line.startsWith(series + " "))
                .map(line -> Double.parseDouble(line.substring(series.length() + 1)))
                .findFirst()
                .orElse(Double.NaN);
    }

    private static HttpResponse<String> get(String path) throws Exception {
        return get(URI.create(address + path));
    }

    private static HttpResponse<String> get(URI uri) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(uri).build(), HttpResponse.BodyHandlers.ofString());
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }
}
