package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.sandbox.Endpoint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Three scheduled processes on one PostgreSQL. */
@Tag("processes")
class NodesTest {

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ProcessFixture.of("postgresql", directory)
                .with("jobfeed.lease", "3s")
                .with("jobfeed.jobs.schedule", "0/2 * * * * ?")
                .with("jobo.jobs.watermark-parameter", "updated_after")
                .with("jobfeed.changes.interval", "200ms")
                .with("jobfeed.changes.to", "file:" + directory.resolve("told") + "?fileName=events&fileExist=Append");
        assertThat(fixture.run("migrate").exitCode()).isZero();
        // each firing that a node takes
        PostgresServer.executeIn(
                fixture.url,
                "create table fired (at timestamptz)",
                "create function note() returns trigger language plpgsql as"
                        + " 'begin insert into fired values (new.fired_at); return new; end'",
                "create trigger note after update on schedule_claim for each row execute function note()");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void oneWorksAtATimeAnotherGoesOnBehindADeadOneAndEachFiringIsOneAttempt() throws Exception {
        ProcessFixture.Hold hold = fixture.hold(Endpoint.JOBS_FEED, 3);
        List<JobfeedProcess> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nodes.add(fixture.start("run"));
        }
        hold.awaitAsked();
        String holder = fixture.one("select lease_owner from sync_state where stream = 'jobs'");
        JobfeedProcess active = nodes.stream()
                .filter(node -> holder.startsWith("process " + node.pid() + " on "))
                .findFirst()
                .orElseThrow();
        active.kill();
        hold.release();
        nodes.remove(active);

        fixture.awaitRow(
                "select status || ' ' || attempts || ' ' || pages from sync_run where id = 1", "succeeded 2 4");
        fixture.sandbox.data().expireJobs(20).forEach(fixture.sandbox.data()::returnJob);
        fixture.sandbox.data().updateJobs(20);
        int before = count("fired");
        await().atMost(JobfeedProcess.DEADLINE).until(() -> count("fired") >= before + 5);
        await().atMost(JobfeedProcess.DEADLINE).until(() -> count("job_change where change = 'updated'") >= 20);
        await().atMost(JobfeedProcess.DEADLINE).until(() -> count("job_change where sent_at is null") == 0);
        for (JobfeedProcess node : nodes) {
            node.signal("TERM");
        }
        for (JobfeedProcess node : nodes) {
            node.exitCode();
        }

        assertThat(fixture.rows("select at from fired")).doesNotHaveDuplicates();
        assertThat(Integer.parseInt(fixture.one("select sum(attempts) from sync_run")))
                .isGreaterThan(2)
                .isLessThanOrEqualTo(count("fired"));
        List<String> backfill = fixture.feedRequests().stream()
                .filter(body -> !body.contains("updated_after"))
                .toList();
        assertThat(backfill.stream().distinct()).hasSize(ProcessFixture.PAGES);
        assertThat(backfill).hasSizeLessThanOrEqualTo(ProcessFixture.PAGES + 2);
        fixture.assertStoreEqualsSandbox();
        assertEverythingWasToldInOrder();
    }

    private int count(String what) throws Exception {
        return Integer.parseInt(fixture.one("select count(*) from " + what));
    }

    private void assertEverythingWasToldInOrder() throws Exception {
        Map<String, Long> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        int twice = 0;
        // one by one, not line by line: a kill may come before a line's end
        for (JsonNode event : new ObjectMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(directory.resolve("told/events").toFile())
                .readAll()) {
            long sequence = Long.parseLong(event.get("sequence").textValue());
            if (seen.add(event.get("id").textValue())) {
                assertThat(last.put(event.get("subject").textValue(), sequence))
                        .satisfiesAnyOf(earlier -> assertThat(earlier).isNull(), earlier -> assertThat(earlier)
                                .isLessThan(sequence));
            } else {
                twice++;
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(fixture.rows("select event_id from job_change"));
        assertThat(twice).as("sent by the dead one, and not marked").isLessThanOrEqualTo(1);
    }
}
