package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.Interceptor;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.sandbox.jobby.JobbyRequest;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The commands of Jobby.dev as processes of their own, without a key for Jobo. */
@Tag("processes")
class JobbyProcessTest {

    @TempDir
    Path directory;

    private Sandbox sandbox;
    private final List<Process> processes = new ArrayList<>();
    private int started;

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build(),
                JobbyOptions.builder().rateLimits(false).build());
    }

    @AfterEach
    void stop() throws Exception {
        for (Process process : processes) {
            process.destroyForcibly().waitFor();
        }
        sandbox.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aJoinThatIsKilledBeforeItsAnswerTakesNoSecondPlace(String database) throws Exception {
        String url =
                database.equals("h2") ? "jdbc:h2:file:" + directory.resolve("jobby") : PostgresServer.newDatabase();
        CountDownLatch repeated = new CountDownLatch(1);
        CountDownLatch dead = new CountDownLatch(1);
        sandbox.jobby().intercept(request -> {
            if (request.endpoint() != JobbyEndpoint.QUEUE_JOIN || request.sequence() > 2) {
                return Interceptor.pass();
            }
            if (request.sequence() == 1) {
                return Interceptor.truncate(0);
            }
            repeated.countDown();
            dead.await();
            return Interceptor.drop();
        });
        String event = event();
        Process first = jobfeed(url, "jobby", "join", event);
        assertThat(repeated.await(1, TimeUnit.MINUTES)).isTrue();
        first.destroyForcibly().waitFor();
        dead.countDown();

        Process second = jobfeed(url, "jobby", "join", event);
        await().atMost(JobbyWorld.DEADLINE).until(() -> err(2).contains(event + ": number 3, about 5 min"));
        sandbox.jobby().fair().advanceQueue(event);
        await().atMost(JobbyWorld.DEADLINE).until(() -> err(2).contains(event + ": number 2, about 3 min"));
        String match = sandbox.jobby()
                .fair()
                .match(sandbox.jobby().fair().places().get(0).id())
                .id();

        assertThat(code(second)).isZero();
        assertThat(out(2).strip()).isEqualTo(sandbox.baseUrl() + "/account/matches/" + match);
        assertThat(sandbox.jobby().fair().places()).hasSize(1);
        assertThat(sandbox.jobby().requests(JobbyEndpoint.QUEUE_JOIN).stream()
                        .map(JobbyRequest::idempotencyKey)
                        .distinct())
                .hasSize(1);

        Process status = jobfeed(url, "jobby", "status", "--json");
        assertThat(code(status)).isZero();
        JsonNode json = SyncWorld.parse(out(3));
        assertThat(json.get("matches").get(0).get("match_id").textValue()).isEqualTo(match);
        assertThat(json.get("open")).isEmpty();
        assertNoTokenIsPrinted();
    }

    @Test
    void controlCLeavesThePlaceInTheQueue() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");
        String event = event();
        Process join = jobfeed(url, "jobby", "join", event);
        await().atMost(JobbyWorld.DEADLINE).until(() -> err(1).contains("number 3"));

        new ProcessBuilder("kill", "-s", "INT", Long.toString(join.pid()))
                .inheritIO()
                .start()
                .waitFor();

        assertThat(code(join)).isEqualTo(130);
        assertThat(err(1)).doesNotContain("jobfeed:");
        Process status = jobfeed(url, "jobby", "status");
        assertThat(code(status)).isZero();
        assertThat(out(2)).contains("live events  0", event + ": number 3");
    }

    @Test
    void eventsAreFetchedAndListed() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");

        assertThat(code(jobfeed(url, "jobby", "events"))).isZero();
        assertThat(out(1).lines()).hasSize(3).anyMatch(line -> line.startsWith(event()));
        assertThat(code(jobfeed(url, "jobby", "events", "--json"))).isZero();
        assertThat(SyncWorld.parse(out(2)).findValuesAsText("id")).contains(event());

        sandbox.jobby().intercept(request -> Interceptor.answer(403, Map.of(), "{\"code\":\"PLAN_GATED\"}"));
        assertThat(code(jobfeed(url, "jobby", "events"))).isEqualTo(1);
        assertThat(err(3)).contains("jobfeed: Jobby.dev answered 403 PLAN_GATED to GET /live-events.");
        assertThat(out(3)).isEmpty();
    }

    @Test
    void whatIsWrongWithAJoinIsSaidInOneLine() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");

        assertThat(code(jobfeed(url, "jobby", "join", "evt_none"))).isEqualTo(1);
        assertThat(err(1)).contains("jobfeed: Jobby.dev answered 404 NOT_FOUND to POST /queue/join");
        assertThat(out(1)).isEmpty();
    }

    @Test
    void runReceivesWebhooksOnceThereIsASecretAndStopsCleanly() throws Exception {
        String url = PostgresServer.newDatabase();
        int port = freePort();
        sandbox.jobby()
                .webhooks()
                .add("http://127.0.0.1:" + port + "/jobby/webhooks", "jbb_whsec_secret", "match.matched");
        Process run = run(url, port, "jbb_whsec_secret");
        await().atMost(JobbyWorld.DEADLINE).until(() -> err(1).contains("running;"));

        sandbox.jobby().webhooks().deliver("match.matched", Map.of("match_id", "mat_1"));

        await().atMost(JobbyWorld.DEADLINE).until(() -> err(1).contains("match mat_1"));
        long stopping = System.nanoTime();
        run.destroy();
        assertThat(code(run)).isEqualTo(143);
        assertThat(Duration.ofNanos(System.nanoTime() - stopping)).isLessThan(Duration.ofSeconds(10));
        assertThat(out(1) + err(1)).doesNotContain("jbb_whsec_secret");
    }

    @Test
    void runOpensNoPortWithoutASecret() throws Exception {
        String url = PostgresServer.newDatabase();
        int port = freePort();
        run(url, port, "");
        await().atMost(JobbyWorld.DEADLINE).until(() -> err(1).contains("running;"));

        assertThatThrownBy(() -> new Socket("127.0.0.1", port).close()).isInstanceOf(ConnectException.class);
    }

    @Test
    void aTakenPortEndsWithAMessageThatNamesIt() throws Exception {
        Process run = run(PostgresServer.newDatabase(), sandbox.port(), "jbb_whsec_secret");

        assertThat(code(run)).isEqualTo(2);
        assertThat(err(1))
                .contains(
                        "jobfeed: Port " + sandbox.port() + " on 127.0.0.1 cannot be listened on", "jobfeed.http.port");
    }

    private Process run(String url, int port, String secret) throws IOException {
        return jobfeed(
                url,
                Map.of(
                        "JOBO_API_KEY",
                        Sandbox.TEST_KEY,
                        "JOBO_BASE_URL",
                        sandbox.baseUrl(),
                        "JOBFEED_JOBS_ENABLED",
                        "false",
                        "JOBFEED_HTTP_PORT",
                        Integer.toString(port),
                        "JOBBY_WEBHOOK_SECRET",
                        secret),
                "run");
    }

    private static int code(Process process) throws InterruptedException {
        assertThat(process.waitFor(1, TimeUnit.MINUTES)).isTrue();
        return process.exitValue();
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String event() {
        return sandbox.jobby().fair().liveEvents().get(0).id();
    }

    private Process jobfeed(String url, String... arguments) throws IOException {
        return jobfeed(url, Map.of(), arguments);
    }

    private Process jobfeed(String url, Map<String, String> more, String... arguments) throws IOException {
        String separator = System.getProperty("path.separator");
        String classPath = String.join(
                separator,
                Stream.of(System.getProperty("java.class.path").split(separator))
                        .filter(entry -> !entry.endsWith("test-classes"))
                        .toList());
        List<String> command = new ArrayList<>(List.of(
                // a shell\'s background job ignores SIGINT, and its children inherit that
                "env",
                "--default-signal=INT",
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-cp",
                classPath,
                "dev.jobfeed.cli.Jobfeed"));
        command.addAll(List.of(arguments));
        ProcessBuilder builder = new ProcessBuilder(command);
        builder.environment().remove("JOBO_API_KEY");
        builder.environment().put("JOBBY_BASE_URL", sandbox.jobby().baseUrl());
        builder.environment().put("JOBBY_TOKEN", Jobby.TEST_TOKEN);
        builder.environment().put("JOBBY_POLL_INTERVAL", "200ms");
        builder.environment().put("JOBFEED_DATASOURCE_URL", url);
        builder.environment().put("JOBFEED_LEASE", "2s");
        builder.environment().putAll(more);
        started++;
        Process process = builder.redirectOutput(
                        directory.resolve("out" + started).toFile())
                .redirectError(directory.resolve("err" + started).toFile())
                .start();
        processes.add(process);
        return process;
    }

    private String out(int number) throws IOException {
        return Files.readString(directory.resolve("out" + number));
    }

    private String err(int number) throws IOException {
        return Files.readString(directory.resolve("err" + number));
    }

    private void assertNoTokenIsPrinted() throws IOException {
        for (int i = 1; i <= started; i++) {
            assertThat(out(i) + err(i)).doesNotContain(Jobby.TEST_TOKEN);
        }
    }
}
