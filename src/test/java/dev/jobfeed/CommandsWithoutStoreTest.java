package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Endpoint;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Tests commands without a store, or with an invalid property. */
class CommandsWithoutStoreTest {

    private static final List<String> READING = List.of(
            "status",
            "status --json",
            "quarantine list",
            "quarantine show 1",
            "reconcile jobs",
            "jobby status",
            "abandon jobs");

    @TempDir
    Path directory;

    private Map<String, String> properties(String url) {
        return Map.of(
                "jobfeed.datasource.url",
                url,
                "jobo.base-url",
                "http://127.0.0.1:1",
                "jobo.api-key",
                "jbe_test_x",
                "jobo.retry.time-scale",
                "0");
    }

    @Test
    void readingCommandReportsAMissingH2FileAndCreatesNone() throws Exception {
        Path file = directory.resolve("data/jobfeed");

        for (String command : READING) {
            CommandResult read = CommandResult.run(properties("jdbc:h2:file:" + file), command.split(" "));

            assertThat(read.exitCode()).as(command).isEqualTo(2);
            assertThat(read.out()).as(command).isEmpty();
            assertThat(read.err()).as(command).contains("There is no database at " + file + " yet");
        }
        assertThat(CommandResult.run(properties("jdbc:h2:file:" + file), "doctor")
                        .out())
                .containsPattern("ok +database +There is no database at " + file + " yet");
        assertThat(CommandResult.run(properties("jdbc:h2:file:" + file), "migrate", "--print")
                        .err())
                .contains("There is no database at " + file + " yet");
        assertThat(CommandResult.run(properties("jdbc:h2:file:" + file), "status", "--check")
                        .exitCode())
                .isEqualTo(3);
        assertThat(CommandResult.run(properties("jdbc:h2:file:" + file), "sync", "jobs", "--estimate")
                        .err())
                .contains("There is no estimate of jobs. Jobo cannot be reached");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @Test
    void readingCommandReportsMissingTablesInPostgresqlAndCreatesNone() throws Exception {
        String url = PostgresServer.newDatabase();

        for (String command : READING) {
            CommandResult read = CommandResult.run(properties(url), command.split(" "));

            assertThat(read.exitCode()).as(command).isEqualTo(2);
            assertThat(read.err()).as(command).contains("There are no tables in jdbc:postgresql:");
        }
        assertThat(CommandResult.run(properties(url), "doctor").out())
                .containsPattern("ok +database +There are no tables in jdbc:postgresql:");
        assertThat(CommandResult.run(properties(url), "sync", "jobs", "--estimate")
                        .err())
                .contains("There is no estimate of jobs. Jobo cannot be reached");
        assertThat(new JdbcTemplate(new DriverManagerDataSource(url))
                        .queryForObject(
                                "select count(*) from information_schema.tables where table_schema = 'public'",
                                Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jobfeed.jobs.schedule|every now and then|0 0/30 * * * ?",
                "jobfeed.jobs.resync-schedule|0 0 0 1 1 ? 2001|it never fires",
                "jobfeed.time-zone|Mars/Olympus|Europe/Berlin",
                "jobfeed.runs.keep-for|PT15M|90s",
                "jobfeed.changes.to|nowhere|jms:queue:jobfeed",
                "jobfeed.career-sites.freshness-target|old|90s"
            })
    void invalidPropertyIsNamedAtStart(String property, String value, String example) throws Exception {
        Map<String, String> properties = new HashMap<>(properties("jdbc:h2:file:" + directory.resolve("jobs")));
        properties.put(property, value);

        CommandResult run = CommandResult.run(properties, "run");

        assertThat(run.exitCode()).isEqualTo(2);
        assertThat(run.err().lines())
                .singleElement()
                .asString()
                .startsWith("jobfeed: " + property + " is '" + value + "'; it takes ")
                .contains(example);
        assertThat(CommandResult.run(properties, "doctor").out()).contains(property + " is '" + value + "'; it takes ");
        try (Stream<Path> files = Files.list(directory)) {
            assertThat(files).isEmpty();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void statusWorksWhileASyncHoldsTheFile(String database) throws Exception {
        try (ProcessFixture fixture = ProcessFixture.of(database, directory)) {
            ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
            JobfeedProcess sync = fixture.start("sync", "jobs");
            blocked.awaitRequest();

            CommandResult status = fixture.run("status");
            CommandResult second = fixture.run("sync", "jobs");

            assertThat(status.exitCode()).as(status.err()).isZero();
            assertThat(status.out()).containsPattern("run 1 +backfill open");
            assertThat(second.exitCode()).isEqualTo(3);
            assertThat(second.err()).doesNotContain("console at");
            blocked.release();
            assertThat(sync.exitCode()).isZero();
            List<String> left = new ArrayList<>();
            try (Stream<Path> files = Files.list(directory)) {
                files.map(file -> file.getFileName().toString())
                        .filter(name -> name.endsWith(".server"))
                        .forEach(left::add);
            }
            assertThat(left).isEmpty();
        }
    }
}
