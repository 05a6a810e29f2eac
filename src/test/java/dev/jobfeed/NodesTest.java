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

/** Tests three scheduled processes on one PostgreSQL. */
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
                .with(
                        "jobfeed.changes.to",
                        "file:" + directory.resolve("events") + "?fileName=events.json&fileExist=Append");
        assertThat(fixture.run("migrate").exitCode()).isZero();
        // each scheduled time that a node claims
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
    void oneNodeWorksAtATimeAndAnotherContinuesAfterAKill() throws Exception {
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
        List<JobfeedProcess> nodes = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
            nodes.add(fixture.start("run"));
        }
        blocked.awaitRequest();
        String owner = fixture.one("select lease_owner from sync_state where stream = 'jobs'");
        JobfeedProcess active = nodes.stream()
                .filter(node -> owner.startsWith("process " + node.pid() + " on "))
                .findFirst()
                .orElseThrow();
        active.kill();
        blocked.release();
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
        assertEverythingWasNotifiedInOrder();
    }

    private int count(String query) throws Exception {
        return Integer.parseInt(fixture.one("select count(*) from " + query));
    }

    private void assertEverythingWasNotifiedInOrder() throws Exception {
        Map<String, Long> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        int duplicates = 0;
        // as single events, not by line: a kill may come before the end of a line
        for (JsonNode event : new ObjectMapper()
                .readerFor(JsonNode.class)
                .<JsonNode>readValues(directory.resolve("events/events.json").toFile())
                .readAll()) {
            long sequence = Long.parseLong(event.get("sequence").textValue());
            if (seen.add(event.get("id").textValue())) {
                assertThat(last.put(event.get("subject").textValue(), sequence))
                        .satisfiesAnyOf(earlier -> assertThat(earlier).isNull(), earlier -> assertThat(earlier)
                                .isLessThan(sequence));
            } else {
                duplicates++;
            }
        }
        assertThat(seen).containsExactlyInAnyOrderElementsOf(fixture.rows("select event_id from job_change"));
        assertThat(duplicates)
                .as("events sent by the killed node and not marked")
                .isLessThanOrEqualTo(1);
    }
}
