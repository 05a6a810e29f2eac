package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.Jobby;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that the key is sent to the API only. */
class SecretsTest {

    /** Holds a part of the key that occurs nowhere else. */
    private static final String SECRET = Sandbox.TEST_KEY.substring("jbe_test_".length());

    @TempDir
    Path directory;

    @Test
    @Tag("processes")
    void noProcessPrintsLogsOrStoresTheKey() throws Exception {
        try (ProcessFixture fixture = ProcessFixture.of("h2", directory).with("jobfeed.log.level", "TRACE")) {
            ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 1);
            JobfeedProcess syncProcess = fixture.start("sync", "jobs", "--max-pages", "1");
            blocked.awaitRequest();
            assertThat(Files.readString(Path.of("/proc/" + syncProcess.pid() + "/cmdline")))
                    .contains("dev.jobfeed.cli.JobfeedCli")
                    .doesNotContain(SECRET);
            assertThat(threads(syncProcess)).contains("main").doesNotContain(SECRET);
            blocked.release();
            assertThat(syncProcess.exitCode()).isZero();
            assertThat(syncProcess.err()).contains("TRACE");

            fixture.sandbox.intercept(request -> Interceptor.answer(
                    401, Map.of(), "{\"message\":\"The key " + Sandbox.TEST_KEY + " is not valid\"}"));
            JobfeedProcess rejected = fixture.start("sync", "jobs");
            assertThat(rejected.exitCode()).isEqualTo(1);
            assertThat(rejected.err()).contains("Jobo answered 401 (The key jbe_test_... is not valid)");
            fixture.sandbox.intercept(null);
            assertThat(fixture.start("doctor", "--json").exitCode()).isZero();
            JobfeedProcess status = fixture.start("status", "--json");
            assertThat(status.exitCode()).isZero();
            assertThat(status.out()).contains("is not valid");

            assertThat(fixture.everything().toString()).contains("is not valid").doesNotContain(SECRET);
        }
        assertNoFileContainsTheKey();
    }

    @Test
    @Tag("processes")
    void noLogContainsTheSecretOfTheH2Server() throws Exception {
        try (ProcessFixture fixture = ProcessFixture.of("h2", directory).with("jobfeed.log.level", "TRACE")) {
            fixture.with("jobby.base-url", fixture.sandbox.jobby().baseUrl()).with("jobby.token", Jobby.TEST_TOKEN);
            JobfeedProcess run = fixture.start("run");
            run.awaitErr("running;");
            Path note = directory.resolve("jobs.server");
            await().atMost(JobfeedProcess.DEADLINE).until(() -> Files.exists(note));
            String secret = Files.readString(note).replaceFirst(".*/", "");
            assertThat(secret).hasSize(32);

            List<JobfeedProcess> commands = new ArrayList<>();
            for (String command : List.of("status", "doctor", "token", "jobby status", "sync jobs --estimate")) {
                commands.add(fixture.start(command.split(" ")));
            }
            for (JobfeedProcess command : commands) {
                assertThat(command.exitCode()).as(command.err()).isZero();
            }
            run.kill();
            // the note still exists, without a running process
            commands.add(fixture.start("status"));
            assertThat(commands.get(commands.size() - 1).exitCode()).isZero();

            commands.add(run);
            for (JobfeedProcess process : commands) {
                assertThat(process.err()).contains("DEBUG").doesNotContain(secret);
                assertThat(process.out()).doesNotContain(secret);
            }
        }
    }

    /** Stdout, stderr and the database of all processes are in one directory. */
    private void assertNoFileContainsTheKey() throws Exception {
        try (Stream<Path> files = Files.walk(directory)) {
            List<Path> written = files.filter(Files::isRegularFile).toList();
            assertThat(written).hasSizeGreaterThan(8).anyMatch(file -> file.endsWith("jobs.mv.db"));
            for (Path file : written) {
                assertThat(Files.readString(file, StandardCharsets.ISO_8859_1).contains(SECRET))
                        .as(file.toString())
                        .isFalse();
            }
        }
    }

    private String threads(JobfeedProcess process) throws Exception {
        Path stacks = Files.createTempFile(directory, "threads", "");
        int code = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "jcmd").toString(),
                        Long.toString(process.pid()),
                        "Thread.print")
                .redirectErrorStream(true)
                .redirectOutput(stacks.toFile())
                .start()
                .waitFor();
        assertThat(code).isZero();
        return Files.readString(stacks);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 500, 302, 0})
    void noExceptionContainsTheKey(int answer) throws Exception {
        try (SyncFixture fixture =
                SyncFixture.of("h2", SandboxOptions.builder().jobs(1)).with("jobo.retry.time-scale", "0")) {
            if (answer == 0) {
                fixture.with("jobo.base-url", "http://127.0.0.1:1");
            }
            fixture.sandbox.intercept(request -> Interceptor.answer(
                    answer,
                    Map.of("Location", "/elsewhere", "X-Request-Id", "1"),
                    "{\"message\":\"" + Sandbox.TEST_KEY + "\"}"));

            assertContainsNoSecret(catchThrowable(fixture::sync));
            assertThat(fixture.one("select last_error from sync_run", String.class))
                    .isNotEmpty()
                    .doesNotContain(SECRET);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"\nX-Other: 1", "\u00e9"})
    void keyInvalidInAHeaderIsNeitherSentNorPrinted(String more) throws Exception {
        try (SyncFixture fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(1))
                .with("jobo.api-key", Sandbox.TEST_KEY + more + "x")) {
            Throwable refusal = catchThrowable(fixture::sync);

            assertThat(refusal).hasStackTraceContaining("jobo.api-key has ");
            assertContainsNoSecret(refusal);
            assertThat(fixture.sandbox.log().entries()).isEmpty();
        }
    }

    private static void assertContainsNoSecret(Throwable failure) {
        assertThat(failure).isNotNull();
        StringWriter trace = new StringWriter();
        failure.printStackTrace(new PrintWriter(trace));
        assertThat(trace.toString()).doesNotContain(SECRET);
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            assertThat(cause.getMessage() + cause + cause.getLocalizedMessage()).doesNotContain(SECRET);
        }
    }
}
