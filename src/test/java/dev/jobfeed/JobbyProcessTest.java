package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the commands of Jobby.dev as processes, without a key for Jobo. */
@Tag("processes")
class JobbyProcessTest {

    @TempDir
    Path directory;

    private Sandbox sandbox;
    private final List<JobfeedProcess> processes = new ArrayList<>();

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build(),
                JobbyOptions.builder().rateLimits(false).build());
    }

    @AfterEach
    void stop() throws Exception {
        for (JobfeedProcess process : processes) {
            process.close();
        }
        sandbox.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void joinKilledBeforeItsResponseTakesNoSecondPlace(String database) throws Exception {
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
        JobfeedProcess first = jobfeed(url, "jobby", "join", event);
        assertThat(repeated.await(1, TimeUnit.MINUTES)).isTrue();
        first.kill();
        dead.countDown();

        JobfeedProcess second = jobfeed(url, "jobby", "join", event);
        await().atMost(JobbyFixture.DEADLINE).until(() -> err(2).contains(event + ": number 3, about 5 min"));
        sandbox.jobby().fair().advanceQueue(event);
        await().atMost(JobbyFixture.DEADLINE).until(() -> err(2).contains(event + ": number 2, about 3 min"));
        String match = sandbox.jobby()
                .fair()
                .match(sandbox.jobby().fair().places().get(0).id())
                .id();

        assertThat(second.exitCode()).isZero();
        assertThat(out(2).strip()).isEqualTo(sandbox.baseUrl() + "/account/matches/" + match);
        assertThat(sandbox.jobby().fair().places()).hasSize(1);
        assertThat(sandbox.jobby().requests(JobbyEndpoint.QUEUE_JOIN).stream()
                        .map(ApiRequest::idempotencyKey)
                        .distinct())
                .hasSize(1);

        JobfeedProcess status = jobfeed(url, "jobby", "status", "--json");
        assertThat(status.exitCode()).isZero();
        JsonNode json = SyncFixture.parse(out(3));
        assertThat(json.get("matches").get(0).get("match_id").textValue()).isEqualTo(match);
        assertThat(json.get("open")).isEmpty();
        assertNoTokenIsPrinted();
    }

    @Test
    void sigintLeavesTheQueue() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");
        String event = event();
        JobfeedProcess join = jobfeed(url, "jobby", "join", event);
        await().atMost(JobbyFixture.DEADLINE).until(() -> err(1).contains("number 3"));

        join.signal("INT");

        assertThat(join.exitCode()).isEqualTo(130);
        assertThat(err(1)).doesNotContain("jobfeed:");
        JobfeedProcess status = jobfeed(url, "jobby", "status");
        assertThat(status.exitCode()).isZero();
        assertThat(out(2)).contains("live events  0", event + ": number 3");
    }

    @Test
    void sigintPrintsTheKeyOfACallWithAnUnknownOutcome() throws Exception {
        sandbox.faults(FaultRule.script("[{\"fault\":\"lost\",\"on\":\"jobby_event_create\"}]"));
        JobfeedProcess create = jobfeed(
                "jdbc:h2:file:" + directory.resolve("jobby"), Map.of(), "jobby", "create-event", "--title", "Late");
        create.awaitErr("before retry 2 of 5");

        create.signal("INT");

        assertThat(create.exitCode()).isEqualTo(130);
        assertThat(create.err()).containsOnlyOnce("The call may have taken effect. Repeat the command with");
    }

    @Test
    void eventsAreFetchedAndListed() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");

        assertThat(jobfeed(url, "jobby", "events").exitCode()).isZero();
        assertThat(out(1).lines()).hasSize(3).anyMatch(line -> line.startsWith(event()));
        assertThat(jobfeed(url, "jobby", "events", "--json").exitCode()).isZero();
        assertThat(SyncFixture.parse(out(2)).findValuesAsText("id")).contains(event());

        sandbox.jobby().intercept(request -> Interceptor.answer(403, Map.of(), "{\"code\":\"PLAN_GATED\"}"));
        assertThat(jobfeed(url, "jobby", "events").exitCode()).isEqualTo(1);
        assertThat(err(3)).contains("jobfeed: Jobby.dev answered 403 PLAN_GATED to GET /live-events.");
        assertThat(out(3)).isEmpty();
    }

    @Test
    void failedJoinIsReportedInOneLine() throws Exception {
        String url = "jdbc:h2:file:" + directory.resolve("jobby");

        assertThat(jobfeed(url, "jobby", "join", "evt_none").exitCode()).isEqualTo(1);
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
        JobfeedProcess run = run(url, port, "jbb_whsec_secret");
        await().atMost(JobbyFixture.DEADLINE).until(() -> err(1).contains("running;"));

        sandbox.jobby().webhooks().deliver("match.matched", Map.of("match_id", "mat_1"));

        await().atMost(JobbyFixture.DEADLINE).until(() -> err(1).contains("match mat_1"));
        long stopping = System.nanoTime();
        run.signal("TERM");
        assertThat(run.exitCode()).isEqualTo(143);
        assertThat(Duration.ofNanos(System.nanoTime() - stopping)).isLessThan(Duration.ofSeconds(10));
        assertThat(out(1) + err(1)).doesNotContain("jbb_whsec_secret");
    }

    private JobfeedProcess run(String url, int port, String secret) throws IOException {
        return jobfeed(
                url,
                Map.of(
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobo.base-url",
                        sandbox.baseUrl(),
                        "jobfeed.jobs.enabled",
                        "false",
                        "jobfeed.http.port",
                        Integer.toString(port),
                        "jobby.webhook-secret",
                        secret),
                "run");
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private String event() {
        return sandbox.jobby().fair().liveEvents().get(0).id();
    }

    private JobfeedProcess jobfeed(String url, String... arguments) throws IOException {
        return jobfeed(url, Map.of(), arguments);
    }

    private JobfeedProcess jobfeed(String url, Map<String, String> more, String... arguments) throws IOException {
        Map<String, String> properties = new HashMap<>(Map.of(
                "jobby.base-url",
                sandbox.jobby().baseUrl(),
                "jobby.token",
                Jobby.TEST_TOKEN,
                "jobby.poll-interval",
                "200ms",
                "jobfeed.datasource.url",
                url,
                "jobfeed.lease",
                "2s"));
        properties.putAll(more);
        JobfeedProcess process = JobfeedProcess.in(directory, properties, arguments);
        processes.add(process);
        return process;
    }

    private String out(int number) throws IOException {
        return processes.get(number - 1).out();
    }

    private String err(int number) throws IOException {
        return processes.get(number - 1).err();
    }

    private void assertNoTokenIsPrinted() throws IOException {
        for (JobfeedProcess process : processes) {
            assertThat(process.out() + process.err()).doesNotContain(Jobby.TEST_TOKEN);
        }
    }
}
