package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests processes that are killed with SIGKILL; the next one completes the same database as an undisturbed one. */
@Tag("processes")
class KilledProcessTest {

    @TempDir
    Path directory;

    private Sandbox sandbox;

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(1000).build());
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @ParameterizedTest(name = "{0}, after page {1}")
    @CsvSource({"h2,0", "h2,1", "h2,2", "h2,3", "postgresql,0", "postgresql,2", "postgresql,3"})
    void processKilledBetweenTwoPagesIsResumed(String database, int pages) throws Exception {
        String url = database.equals("h2") ? h2() : PostgresServer.newDatabase();
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch dead = new CountDownLatch(1);
        int[] seen = {0};
        sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && seen[0]++ == pages) {
                requestReceived.countDown();
                dead.await();
            }
            return Interceptor.pass();
        });
        JobfeedProcess first = sync(url);
        requestReceived.await();
        first.kill();
        dead.countDown();

        assertThat(finish(url)).isZero();

        assertStoreEqualsSandbox(url);
        assertPagesWereRequestedOnce(2);
    }

    @Test
    void processKilledWithinAPageIsResumed() throws Exception {
        String url = PostgresServer.newDatabase();
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch locked = new CountDownLatch(1);
        int[] seen = {0};
        sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && seen[0]++ == 2) {
                requestReceived.countDown();
                locked.await();
            }
            return Interceptor.pass();
        });
        JobfeedProcess first = sync(url);
        requestReceived.await();
        try (Connection other = DriverManager.getConnection(url);
                Connection watch = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select id from sync_run for update");
            locked.countDown();
            await().atMost(Duration.ofMinutes(1)).until(() -> LockWait.isBlocked(watch));
            first.kill();
            other.rollback();
        }

        assertThat(finish(url)).isZero();

        assertStoreEqualsSandbox(url);
        assertPagesWereRequestedOnce(2);
    }

    @Test
    void processKilledWithinAPageOnH2IsResumed() throws Exception {
        String url = h2();
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch locked = new CountDownLatch(1);
        int[] seen = {0};
        sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && seen[0]++ == 2) {
                requestReceived.countDown();
                locked.await();
            }
            return Interceptor.pass();
        });
        JobfeedProcess first = jobfeed(url, "run");
        requestReceived.await();
        await().atMost(Duration.ofMinutes(1)).until(() -> Files.exists(directory.resolve("jobs.server")));
        String shared = Files.readString(directory.resolve("jobs.server")).strip();
        try (Connection other = DriverManager.getConnection(shared);
                Connection watch = DriverManager.getConnection(shared);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select id from sync_run for update");
            locked.countDown();
            await().atMost(Duration.ofMinutes(1)).until(() -> LockWait.isBlocked(watch));
            first.kill();
        } catch (SQLException e) {
            // the connections ended with the process
            assertThat(first.isAlive()).isFalse();
        }

        assertThat(finish(url)).isZero();

        assertStoreEqualsSandbox(url);
        assertPagesWereRequestedOnce(2);
    }

    private String h2() {
        return "jdbc:h2:file:" + directory.resolve("jobs");
    }

    /** Waits for the expiry of the killed process's lease, which lasts two seconds here. */
    private int finish(String url) throws Exception {
        int[] code = {3};
        await().atMost(Duration.ofMinutes(1)).until(() -> (code[0] = sync(url).exitCode()) != 3);
        return code[0];
    }

    private JobfeedProcess sync(String url) throws IOException {
        return jobfeed(url, "sync", "jobs");
    }

    private JobfeedProcess jobfeed(String url, String... arguments) throws IOException {
        return JobfeedProcess.in(
                directory,
                Map.of(
                        "jobo.base-url",
                        sandbox.baseUrl(),
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobo.jobs.batch-size",
                        "250",
                        "jobfeed.datasource.url",
                        url,
                        "jobfeed.lease",
                        "2s"),
                arguments);
    }

    private void assertStoreEqualsSandbox(String url) throws SQLException {
        List<UUID> stored = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select id from active_job")) {
            while (rows.next()) {
                stored.add(rows.getObject(1, UUID.class));
            }
        }
        assertThat(stored)
                .containsExactlyInAnyOrderElementsOf(sandbox.data().activeIds().toList());
    }

    /**
     * Asserts that the four pages of the backfill were requested once, except for those in flight and the runs after a
     * resumed one.
     */
    private void assertPagesWereRequestedOnce(int inFlight) {
        List<String> backfill = sandbox.log().entries("/api/jobs/feed").stream()
                .map(LoggedRequest::body)
                .filter(body -> !body.contains("posted_after"))
                .toList();
        assertThat(backfill.stream().distinct()).hasSize(4);
        assertThat(backfill).hasSizeLessThanOrEqualTo(4 + inFlight);
    }
}
