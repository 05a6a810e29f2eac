package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Tests two processes on one PostgreSQL: one works, and the other takes over when it is killed, stopped or cut off.
 */
@Tag("processes")
class TwoProcessesTest {

    private static final Duration LEASE = Duration.ofSeconds(3);

    @TempDir
    Path directory;

    private ProcessFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = ProcessFixture.of("postgresql", directory).with("jobfeed.lease", LEASE.toSeconds() + "s");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
    }

    @Test
    void secondProcessReportsTheOwnerAndTakesOverAfterItsLease() throws Exception {
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
        JobfeedProcess first = fixture.start("sync", "jobs");
        blocked.awaitRequest();
        int requests = fixture.sandbox.log().entries().size();

        JobfeedProcess second = fixture.start("sync", "jobs");

        assertThat(second.exitCode()).isEqualTo(3);
        assertThat(second.err())
                .contains("Another attempt is in progress on the stream jobs: process " + first.pid() + " on ");
        assertThat(second.out()).isEmpty();
        assertThat(fixture.sandbox.log().entries()).hasSize(requests);

        first.kill();
        long killedAt = System.nanoTime();
        blocked.release();
        fixture.awaitRow("select lease_expires_at <= current_timestamp from sync_state where stream = 'jobs'", "t");
        assertThat(Duration.ofNanos(System.nanoTime() - killedAt)).isLessThan(LEASE.plusSeconds(1));
        assertThat(fixture.start("sync", "jobs").exitCode()).isZero();
        fixture.assertStoreEqualsSandbox();
        fixture.assertPagesWereRequestedOnce(2);
    }

    @Test
    void secondProcessStoresACostConfirmationForTheNextAttempt() throws Exception {
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
        JobfeedProcess first = fixture.start("sync", "jobs", "--max-pages", "3");
        blocked.awaitRequest();

        JobfeedProcess second = fixture.start("sync", "jobs", "--confirm-cost");

        assertThat(second.exitCode()).isEqualTo(3);
        assertThat(second.err()).contains("The cost confirmation for jobs is stored");
        blocked.release();
        assertThat(first.exitCode()).isZero();
        assertThat(fixture.one("select cost_confirmed || ' ' || status from sync_run"))
                .isEqualTo("true open");
    }

    @Test
    void stoppedProcessWithRowLocksBlocksNoOtherAndCommitsNothingLater() throws Exception {
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
        JobfeedProcess first = fixture.start("sync", "jobs");
        blocked.awaitRequest();
        fixture.whilePageIsBlocked(blocked, () -> first.signal("STOP"));
        fixture.awaitRow(
                "select count(*) from pg_stat_activity where state = 'idle in transaction'"
                        + " and application_name like 'jobfeed-%' and datname = current_database()",
                "1");

        assertTakenOver(first, () -> first.signal("CONT"));
    }

    /** The server then waits for the rest of a statement, and no timeout of PostgreSQL 15 ends that. */
    @Test
    void disconnectedProcessWithinAStatementBlocksNoOtherAndCommitsNothingLater() throws Exception {
        try (PausableProxy proxy = PausableProxy.to(PostgresServer.port(fixture.url))) {
            int[] seen = {0};
            fixture.sandbox.intercept(request -> {
                if (request.endpoint() == Endpoint.JOBS_FEED && ++seen[0] == 3) {
                    proxy.pauseAfter(1_200_000);
                }
                return Interceptor.pass();
            });
            String direct = fixture.url;
            fixture.with("jobfeed.datasource.url", PostgresServer.atPort(direct, proxy.port()));
            JobfeedProcess first = fixture.start("sync", "jobs");
            fixture.with("jobfeed.datasource.url", direct);
            fixture.awaitRow(
                    "select state || ', ' || wait_event from pg_stat_activity"
                            + " where application_name like 'jobfeed-%' and datname = current_database()",
                    "active, ClientRead");

            assertTakenOver(first, proxy::resume);
        }
    }

    @Test
    void processStoppedWhileWaitingForAPageCommitsNothingLater() throws Exception {
        ProcessFixture.BlockedRequest blocked = fixture.blockRequest(Endpoint.JOBS_FEED, 3);
        JobfeedProcess first = fixture.start("sync", "jobs");
        blocked.awaitRequest();
        first.signal("STOP");
        blocked.release();

        assertTakenOver(first, () -> first.signal("CONT"));
    }

    private interface Action {
        void run() throws Exception;
    }

    private void assertTakenOver(JobfeedProcess first, Action action) throws Exception {
        fixture.finish();
        fixture.assertStoreEqualsSandbox();
        Map<String, List<String>> before = fixture.everything();

        action.run();

        assertThat(first.exitCode()).isEqualTo(1);
        assertThat(first.err()).contains("was taken over by another attempt");
        assertThat(first.out()).isEmpty();
        assertThat(fixture.everything()).isEqualTo(before);
        fixture.assertPagesWereRequestedOnce(2);
    }
}
