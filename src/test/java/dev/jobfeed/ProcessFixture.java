package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;

/** Provides a sandbox of a thousand jobs, a database, and processes that sync them in four pages a backfill. */
final class ProcessFixture implements AutoCloseable {

    static final int JOBS = 1000;
    static final int PAGES = 4;

    final Sandbox sandbox;
    final String url;
    private final Path directory;
    private final Map<String, String> properties = new HashMap<>();
    private final List<JobfeedProcess> started = new ArrayList<>();

    private ProcessFixture(String url, Path directory) throws IOException {
        this.url = url;
        this.directory = directory;
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(JOBS).build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobo.jobs.batch-size", Integer.toString(JOBS / PAGES));
        properties.put("jobfeed.datasource.url", url);
    }

    /** Creates a fixture over an H2 file or a new database of the tests' PostgreSQL. */
    static ProcessFixture of(String database, Path directory) throws Exception {
        return over(
                database.equals("h2") ? "jdbc:h2:file:" + directory.resolve("jobs") : PostgresServer.newDatabase(),
                directory);
    }

    /** Creates a fixture over an existing database. */
    static ProcessFixture over(String url, Path directory) throws IOException {
        return new ProcessFixture(url, directory);
    }

    /** Sets a property of processes that are started later. */
    ProcessFixture with(String property, String value) {
        properties.put(property, value);
        return this;
    }

    /** Runs a command in this process. */
    CommandResult run(String... arguments) {
        return CommandResult.run(properties, arguments);
    }

    JobfeedProcess start(String... arguments) throws IOException {
        JobfeedProcess process = JobfeedProcess.in(directory, properties, arguments);
        started.add(process);
        return process;
    }

    /** Repeats an attempt until the lease is free; it has to succeed. */
    JobfeedProcess finish() throws IOException, InterruptedException {
        long deadline = System.nanoTime() + JobfeedProcess.DEADLINE.toNanos();
        while (true) {
            JobfeedProcess process = start("sync", "jobs");
            int code = process.exitCode();
            if (code != 3 || System.nanoTime() > deadline) {
                assertThat(code).as(process.err()).isZero();
                return process;
            }
        }
    }

    /** Blocks the nth request to an endpoint from now on; all others are served. */
    BlockedRequest blockRequest(Endpoint endpoint, int nth) {
        BlockedRequest blocked = new BlockedRequest();
        int[] seen = {0};
        sandbox.intercept(request -> {
            boolean chosen;
            synchronized (seen) {
                chosen = request.endpoint() == endpoint && ++seen[0] == nth;
            }
            if (chosen) {
                blocked.requestReceived.countDown();
                blocked.released.await();
            }
            return Interceptor.pass();
        });
        return blocked;
    }

    /** Represents a blocked request. */
    static final class BlockedRequest {

        private final CountDownLatch requestReceived = new CountDownLatch(1);
        private final CountDownLatch released = new CountDownLatch(1);

        void awaitRequest() throws InterruptedException {
            assertThat(requestReceived.await(JobfeedProcess.DEADLINE.toMillis(), TimeUnit.MILLISECONDS))
                    .as("request arrived")
                    .isTrue();
        }

        void release() {
            released.countDown();
        }
    }

    /** Releases a request, and runs a step while the transaction of its page waits for a lock on the run. */
    void whilePageIsBlocked(BlockedRequest blocked, Step step) throws Exception {
        try (Connection other = DriverManager.getConnection(url);
                Connection watch = DriverManager.getConnection(url);
                Statement statement = other.createStatement()) {
            other.setAutoCommit(false);
            statement.execute("select id from sync_run for update");
            blocked.release();
            await().atMost(JobfeedProcess.DEADLINE).until(() -> LockWait.isBlocked(watch));
            step.run();
        }
    }

    interface Step {
        void run() throws Exception;
    }

    /** Returns the bodies of the feed requests so far. */
    List<String> feedRequests() {
        return sandbox.log().entries("/api/jobs/feed").stream()
                .map(LoggedRequest::body)
                .toList();
    }

    /** Returns the only value of a query, as text. */
    String one(String query) throws SQLException {
        List<String> rows = rows(query);
        assertThat(rows).as(query).hasSize(1);
        return rows.get(0);
    }

    /** Returns the rows of a query, their values joined by {@code |}. */
    List<String> rows(String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return rows(connection, query);
        }
    }

    private static List<String> rows(Connection connection, String query) throws SQLException {
        List<String> rows = new ArrayList<>();
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            int columns = result.getMetaData().getColumnCount();
            while (result.next()) {
                List<String> row = new ArrayList<>();
                for (int i = 1; i <= columns; i++) {
                    row.add(result.getString(i));
                }
                rows.add(String.join("|", row));
            }
        }
        return rows;
    }

    /** Returns every row of every table. */
    Map<String, List<String>> everything() throws SQLException {
        Map<String, List<String>> tables = new TreeMap<>();
        try (Connection connection = DriverManager.getConnection(url)) {
            for (String table : rows(
                    connection,
                    "select table_name from information_schema.tables where table_type = 'BASE TABLE'"
                            + " and lower(table_schema) = 'public'")) {
                tables.put(
                        table,
                        rows(connection, "select * from \"" + table + "\"").stream()
                                .sorted()
                                .toList());
            }
        }
        assertThat(tables).hasSizeGreaterThan(8);
        return tables;
    }

    /**
     * Asserts that the run is open after these pages, with their rows and no others, and that no watermark has moved.
     */
    void assertOpenAfterPages(int pages) throws SQLException {
        int rows = pages * JOBS / PAGES;
        assertThat(one("select status, phase, pages, received, inserted, last_error, finished_at from sync_run"))
                .isEqualTo("open|feed|" + pages + "|" + rows + "|" + rows + "|null|null");
        assertThat(one("select count(next_cursor) from sync_run")).isEqualTo(pages > 0 ? "1" : "0");
        assertThat(one("select count(*) from job")).isEqualTo(Integer.toString(rows));
        assertThat(one("select last_run_started_at from sync_state where stream = 'jobs'"))
                .isEqualTo("null");
    }

    /** Asserts that the active jobs are those of the sandbox. */
    void assertStoreEqualsSandbox() throws SQLException {
        assertThat(rows("select id from active_job"))
                .containsExactlyInAnyOrderElementsOf(
                        sandbox.data().activeIds().map(Object::toString).toList());
    }

    /** Asserts that each page of the backfill was requested once, except for this number of pages in flight. */
    void assertPagesWereRequestedOnce(int inFlight) {
        List<String> backfill = feedRequests().stream()
                .filter(body -> !body.contains("posted_after"))
                .toList();
        assertThat(backfill.stream().distinct()).hasSize(PAGES);
        assertThat(backfill).hasSizeLessThanOrEqualTo(PAGES + inFlight);
    }

    /** Waits until a query has a value. */
    void awaitRow(String query, String expected) {
        await().alias(query)
                .atMost(JobfeedProcess.DEADLINE)
                .pollInterval(Duration.ofMillis(50))
                .ignoreExceptions()
                .until(() -> one(query).equals(expected));
    }

    @Override
    public void close() throws InterruptedException {
        for (JobfeedProcess process : started) {
            process.close();
        }
        sandbox.close();
    }
}
