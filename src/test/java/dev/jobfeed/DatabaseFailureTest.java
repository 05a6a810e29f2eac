package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Tests databases that are unavailable, fail, are read-only or full: the message for the operator, and the stored
 * state.
 */
@Tag("processes")
class DatabaseFailureTest {

    private static final String SECRET = "s3cret-of-the-database";

    private static PostgresServer server;

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeAll
    static void startServer() throws Exception {
        server = PostgresServer.startOwn();
        server.execute("create role locked login password 'another'", "create role stranger login");
        server.requirePassword("locked");
    }

    @AfterAll
    static void stopServer() {
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (!server.isRunning()) {
            server.start();
        }
        if (fixture != null) {
            fixture.close();
        }
    }

    @Test
    void runtimeWithoutADatabaseEndsAndReportsTheUrl() throws Exception {
        fixture = ProcessFixture.over("jdbc:postgresql://127.0.0.1:1/jobs?user=me&password=" + SECRET, directory);

        JobfeedProcess process = fixture.start("run");

        assertThat(process.exitCode()).isEqualTo(1);
        assertThat(process.err())
                .contains("The database cannot be reached: jdbc:postgresql://127.0.0.1:1/jobs: ")
                .contains("Check that it runs, and jobfeed.datasource.url.")
                .doesNotContain(SECRET);
        assertThat(process.err().lines()).hasSize(1);
        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = ';',
            value = {
                "//no.such.host/jobs?user=me&; 1; cannot be reached: jdbc:postgresql://no.such.host/jobs: ",
                "//127.0.0.1:PORT/jobs?user=locked&; 2; Check jobfeed.datasource.username and",
                "//127.0.0.1:PORT/none?user=postgres&; 2; Create the database, or check jobfeed.datasource.url",
                "//127.0.0.1:PORT/postgres?user=stranger&; 2; Grant the user the required rights",
                "//me:s3cret@127.0.0.1:PORT/jobs?; 2; jobfeed.datasource.url is 'jdbc:...@127.0.0.1:PORT/jobs?...'"
            })
    void unusableDatabaseIsReportedWithARemedyAndWithoutThePassword(String url, int code, String message)
            throws Exception {
        String port = Integer.toString(PostgresServer.port(server.url("postgres")));
        fixture = ProcessFixture.over("jdbc:postgresql:" + url.replace("PORT", port) + "password=" + SECRET, directory);

        CommandResult result = fixture.run("sync", "jobs");

        assertThat(result.exitCode()).as(result.err()).isEqualTo(code);
        assertThat(result.err()).contains(message.replace("PORT", port)).doesNotContain("s3cret");
        assertThat(result.err().lines()).hasSize(1);
        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @Test
    void missingWritePermissionIsReported() throws Exception {
        fixture = ProcessFixture.over(server.create(), directory);
        assertThat(fixture.run("sync", "jobs", "--max-pages", "1").exitCode()).isZero();
        PostgresServer.executeIn(
                fixture.url,
                "grant usage on schema public to stranger",
                "grant select on all tables in schema public to stranger");
        fixture.with("jobfeed.datasource.url", fixture.url.replace("user=postgres", "user=stranger"));

        CommandResult result = fixture.run("sync", "jobs");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains("permission denied for table sync_state")
                .contains("Grant the user");
        fixture.assertOpenAfterPages(1);
    }

    @Test
    void readOnlyDatabaseIsReportedAndTheRunContinuesAfterwards() throws Exception {
        fixture = ProcessFixture.over(server.create(), directory);
        String name = fixture.url.replaceFirst(".*/(\\w+)[?].*", "$1");
        assertThat(fixture.run("sync", "jobs", "--max-pages", "1").exitCode()).isZero();
        server.execute("alter database " + name + " set default_transaction_read_only = on");

        CommandResult result = fixture.run("sync", "jobs");

        assertThat(result.exitCode()).isEqualTo(1);
        assertThat(result.err()).contains("read-only").contains("Set jobfeed.datasource.url to the primary");
        assertThat(fixture.run("status").exitCode()).isZero();
        fixture.assertOpenAfterPages(1);
        server.execute("alter database " + name + " set default_transaction_read_only = off");
        assertThat(fixture.run("sync", "jobs").exitCode()).isZero();
        fixture.assertStoreEqualsSandbox();
        fixture.assertPagesWereRequestedOnce(0);
    }

    @Test
    void runtimeSurvivesDatabaseCrashesAndCompletesTheRun() throws Exception {
        fixture = ProcessFixture.over(server.create(), directory)
                .with("jobfeed.lease", "2s")
                .with("jobfeed.jobs.schedule", "* * * * * ?");
        ProcessFixture.BlockedRequest second = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
        JobfeedProcess process = fixture.start("run");
        second.awaitRequest();
        fixture.awaitRow("select pages from sync_run", "1");
        server.crash();
        server.start();
        ProcessFixture.BlockedRequest third = fixture.blockRequest(Endpoint.JOBS_FEED, 1);
        second.release();

        third.awaitRequest();
        try {
            fixture.whilePageIsBlocked(third, server::crash);
        } catch (java.sql.SQLException e) {
            assertThat(e.getMessage()).as("connections ended with the server").isNotEmpty();
        }
        process.awaitErr("WARN  [run 1] The result of this attempt was not stored. The database cannot be reached");
        server.start();
        fixture.awaitRow("select status from sync_run order by id limit 1", "succeeded");

        assertThat(process.isAlive()).isTrue();
        assertThat(process.err()).contains("ERROR run 1 of jobs stays open: The database cannot be reached: ");
        assertThat(process.err()).doesNotContain("Error processing exchange").doesNotContain("\tat ");
        fixture.assertStoreEqualsSandbox();
        fixture.assertPagesWereRequestedOnce(4);
        assertThat(fixture.one("select pages || ' ' || received || ' ' || inserted from sync_run order by id limit 1"))
                .isEqualTo("4 1000 1000");
    }

    /** Sends neither a response nor a reset, as a firewall that has dropped the connection. */
    @Test
    void silentConnectionLossEndsTheAttemptAndTheRunContinuesAfterwards() throws Exception {
        fixture = ProcessFixture.over(server.create(), directory).with("jobfeed.lease", "2s");
        String direct = fixture.url;
        JobfeedProcess process;
        try (PausableProxy proxy = PausableProxy.to(PostgresServer.port(direct))) {
            int[] seen = {0};
            fixture.sandbox.intercept(request -> {
                if (request.endpoint() == Endpoint.JOBS_FEED && ++seen[0] == 3) {
                    proxy.pauseAfter(0);
                }
                return Interceptor.pass();
            });
            fixture.with("jobfeed.datasource.url", PostgresServer.atPort(direct, proxy.port()) + "&socketTimeout=2");

            process = fixture.start("sync", "jobs");

            process.awaitErr("run 1 of jobs stays open: ");
        }
        assertThat(process.exitCode()).as(process.err()).isEqualTo(1);
        assertThat(process.err()).contains("The database cannot be reached: ");
        fixture.with("jobfeed.datasource.url", direct);
        fixture.finish();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void fullDiskIsReportedAndTheRunContinuesAfterwards() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(server.directory(), 40)) {
            SmallDisk.command("chown", "postgres", disk.directory().toString());
            fixture = ProcessFixture.over(server.create(disk.directory()), directory);
            assertThat(fixture.run("sync", "jobs", "--max-pages", "1").exitCode())
                    .isZero();
            disk.fill();

            JobfeedProcess full = fixture.start("sync", "jobs");

            assertThat(full.exitCode()).as(full.err()).isEqualTo(1);
            assertThat(full.err()).contains("Its disk is full; free some space.");
            // not earlier, because a new connection may have to write a file
            disk.empty();
            assertThat(fixture.one("select status from sync_run")).isEqualTo("open");
            assertThat(fixture.run("sync", "jobs").exitCode()).isZero();
            fixture.assertStoreEqualsSandbox();
        }
    }

