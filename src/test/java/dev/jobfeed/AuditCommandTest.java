package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests {@code jobfeed audit} as a process. */
@Tag("processes")
class AuditCommandTest {

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ProcessFixture.of("h2", directory)
                .with("jobfeed.jobs.audit-interval", "1ms")
                .with("jobo.retry.time-scale", "0.0001");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void resultAboveTheLimitIsPrintedAndShownByStatus() {
        fixture.run("sync", "jobs");

        CommandResult text = fixture.run("audit", "jobs", "--sample", "100", "--seed", "7");

        assertThat(text.exitCode()).as(text.err()).isZero();
        assertThat(text.out())
                .startsWith("jobs: ")
                .contains("96.3 to 100 %", "95 % confidence", "100 of 100 sampled", "seed 7")
                .contains("Different 0", "expired there 0", "unknown there 0", "active there 0");
        JsonNode json = SyncFixture.parse(
                fixture.run("audit", "jobs", "--sample", "50", "--json").out());
        assertThat(json.get("active_right").intValue()).isEqualTo(50);
        assertThat(json.get("below_limit").booleanValue()).isFalse();
        assertThat(json.get("fields").isObject()).isTrue();
        assertThat(fixture.run("status").out()).containsPattern("audit +right 92.9 to 100 % .* Finished 20");
        JsonNode audit =
                SyncFixture.parse(fixture.run("status", "--json").out()).get("audit");
        assertThat(audit.get("active_sampled").intValue()).isEqualTo(50);
        assertThat(audit.get("seed")).isEqualTo(json.get("seed"));
        assertThat(audit.get("fields").isObject()).isTrue();
        assertThat(audit.get("finished_at").textValue()).startsWith("20").endsWith("Z");
    }

    @Test
    void resultBelowTheLimitEndsWithExitCode1UntilItIsFixed() {
        fixture.run("sync", "jobs");
        fixture.sandbox.data().expireJobs(100);

        CommandResult belowLimit = fixture.run("audit", "jobs", "--sample", "1000");

        assertThat(belowLimit.exitCode()).isEqualTo(1);
        assertThat(belowLimit.out()).contains("900 of 1000 sampled").contains("expired there 100");
        assertThat(fixture.run("status").out()).contains("audit-below-limit (audit)");
        assertThat(fixture.run("audit", "jobs", "--sample", "1000", "--fix").out())
                .contains("fixed 100");
        CommandResult aboveLimit = fixture.run("audit", "jobs", "--sample", "1000");
        assertThat(aboveLimit.exitCode()).as(aboveLimit.err()).isZero();
        assertThat(aboveLimit.out()).contains("900 of 900 sampled");
        assertThat(fixture.run("status").out()).doesNotContain("audit-below-limit");
    }

    @Test
    void unavailableAuditHasItsOwnExitCode() throws Exception {
        assertThat(fixture.run("audit", "jobs"))
                .satisfies(unavailable -> assertThat(unavailable.exitCode()).isEqualTo(4))
                .satisfies(
                        unavailable -> assertThat(unavailable.err()).contains("cannot be done", "No run on the jobs"));
        fixture.run("sync", "jobs");
        fixture.sandbox.faults(FaultRule.of(Fault.NOT_FOUND).on(Endpoint.JOB));

        CommandResult audit = fixture.run("audit", "jobs", "--fix", "--json");

        assertThat(audit.exitCode()).isEqualTo(4);
        assertThat(audit.err()).contains("cannot be done", "404", "20 requests");
        assertThat(audit.out()).isEmpty();
        assertThat(fixture.rows("select count(*) from job_audit")).containsExactly("0");
        assertThat(fixture.rows("select count(*) from alert")).containsExactly("0");
        assertThat(fixture.rows("select count(*) from job where expired_at is not null"))
                .containsExactly("0");
    }

    @Test
    void otherFailuresHaveTheExitCodesOfOtherCommands() {
        fixture.run("sync", "jobs");
        fixture.sandbox.faults(FaultRule.of(Fault.FORBIDDEN).on(Endpoint.JOB));

        CommandResult rejected = fixture.run("audit", "jobs");

        assertThat(rejected.exitCode()).isEqualTo(1);
        assertThat(rejected.err()).contains("Jobo answered 403");
        assertThat(rejected.out()).isEmpty();
        assertThat(fixture.run("status").out()).contains("forbidden (audit)");
        CommandResult misused = fixture.run("audit", "jobs", "--sample", "0");
        assertThat(misused.exitCode()).isEqualTo(2);
        assertThat(misused.err()).contains("The sample is 0; it takes a number from 1 to 10000.");
        assertThat(fixture.run("audit", "career-sites").exitCode()).isEqualTo(2);
    }

    @Test
    void lockedStreamEndsWithExitCode3() throws Exception {
        fixture.run("sync", "jobs");
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOB, 1);
        JobfeedProcess first = fixture.start("audit", "jobs", "--sample", "5");
        blocked.awaitRequest();

        CommandResult second = fixture.run("audit", "jobs");

        assertThat(second.exitCode()).isEqualTo(3);
        blocked.release();
        assertThat(first.exitCode()).as(first.err()).isZero();
    }
}
