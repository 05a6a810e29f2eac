package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlStatement;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Statement;
import java.time.Duration;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests the commands of an operator. */
@Tag("processes")
class CommandsTest {

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ProcessFixture.of("h2", directory).with("jobo.jobs.watermark-parameter", "updated_after");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void abandonedRunIsClosedAndTheNextOneStartsOver() throws Exception {
        assertThat(run("sync", "jobs", "--max-pages", "2")).contains("the next attempt continues");

        assertThat(fixture.run("status").out()).containsPattern("  expiry sweep +none yet; .*since 20");
        assertThat(run("abandon", "jobs")).isEqualTo("jobs: run 1 abandoned after 2 pages, 500 rows and 0 credits");
        assertThat(run("abandon", "jobs")).isEqualTo("jobs: there is no open run");

        assertThat(run("sync", "jobs")).contains("run 2 succeeded: 1000 received, 500 inserted");
        assertThat(fixture.rows("select status from sync_run order by id")).containsExactly("failed", "succeeded");
    }

    @Test
    void abandonedResyncStaysNecessaryAfterAMissedSweep() throws Exception {
        run("sync", "jobs");
        try (Connection connection = DriverManager.getConnection(fixture.url);
                Statement statement = connection.createStatement()) {
            statement.execute("update sync_state set last_sweep_started_at = dateadd('day', -10, current_timestamp)");
        }
        run("sync", "jobs", "--max-pages", "1");

        assertThat(run("abandon", "jobs"))
                .matches("jobs: run 2 abandoned after 1 page, .* credits; .* resync, .*since 20.*expiry sweep.*");
        assertThat(run("status")).containsPattern("  resync +required since 20.*expiry sweep");
        assertThat(SyncFixture.parse(run("status", "--json"))
                        .get("resync_needed_since")
                        .textValue())
                .startsWith("20")
                .endsWith("Z");
        assertThat(run("sync", "jobs")).contains("run 3 succeeded");

        assertThat(fixture.rows("select mode || ' ' || status from sync_run order by id"))
                .containsExactly("backfill succeeded", "resync failed", "resync succeeded");
        assertThat(run("abandon", "jobs")).isEqualTo("jobs: there is no open run");
    }

    @Test
    void syncReportsEachCompleteRun() throws Exception {
        fixture.run("sync", "jobs", "--max-pages", "1");

        CommandResult text = fixture.run("sync", "jobs");

        assertThat(text.out().lines())
                .hasSize(2)
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("jobs: run 1 succeeded: 1000 received, 1000 inserted"),
                        second -> assertThat(second).startsWith("jobs: run 2 succeeded: 0 received"));

        fixture.run("sync", "career-sites", "--max-pages", "1");
        CommandResult json = fixture.run("sync", "all", "--json");