    @Test
    void h2FileIsReopenedAfterAFullDisk() throws Exception {
        try (SmallDisk disk = SmallDisk.mount(directory, 40)) {
            fixture = ProcessFixture.over("jdbc:h2:file:" + disk.directory().resolve("jobs"), directory)
                    .with("jobfeed.lease", "2s")
                    .with("jobfeed.jobs.schedule", "* * * * * ?");
            ProcessFixture.BlockedRequest second = fixture.blockRequest(Endpoint.JOBS_FEED, 2);
            JobfeedProcess process = fixture.start("run");
            second.awaitRequest();
            disk.fill();
            second.release();
            process.awaitErr("Its disk is full; free some space.");

            disk.empty();

            process.awaitErr("run 1 of jobs succeeded: 1000 received");
            assertThat(process.err()).doesNotContain("SQL statement").doesNotContain("\tat ");
            process.close();
        }
    }

    @Test
    void lockedH2FileIsReportedWithARemedy() throws Exception {
        fixture = ProcessFixture.of("h2", directory);
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 1);
        fixture.start("sync", "jobs");
        blocked.awaitRequest();

        CommandResult second = fixture.run("sync", "jobs");

        assertThat(second.exitCode()).isEqualTo(3);
        assertThat(second.err()).contains("Only one process at a time can write to an H2 file");
        assertThat(fixture.sandbox.log().entries()).isEmpty();
        blocked.release();
    }

    @Test
    void h2FileThatCannotBeWrittenIsReported() throws Exception {
        Path file = Files.createFile(directory.resolve("file"));
        fixture = ProcessFixture.over("jdbc:h2:file:" + file.resolve("jobs"), directory);

        CommandResult result = fixture.run("sync", "jobs");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .contains(file + " cannot be written to by the user " + System.getProperty("user.name"))
                .contains("jobfeed.datasource.url keeps the database in " + file.resolve("jobs.mv.db"));
    }

    /** Mounts a file system of a few megabytes, for a database that runs out of space. */
    private record SmallDisk(Path directory) implements AutoCloseable {

        static SmallDisk mount(Path parent, int megabytes) throws Exception {
            Path directory = Files.createDirectory(parent.resolve("small"));
            int code = command("mount", "-t", "tmpfs", "-o", "size=" + megabytes + "m", "tmpfs", directory.toString());
            Assumptions.assumeTrue(code == 0, "SKIPPED: no right to mount a small file system to fill.");
            return new SmallDisk(directory);
        }

        private static int command(String... command) throws IOException, InterruptedException {
            return new ProcessBuilder(command)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start()
                    .waitFor();
        }

        /** Writes until no space is left. */
        void fill() throws IOException {
            byte[] megabyte = new byte[1 << 20];
            try (var out = Files.newOutputStream(fillerFile())) {
                while (true) {
                    out.write(megabyte);
                }
            } catch (IOException e) {
                assertThat(e).hasMessageContaining("No space left");
            }
        }

        void empty() throws IOException {
            Files.delete(fillerFile());
        }

        private Path fillerFile() {
            return directory.resolve("filler");
        }

        @Override
        public void close() throws Exception {
            Files.deleteIfExists(fillerFile());
            try {
                if (server != null) {
                    server.dropFrom(directory);
                }
            } finally {
                command("umount", "-l", directory.toString());
            }
        }
    }
}
