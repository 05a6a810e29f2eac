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

/** Tests that a feed or a sweep that ends too early, or cannot be read, is never a success. */
class TruncatedFeedTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(
                        database,
                        SandboxOptions.builder().jobs(60).careerSites(60).unknownExpired(0))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.career-sites.batch-size", "20")
                .with("jobo.expired.batch-size", "5")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Stream<Arguments> truncated() {
        Map<String, String> streams = Map.of("h2", "jobs", "postgresql", "career_sites");
        return streams.entrySet().stream().flatMap(entry -> Stream.of(null, "", 7, Map.of("after", 1), List.of("c"))
                .map(cursor -> Arguments.of(entry.getKey(), entry.getValue(), cursor)));
    }

    @ParameterizedTest
    @MethodSource("truncated")
    void truncatedPageFailsTheAttemptAndKeepsTheCursor(String database, String stream, Object cursor) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(endpoint(stream)).from(2).cursor(cursor));

        assertThatThrownBy(() -> fixture.syncStream(stream)).isInstanceOf(MalformedResponseException.class);

        Run run = fixture.run(stream);
        assertThat(run.status()).isEqualTo("open");
        assertThat(run.pages()).isEqualTo(1);
        assertThat(run.nextCursor()).isNotNull();
        assertThat(run.retries()).isPositive();
        assertThat(run.lastError()).contains("truncated").contains("next_cursor");
        assertThat(fixture.tenant().states().get(stream).lastRunStartedAt()).isNull();
        assertThat(fixture.alerts()).containsExactly("feed-truncated");

        fixture.sandbox.intercept(null);
        fixture.syncStream(stream, 1);
        assertThat(fixture.run(stream).pages()).isEqualTo(2);
        assertThat(fixture.alerts()).containsExactly("feed-truncated");

        assertThat(fixture.syncStream(stream).status()).isEqualTo("succeeded");
        assertThat(fixture.run(stream).pages()).isEqualTo(3);
        assertThat(fixture.run(stream).counts().inserted()).isEqualTo(60);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void truncatedPageThatIsCompleteOnRetryIsNoFailure() throws Exception {
        start("h2");
        fixture.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_FEED).nth(2));

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.pages()).isEqualTo(3);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void truncatedResyncExpiresNothing() throws Exception {
        start("h2");
        fixture.sync();
        fixture.tenant().states().requestResync("jobs", java.time.OffsetDateTime.now());
        fixture.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_FEED).from(2));

        assertThatThrownBy(fixture::sync).isInstanceOf(MalformedResponseException.class);

        assertThat(fixture.one("select count(*) from active_job", Integer.class))
                .isEqualTo(60);
        assertThat(fixture.one("select count(*) from pending_expiry", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void truncatedSweepFailsAndIsReadAgain(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        fixture.sandbox.faults(
                FaultRule.of(Fault.NO_CURSOR).on(Endpoint.JOBS_EXPIRED).from(2).cursor(7));

        assertSweepFails(before, MalformedResponseException.class, "sweep-truncated");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void idsWithoutHyphensAreRead(String database) throws Exception {
        start(database);
        fixture.sandbox.faults(FaultRule.of(Fault.PLAIN_IDS));
        sweepOf(12);

        Run run = fixture.sync();

        assertThat(run.expired()).isEqualTo(12);
        assertThat(fixture.syncCareerSites().counts().inserted()).isEqualTo(60);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void sweepWithoutAnyReadableIdFails(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        fixture.sandbox.faults(FaultRule.of(Fault.OBJECT_IDS));

        assertSweepFails(before, MalformedResponseException.class, "sweep-unreadable");
    }

    @ParameterizedTest
    @CsvSource({"h2, ROW_NO_ID, null", "postgresql, ROW_BAD_ID, 'not-a-uuid-1'"})
    void sweepWithSomeUnreadableIdsExpiresTheOthersAndFails(String database, Fault fault, String example)
            throws Exception {
        start(database);
        StreamState before = sweepOf(12);
        fixture.sandbox.faults(
                FaultRule.of(fault).on(Endpoint.JOBS_EXPIRED).nth(2).rows(3));
        List<UUID> expiredJobs = fixture.sandbox.data().expiredIds().toList();

        fixture.sandbox.data().createJobs(1);

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        Run left = fixture.run();
        assertThat(left.status()).isEqualTo("open");
        assertThat(left.counts().inserted()).isOne();
        assertThat(left.lastError()).contains("3 expired ids").contains(example);
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(fixture.alerts()).containsExactly("sweep-unreadable");
        assertThat(fixture.one("select message from alert", String.class))
                .contains("3 expired ids")
                .contains(example);
        assertThat(fixture.database.queryForList("select id from job where expired_at is not null", UUID.class))
                .isSubsetOf(expiredJobs)
                .hasSizeBetween(9, 12);
        int requestsBefore = fixture.feed().size();
        fixture.sandbox.intercept(null);

        Run done = fixture.sync();

        assertThat(done.id()).isEqualTo(left.id());
        assertThat(done.status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(requestsBefore);
        assertThat(fixture.state().lastSweepStartedAt()).isAfter(before.lastSweepStartedAt());
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    /** The feed continues, no resync is purchased, and the alert stays until a resync has succeeded. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void permanentlyUnreadableIdBlocksNoFeedAndStartsNoResync(String database) throws Exception {
        start(database);
        StreamState before = sweepOf(1);
        fixture.sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_ID).on(Endpoint.JOBS_EXPIRED).rows(1));
        for (int i = 1; i <= 3; i++) {
            fixture.sandbox.data().createJobs(1);
            assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
            assertThat(fixture.one("select count(*) from job", Integer.class)).isEqualTo(60 + i);
            assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
            assertThat(fixture.alerts()).containsExactly("sweep-unreadable");
        }
        // the list no longer reaches back to it
        fixture.sandbox.intercept(null);
        fixture.database.update(
                "update sync_state set last_sweep_started_at = last_sweep_started_at - interval '169' hour"
                        + " where stream = 'jobs'");

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).containsExactly("sweep-unreadable");

        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    private StreamState sweepOf(int expired) throws Exception {
        fixture.sync();
        fixture.sandbox.data().expireJobs(expired);
        fixture.sandbox.log().clear();
        return fixture.state();
    }

    private void assertSweepFails(StreamState before, Class<?> failure, String condition) throws Exception {
        assertThatThrownBy(fixture::sync).isInstanceOf(failure);

        assertThat(fixture.feed()).isEmpty();
        assertThat(fixture.run().status()).isEqualTo("open");
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(fixture.alerts()).containsExactly(condition);

        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.state().lastSweepStartedAt()).isAfter(before.lastSweepStartedAt());
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    private static Endpoint endpoint(String stream) {
        return stream.equals("jobs") ? Endpoint.JOBS_FEED : Endpoint.CAREER_SITES_FEED;
    }
}
