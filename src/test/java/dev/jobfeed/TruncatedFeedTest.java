package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.SandboxOptions;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A feed or a sweep that ends too early, or that cannot be read, is never a success. */
class TruncatedFeedTest {

    private SyncFixture world;

    private void start(String database) throws Exception {
        world = SyncFixture.of(
                        database,
                        SandboxOptions.builder().jobs(60).careerSites(60).unknownExpired(0))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.career-sites.batch-size", "20")
                .with("jobo.expired.batch-size", "5")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    static Stream<Arguments> truncated() {
        Map<String, String> streams = Map.of("h2", "jobs", "postgresql", "career_sites");
        return streams.entrySet().stream().flatMap(entry -> Stream.of(null, "", 7, Map.of("after", 1), List.of("c"))
                .map(cursor -> Arguments.of(entry.getKey(), entry.getValue(), cursor)));
    }

    @ParameterizedTest
    @MethodSource("truncated")
    void aTruncatedPageFailsTheAttemptAndKeepsTheCursor(String database, String stream, Object cursor)
            throws Exception {
        start(database);
        world.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(endpoint(stream)).from(2).cursor(cursor));

        assertThatThrownBy(() -> world.syncStream(stream)).isInstanceOf(MalformedResponseException.class);

        Run run = world.run(stream);
        assertThat(run.status()).isEqualTo("open");
        assertThat(run.pages()).isEqualTo(1);
        assertThat(run.nextCursor()).isNotNull();
        assertThat(run.retries()).isPositive();
        assertThat(run.lastError()).contains("truncated").contains("next_cursor");
        assertThat(world.tenant().states().get(stream).lastRunStartedAt()).isNull();
        assertThat(world.alerts()).containsExactly("feed-truncated");

        world.sandbox.intercept(null);
        world.syncStream(stream, 1);
        assertThat(world.run(stream).pages()).isEqualTo(2);
        assertThat(world.alerts()).containsExactly("feed-truncated");

        assertThat(world.syncStream(stream).status()).isEqualTo("succeeded");
        assertThat(world.run(stream).pages()).isEqualTo(3);
        assertThat(world.run(stream).counts().inserted()).isEqualTo(60);
        assertThat(world.alerts()).isEmpty();
    }

    @Test
    void aTruncatedPageThatIsRightWhenAskedForAgainIsNoFailure() throws Exception {
        start("h2");
        world.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_FEED).nth(2));

        Run run = world.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.pages()).isEqualTo(3);
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    @Test
    void aTruncatedResyncExpiresNothing() throws Exception {
        start("h2");
        world.sync();
        world.tenant().states().requestResync("jobs", java.time.OffsetDateTime.now());
        world.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_FEED).from(2));

        assertThatThrownBy(world::sync).isInstanceOf(MalformedResponseException.class);

        assertThat(world.one("select count(*) from active_job", Integer.class)).isEqualTo(60);
        assertThat(world.one("select count(*) from pending_expiry", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aTruncatedSweepFailsAndIsReadAgain(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        world.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_EXPIRED).from(2).cursor(7));

        assertSweepFails(before, MalformedResponseException.class, "sweep-truncated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void idsWithoutHyphensAreRead(String database) throws Exception {
        start(database);
        world.sandbox.faults(FaultRule.of(Fault.PLAIN_IDS));
        sweepOf(12);

        Run run = world.sync();

        assertThat(run.expired()).isEqualTo(12);
        assertThat(world.syncCareerSites().counts().inserted()).isEqualTo(60);
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aSweepOfWhichNoIdCanBeReadFails(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        world.sandbox.faults(FaultRule.of(Fault.OBJECT_IDS));

        assertSweepFails(before, MalformedResponseException.class, "sweep-unreadable");
    }

    @ParameterizedTest
    @CsvSource({"h2, ROW_NO_ID, null", "postgresql, ROW_BAD_ID, 'not-a-uuid-1'"})
    void aSweepOfWhichSomeIdsCannotBeReadExpiresTheOthersAndFails(String database, Fault fault, String example)
            throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        world.sandbox.faults(
                FaultRule.of(fault).on(Endpoint.JOBS_EXPIRED).nth(2).rows(3));
        List<UUID> gone = world.sandbox.data().expiredIds().toList();

        world.sandbox.data().createJobs(1);

        assertThatThrownBy(world::sync).isInstanceOf(AttemptFailedException.class);

        Run left = world.run();
        assertThat(left.status()).isEqualTo("open");
        assertThat(left.counts().inserted()).isOne();
        assertThat(left.lastError()).contains("3 expired ids").contains(example);
        assertThat(world.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
        assertThat(world.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(world.alerts()).containsExactly("sweep-unreadable");
        assertThat(world.one("select message from alert", String.class))
                .contains("3 expired ids")
                .contains(example);
        assertThat(world.database.queryForList("select id from job where expired_at is not null", UUID.class))
                .isSubsetOf(gone)
                .hasSizeBetween(9, 12);
        int bought = world.feed().size();
        world.sandbox.intercept(null);

        Run done = world.sync();

        assertThat(done.id()).isEqualTo(left.id());
        assertThat(done.status()).isEqualTo("succeeded");
        assertThat(world.feed()).hasSize(bought);
        assertThat(world.state().lastSweepStartedAt()).isAfter(before.lastSweepStartedAt());
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    /** The feed goes on, no resync is bought, and the operator knows until a resync has found out. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void anIdThatStaysUnreadableStopsNoFeedAndBuysNoResync(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(1);
        world.sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_ID).on(Endpoint.JOBS_EXPIRED).rows(1));
        for (int i = 1; i <= 3; i++) {
            world.sandbox.data().createJobs(1);
            assertThatThrownBy(world::sync).isInstanceOf(AttemptFailedException.class);
            assertThat(world.one("select count(*) from job", Integer.class)).isEqualTo(60 + i);
            assertThat(world.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
            assertThat(world.alerts()).containsExactly("sweep-unreadable");
        }
        // the list does not reach back to it any more
        world.sandbox.intercept(null);
        world.database.update(
                "update sync_state set last_sweep_started_at = last_sweep_started_at - interval '169' hour"
                        + " where stream = 'jobs'");

        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(world.sync().status()).isEqualTo("succeeded");
        assertThat(world.alerts()).containsExactly("sweep-unreadable");

        world.tenant().states().requestResync("jobs", OffsetDateTime.now());
        assertThat(world.sync().mode()).isEqualTo(RunMode.RESYNC);
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    private StreamState sweepOf(int expired) throws Exception {
        world.sync();
        world.sandbox.data().expireJobs(expired);
        world.sandbox.log().clear();
        return world.state();
    }

    private void assertSweepFails(StreamState before, Class<?> failure, String condition) throws Exception {
        assertThatThrownBy(world::sync).isInstanceOf(failure);

        assertThat(world.feed()).isEmpty();
        assertThat(world.run().status()).isEqualTo("open");
        assertThat(world.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
        assertThat(world.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(world.alerts()).containsExactly(condition);

        world.sandbox.intercept(null);
        assertThat(world.sync().status()).isEqualTo("succeeded");
        assertThat(world.state().lastSweepStartedAt()).isAfter(before.lastSweepStartedAt());
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    private static Endpoint endpoint(String stream) {
        return stream.equals("jobs") ? Endpoint.JOBS_FEED : Endpoint.CAREER_SITES_FEED;
    }
}