        assertThat(json.out().lines().map(line -> SyncFixture.parse(line)))
                .extracting(result -> result.get("stream").textValue() + " "
                        + result.get("status").textValue() + " "
                        + result.get("received").intValue() + " " + result.has("fresh_as_of"))
                .containsExactly(
                        "jobs succeeded 0 true", "career_sites succeeded 500 true", "career_sites succeeded 0 true");
    }

    @Test
    void failureAfterACompleteRunIsReportedWithIt() throws Exception {
        fixture.run("sync", "jobs", "--max-pages", "1");
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).nth(4));

        CommandResult sync = fixture.run("sync", "jobs");

        assertThat(sync.exitCode()).isEqualTo(1);
        assertThat(sync.out().lines())
                .satisfiesExactly(
                        first -> assertThat(first).startsWith("jobs: run 1 succeeded: 1000 received"),
                        second -> assertThat(second)
                                .startsWith("jobs: run 2 open")
                                .endsWith("failed: forbidden"));
    }

    @Test
    void abandonedCareerSitesRunStartsOver() throws Exception {
        run("sync", "career-sites", "--max-pages", "1");

        assertThat(run("abandon", "career-sites"))
                .isEqualTo("career-sites: run 1 abandoned after 1 page, 50 rows and 0 credits");
        run("sync", "career-sites");
        String resync = run("resync", "career-sites");

        assertThat(resync)
                .contains("career-sites: run 3 succeeded")
                .contains("0 inserted")
                .contains("0 expired");
        assertThat(fixture.rows("select mode || ' ' || status from sync_run order by id"))
                .containsExactly("backfill failed", "backfill succeeded", "resync succeeded");
        assertThat(fixture.run("abandon", "career_sites").exitCode()).isEqualTo(2);
    }

    @Test
    void resyncExpiresMissingJobsAndManyOnlyAfterApproval() throws Exception {
        run("sync", "jobs");
        try (Connection connection = DriverManager.getConnection(fixture.url);
                Statement statement = connection.createStatement()) {
            statement.execute("insert into job (id, content_hash, first_seen_at, last_changed_at)"
                    + " select random_uuid(), x'00', current_timestamp, current_timestamp from system_range(1, 400)");
        }

        String resync = run("resync", "jobs");

        assertThat(resync).contains("run 2 succeeded").contains("0 expired");
        assertThat(run("status")).contains("400 jobs").contains("reconcile-held");
        assertThat(run("reconcile", "jobs")).isEqualTo("jobs: 400 jobs with a pending expiry");
        assertThat(run("reconcile", "jobs", "--json").lines())
                .hasSize(400)
                .doesNotHaveDuplicates()
                .allMatch(line ->
                        line.matches("\\{\"id\":\"[0-9a-f-]{36}\",\"title\":null,.*\"reason\":\"reconciled\"}"));
        long requests = fixture.sandbox.log().entries().size();
        assertThat(run("reconcile", "jobs", "--accept")).isEqualTo("jobs: 400 jobs expired");
        assertThat(fixture.sandbox.log().entries()).hasSize((int) requests);
        assertThat(run("status")).doesNotContain("reconcile-held");
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void quarantinedRowIsListedAndKeptUntilItCanBeStored() throws Exception {
        fixture.sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_TITLE).on(Endpoint.JOBS_FEED).nth(1));
        assertThat(run("sync", "jobs")).contains("1 quarantined");

        String line = run("quarantine", "list");
        assertThat(line).contains("title is an object");
        String id = line.split(" ")[0];
        assertThat(SyncFixture.parse(run("quarantine", "show", id)).get("title").isObject())
                .isTrue();

        JobfeedProcess retry = fixture.start("quarantine", "retry", id);
        assertThat(retry.exitCode()).isEqualTo(1);
        assertThat(retry.out()).contains("still bad: title is an object");
        JobfeedProcess unknown = fixture.start("quarantine", "show", "4711");
        assertThat(unknown.exitCode()).isEqualTo(2);
    }

    @Test
    void wrongKeyIsReportedOnceWithItsRemedy() throws Exception {
        fixture.with("jobo.api-key", "jbe_test_wrong");

        JobfeedProcess sync = fixture.start("sync", "jobs");

        assertThat(sync.exitCode()).isEqualTo(1);
        assertThat(sync.out()).contains("run 1 open").contains("failed: unauthorized");
        for (String message : new String[] {"Jobo answered 401", "Check jobo.api-key"}) {
            assertThat((sync.out() + sync.err()).split(Pattern.quote(message)))
                    .as(sync.err())
                    .hasSize(2);
        }
        CommandResult estimate = fixture.run("sync", "jobs", "--estimate");
        assertThat(estimate.exitCode()).isEqualTo(1);
        assertThat(estimate.err()).contains("There is no estimate of jobs. Jobo answered 401", "Check jobo.api-key");
    }

    @Test
    void statusListsEveryStreamWithItsRuns() throws Exception {
        run("sync", "career-sites");

        assertThat(run("status"))
                .containsPattern("(?m)^jobs +no run has succeeded yet$")
                .containsPattern("(?m)^career_sites +off, no schedule: data as of 20.* ago$")
                .containsPattern("(?m)^jobby_live_events +off, no schedule: no run has succeeded yet$")
                .containsPattern(
                        "(?m)^  run 1 +backfill succeeded, started 20\\S+ \\S+ [+-]\\d\\d:\\d\\d: 10 pages, 500 received")
                .containsPattern("(?m)^alerts +none$");
        JsonNode sites =
                SyncFixture.parse(run("status", "--json")).get("streams").get(1);
        assertThat(sites.get("last_run").get("status").textValue()).isEqualTo("succeeded");
        assertThat(sites.get("fresh_as_of").textValue()).endsWith("Z");
    }

    @Test
    void statusCheckUsesTheExitCodesOfMonitoringPlugins() throws Exception {
        CommandResult unknown = fixture.run("status", "--check");
        assertThat(unknown.exitCode()).isEqualTo(3);
        assertThat(unknown.out()).startsWith("UNKNOWN: There is no database at ");

        run("sync", "jobs", "--max-pages", "1");
        CommandResult beforeFirstRun = fixture.run("status", "--check");
        assertThat(beforeFirstRun.exitCode()).isEqualTo(2);
        assertThat(beforeFirstRun.out()).isEqualToIgnoringNewLines("CRITICAL: jobs no run has succeeded yet");

        run("sync", "jobs");
        CommandResult fresh = fixture.run("status", "--check");
        assertThat(fresh.exitCode()).isZero();
        assertThat(fresh.out()).matches("OK: jobs fresh: data as of 20.* ago \\(target 1 h\\)\\R");

        fixture.with("jobo.api-key", "jbe_test_wrong").start("sync", "jobs").exitCode();
        CommandResult alert = fixture.run("status", "--check", "--json");
        assertThat(alert.exitCode()).isEqualTo(1);
        assertThat(SyncFixture.parse(alert.out()).get("alerts")).hasSize(1);
        assertThat(fixture.run("status", "--check").out())
                .startsWith("WARNING: jobs fresh")
                .contains("1 open alert: unauthorized (jobs)");

        CommandResult stale =
                fixture.with("jobfeed.jobs.freshness-target", "1ms").run("status", "--check");
        assertThat(stale.exitCode()).isEqualTo(2);
        assertThat(stale.out()).startsWith("CRITICAL: jobs late: data as of 20");
    }

    @Test
    void resyncIsRejectedWhileAnotherRuns() throws Exception {
        run("sync", "jobs");
        try (Connection connection = DriverManager.getConnection(fixture.url);
                Statement statement = connection.createStatement()) {
            statement.execute("update sync_run set mode = 'resync', status = 'open' where id = 1");
            statement.execute("update sync_state set open_run_id = 1, lease_token = random_uuid(), lease_owner = 'x',"
                    + " lease_expires_at = dateadd('second', 100, current_timestamp) where stream = 'jobs'");
        }

        CommandResult resync = fixture.run("resync", "jobs");

        assertThat(resync.exitCode()).isEqualTo(3);
        assertThat(resync.err()).contains("A resync is already running on jobs.");
        assertThat(fixture.one("select count(*) from sync_state where resync_requested_at is not null"))
                .isEqualTo("0");
    }

    /** The runtime holds the H2 file, so that no second process can sync. */
    @Test
    void costConfirmedByACommandAppliesToTheRuntimesNextAttempt() throws Exception {
        fixture.with("jobfeed.jobs.enabled", "false")
                .with("jobfeed.career-sites.schedule", "0/1 * * * * ?")
                .with("jobo.credits.confirm-above", "100");
        JobfeedProcess runtime = fixture.start("run");
        runtime.awaitErr("Confirm the cost with jobfeed sync career-sites --confirm-cost");

        JobfeedProcess agreed = fixture.start("sync", "career-sites", "--confirm-cost");

        assertThat(agreed.exitCode()).as(agreed.err()).isEqualTo(3);
        assertThat(agreed.err()).contains("The cost confirmation for career-sites is stored");
        runtime.awaitErr("run 1 of career_sites succeeded");
        assertThat(run("status")).doesNotContain("cost-unconfirmed");
        assertThat(fixture.start("sync", "jobs", "--confirm-cost").exitCode()).isEqualTo(3);
    }

    @Test
    void pausedScheduleHasItsOwnLine() throws Exception {
        run("sync", "jobs");
        try (Connection connection = DriverManager.getConnection(fixture.url);
                Statement statement = connection.createStatement()) {
            statement.execute("update sync_state set schedule_paused_at = current_timestamp where stream = 'jobs'");
        }

        assertThat(fixture.run("status").out()).containsPattern("paused +since 20.*resumed on the console");
    }

    @Test
    void statusListsTheAlertsOfEveryStream() throws Exception {
        run("sync", "jobs");
        try (Connection connection = DriverManager.getConnection(fixture.url);
                Statement statement = connection.createStatement()) {
            statement.execute("insert into alert (stream, condition, message, remedy, raised_at) values"
                    + " ('companies', 'unauthorized', 'Jobo answered 401.', 'Check jobo.api-key.', current_timestamp)");
        }

        assertThat(fixture.run("status").out()).containsPattern("alert +unauthorized \\(companies\\) since");
        assertThat(fixture.run("status", "--check").exitCode()).isEqualTo(1);
    }

    @Test
    void estimateOpensNoRun() throws Exception {
        run("migrate");
        assertThat(run("sync", "all", "--estimate"))
                .contains("jobs: the next run (backfill) may bring about 1000 rows")
                .contains("No credits charged so far (as with a subscription).")
                .contains("career_sites: the next run (backfill)");

        assertThat(fixture.one("select count(*) from sync_run")).isEqualTo("0");

        fixture.with("jobo.base-url", "http://127.0.0.1:1").with("jobo.retry.time-scale", "0");
        CommandResult unreachable = fixture.run("sync", "jobs", "--estimate");
        assertThat(unreachable.exitCode()).isEqualTo(1);
        assertThat(unreachable.err())
                .contains("There is no estimate of jobs. Jobo cannot be reached", "check jobo.base-url")
                .doesNotContain("next attempt");
    }

    @Test
    void syncOfAllStreamsPrintsOneJsonObjectForEach() throws Exception {
        String[] lines = run("sync", "all", "--json").lines().toArray(String[]::new);

        assertThat(lines).hasSize(2);
        JsonNode jobs = SyncFixture.parse(lines[0]);
        assertThat(jobs.get("stream").textValue()).isEqualTo("jobs");
        assertThat(jobs.get("received").intValue()).isEqualTo(1000);
        assertThat(SyncFixture.parse(lines[1]).get("stream").textValue()).isEqualTo("career_sites");
        assertThat(fixture.one("select count(*) from career_site")).isEqualTo("500");
    }

    @Test
    void doctorFindsWhatWouldMakeTheStartFail() throws Exception {
        JobfeedProcess degraded = fixture.start("doctor", "--json");
        assertThat(degraded.exitCode()).as(degraded.out()).isZero();

        fixture.with("jobo.api-key", "jbe_nonsense")
                .with("jobo.base-url", "http://127.0.0.1:1")
                .with("jobfeed.jobs.schedule", "every now and then")
                .with("jobo.jobs.filter.work_models", "Remote");
        JobfeedProcess failing = fixture.start("doctor");

        assertThat(failing.exitCode()).isEqualTo(1);
        assertThat(failing.out())
                .containsPattern("warning +key")
                .containsPattern("failure +schedule")
                .containsPattern("failure +filters.*work_models=Remote")
                .containsPattern("failure +api.*127.0.0.1:1");
        assertThat(failing.out() + failing.err()).doesNotContain("jbe_nonsense");
    }

    @Test
    void doctorAndStatusShowClockDifferences() throws Exception {
        fixture.sandbox.shiftClock(Duration.ofHours(-2));

        JobfeedProcess doctor = fixture.start("doctor");
        assertThat(doctor.exitCode()).isZero();
        assertThat(doctor.out())
                .containsPattern("warning +clock +The server's clock is 720\\d s behind this machine's");
        assertThat(fixture.sandbox.log().entries()).allMatch(request -> request.status() == 401);
        run("sync", "jobs");

        assertThat(run("status"))
                .containsPattern("clock +The server's clock is 720\\d s behind this machine's")
                .containsPattern("alert +clock-differs \\(jobs\\) since")
                .containsPattern("jobs +fresh: data as of \\S+ \\S+ \\S+, (\\d+ (min|s) )+ago");
    }

    @Test
    void doctorFindsInvalidRouteFilesAndMissingSteps() throws Exception {
        Path routes = Files.createDirectories(directory.resolve("home/routes"));
        String feed = Files.readString(Path.of("routes/jobs-feed.camel.yaml"));
        Files.writeString(
                routes.resolve("jobs-feed.camel.yaml"), feed.replace("id: feed-store-page-checkpoint", "id: other"));
        Files.writeString(routes.resolve("mine.camel.yaml"), "- route: {from: [nonsense");
        fixture.with("java.tool.options", "-Djobfeed.home=" + directory.resolve("home"));

        JobfeedProcess doctor = fixture.start("doctor");

        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out())
                .containsPattern("failure +jobs-feed.camel.yaml.*feed-store-page-checkpoint")
                .containsPattern("failure +mine.camel.yaml.*does not parse")
                .containsPattern("ok +routes .*, 16 files as shipped");
    }

    @Test
    void sqlStatementIsReplacedByAFileOfItsName() throws Exception {
        Path file = Files.createDirectories(directory.resolve("home/sql/h2")).resolve("job-insert.sql");
        String shipped = SqlStatement.shipped("job-insert", Dialect.H2).orElseThrow();
        Files.writeString(file, shipped.replace("    :title,", "    upper(:title),"));
        fixture.with("java.tool.options", "-Djobfeed.home=" + directory.resolve("home"));

        assertThat(run("doctor")).containsPattern("ok +sql .* replaces job-insert");
        run("sync", "jobs");
        assertThat(fixture.rows("select title from job limit 20")).isNotEmpty().allSatisfy(title -> assertThat(title)
                .isUpperCase());

        Files.writeString(file, shipped.replace("    :title,", "    :headline,"));
        JobfeedProcess doctor = fixture.start("doctor");
        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out()).containsPattern("failure +sql .*uses :headline, which the step does not provide");
    }

    @Test
    void logStepsOfEditedRoutesArePrinted() throws Exception {
        Path routes = Files.createDirectories(directory.resolve("home/routes"));
        String shipped = Files.readString(Path.of("routes/jobs-sync.camel.yaml"));
        String edited = shipped.replaceFirst("(?s)( +id: jobs-sync-run\n.*?\n)(?=- route)", "$1" + """
                    - log:
                        id: jobs-sync-mine
                        description: Ours.
                        message: a step of our own
                    - to:
                        id: jobs-sync-mine-too
                        description: Ours, with a name.
                        uri: log
                        parameters:
                          loggerName: com.example.jobs
                          showBody: false
            """);
        assertThat(edited).contains("a step of our own");
        Files.writeString(routes.resolve("jobs-sync.camel.yaml"), edited);
        fixture.with("java.tool.options", "-Djobfeed.home=" + directory.resolve("home"));

        JobfeedProcess sync = fixture.start("sync", "jobs");

        assertThat(sync.exitCode()).as(sync.err()).isZero();
        assertThat(sync.err().lines().filter(line -> line.contains(" INFO ")))
                .as("output contains nothing else")
                .hasSize(5)
                .anyMatch(line ->
                        line.matches(".* run 1 of jobs: 4 pages in [0-9.]+ s: fetching [0-9.]+ s, storing [0-9.]+ s"))
                .anyMatch(line -> line.endsWith("a step of our own"))
                .anyMatch(line -> line.endsWith("INFO  Exchange[BodyType: java.util.LinkedHashMap]"))
                .filteredOn(line -> line.contains("run 1"))
                .hasSize(3);
    }

    private String run(String... arguments) throws Exception {
        JobfeedProcess process = fixture.start(arguments);
        assertThat(process.exitCode()).as(process.err()).isZero();
        return process.out().strip();
    }
}
