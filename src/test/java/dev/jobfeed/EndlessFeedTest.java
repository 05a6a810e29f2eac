package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that feeds and sweeps without an end do not occupy an attempt indefinitely. */
class EndlessFeedTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        start(database, SandboxOptions.builder().jobs(100).careerSites(100).unknownExpired(0));
    }

    private void start(String database, SandboxOptions.Builder options) throws Exception {
        fixture = SyncFixture.of(database, options)
                .with("jobo.jobs.batch-size", "10")
                .with("jobo.career-sites.batch-size", "10")
                .with("jobo.expired.batch-size", "2")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({
        "h2, jobs, 1",
        "h2, jobs, 2",
        "h2, career_sites, 3",
        "postgresql, jobs, 5",
        "postgresql, career_sites, 2"
    })
    void cursorUsedByTheRunEndsTheAttempt(String database, String stream, int length) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(endpoint(stream)).length(length));

        assertThatThrownBy(() -> fixture.syncStream(stream))
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("used before")
                .hasMessageContaining("jobfeed abandon " + stream.replace('_', '-'));

        Run run = fixture.run(stream);
        assertThat(run.status()).isEqualTo("open");
        assertThat(run.pages()).isEqualTo(length + 1);
        assertThat(run.counts().received()).isEqualTo(10 * (length + 1));
        assertThat(countRequests(stream)).isEqualTo(length + 1);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");

        fixture.sandbox.intercept(null);
        fixture.sandbox.log().clear();
        for (int attempt = 2; attempt <= 3; attempt++) {
            assertThatThrownBy(() -> fixture.restart().syncStream(stream)).hasMessageContaining("used before");
        }
        assertThat(countRequests(stream)).isZero();
        assertThat(fixture.expired()).hasSize(stream.equals("jobs") ? 2 : 0);
        assertThat(fixture.sandbox.log().entries()).hasSameSizeAs(fixture.expired());
        assertThat(fixture.run(stream).attempts()).isEqualTo(3);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");

        assertThat(abandon(stream).id()).isEqualTo(run.id());
        Run next = fixture.syncStream(stream);
        assertThat(next.mode()).isEqualTo(RunMode.BACKFILL);
        assertThat(next.counts().received()).isEqualTo(100);
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select count(*) from run_cursor", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @CsvSource({"h2, jobs, false", "postgresql, jobs, true", "h2, career_sites, true", "postgresql, career_sites, false"
    })
    void requestedResyncReplacesAStuckRun(String database, String stream, boolean isStuckResync) throws Exception {
        start(database);
        if (isStuckResync) {
            fixture.tenant().states().requestResync(stream, OffsetDateTime.now());
        }
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(endpoint(stream)).length(2));
        assertThatThrownBy(() -> fixture.syncStream(stream)).hasMessageContaining("jobfeed resync");
        long stuck = fixture.run(stream).id();
        fixture.sandbox.intercept(null);
        assertThatThrownBy(() -> fixture.syncStream(stream)).hasMessageContaining("jobfeed resync");

        fixture.tenant().states().requestResync(stream, OffsetDateTime.now());
        Run run = fixture.syncStream(stream);

        assertThat(run.id()).isNotEqualTo(stuck);
        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().received()).isEqualTo(100);
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select count(*) from sync_run where status = 'failed'", Integer.class))
                .isEqualTo(1);
    }

    @Test
    void alertOfAStuckRunLastsUntilARunIsComplete() throws Exception {
        start("h2");
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(Endpoint.JOBS_FEED).length(2));
        assertThatThrownBy(fixture::sync).hasMessageContaining("used before");
        abandon("jobs");
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(1));

        assertThatThrownBy(fixture::sync);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck", "forbidden");
        fixture.syncPages(1);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");
        fixture.sync();
        assertThat(fixture.alerts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"h2, 1", "postgresql, 2"})
    void attemptOnAStuckRunStillSweepsExpiredJobs(String database, int length) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(Endpoint.JOBS_FEED).length(length));
        assertThatThrownBy(fixture::sync).hasMessageContaining("used before");
        fixture.sandbox.intercept(null);
        long requestsBefore = countRequests("jobs");
        OffsetDateTime swept = fixture.state().lastSweepStartedAt();

        for (int expired = 1; expired <= 3; expired++) {
            fixture.sandbox.data().expireJob(fixture.one("select id from active_job order by id limit 1", UUID.class));

            assertThatThrownBy(() -> fixture.restart().sync()).hasMessageContaining("used before");

            assertThat(fixture.one("select count(*) from job where expired_reason = 'swept'", Integer.class))
                    .isEqualTo(expired);
            assertThat(fixture.run().expired()).isEqualTo(expired);
        }
        assertThat(countRequests("jobs")).isEqualTo(requestsBefore);
        assertThat(fixture.state().lastSweepStartedAt()).isAfter(swept);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");
    }

    private Run abandon(String stream) throws Exception {
        Tenant tenant = fixture.tenant();
        return SyncCoordinator.abandon(tenant, stream).orElseThrow();
    }

    @ParameterizedTest
    @CsvSource({"h2, jobs", "postgresql, career_sites"})
    void cursorUsedByAnEarlierAttemptEndsTheAttempt(String database, String stream) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(endpoint(stream)).length(3));
        for (int page = 1; page <= 3; page++) {
            assertThat(fixture.restart().syncStream(stream, 1).pages()).isEqualTo(page);
        }

        assertThatThrownBy(() -> fixture.restart().syncStream(stream, 1)).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.run(stream).pages()).isEqualTo(4);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void restartedPaginationMayReuseCursors(String database) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_RESTART).on(Endpoint.JOBS_FEED).nth(5));

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.cursorResets()).isEqualTo(1);
        assertThat(run.pages()).isEqualTo(14);
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @CsvSource({"1, 2", "2, 3", "4, 5"})
    void sweepWithACursorCycleFails(int length, int requests) throws Exception {
        start("h2");
        sweepOf(20);
        fixture.sandbox.faults(
                FaultRule.of(Fault.CURSOR_CYCLE).on(Endpoint.JOBS_EXPIRED).length(length));

        assertSweepFails(requests, "cursor-stuck");
    }

    @ParameterizedTest
    @CsvSource({"h2, jobs", "postgresql, career_sites"})
    void tenConsecutiveEmptyPagesEndTheAttemptAndTheNextOneContinuesAfterThem(String database, String stream)
            throws Exception {
        start(database);
        fixture.syncStream(stream, 2);
        fixture.sandbox.faults(FaultRule.of(Fault.EMPTY_PAGE).on(endpoint(stream)));

        assertThatThrownBy(() -> fixture.syncStream(stream))
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("10 empty pages");

        assertThat(fixture.run(stream).pages()).isEqualTo(12);
        assertThat(countRequests(stream))
                .as("no prefetch of a page that no attempt would store")
                .isEqualTo(12);
        assertThat(fixture.alerts()).containsExactly("empty-pages");

        for (int page = 13; page <= 21; page++) {
            fixture.restart().syncStream(stream, 1);
            assertThat(fixture.alerts()).containsExactly("empty-pages");
        }
        assertThatThrownBy(() -> fixture.restart().syncStream(stream, 1)).hasMessageContaining("20 empty pages");

        fixture.sandbox.intercept(null);
        assertThat(fixture.syncStream(stream).counts().inserted()).isEqualTo(100);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void nineConsecutiveEmptyPagesAreAccepted() throws Exception {
        start("h2");
        fixture.sandbox.faults(
                FaultRule.of(Fault.EMPTY_PAGE).on(Endpoint.JOBS_FEED).to(9));

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.pages()).isEqualTo(19);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void sweepOfEmptyPagesFails() throws Exception {
        start("h2");
        sweepOf(20);
        fixture.sandbox.faults(FaultRule.of(Fault.EMPTY_PAGE).on(Endpoint.JOBS_EXPIRED));

        assertSweepFails(11, "empty-pages");
    }

    @ParameterizedTest
    @CsvSource({"h2, jobs", "postgresql, jobs", "h2, career_sites"})
    void rowsFarBeyondTheSizeOfTheFeedRaiseAnAlert(String database, String stream) throws Exception {
        start(database);
        fixture.with("jobo.jobs.batch-size", "50").with("jobo.career-sites.batch-size", "50");
        // the two pages of the feed, 80 times
        fixture.sandbox.faults(FaultRule.of(Fault.REPEATED_PAGES)
                .on(endpoint(stream))
                .length(1)
                .times(80));

        Run run = fixture.syncStream(stream);

        assertThat(run.counts().received()).isGreaterThan(3000);
        assertThat(fixture.one("select condition from alert", String.class)).isEqualTo("feed-repeats");
        assertThat(fixture.one("select message from alert", String.class))
                .contains("rows where " + (stream.equals("jobs") ? "about 100 were estimated" : "100 are stored"));
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void resyncOfUnchangedRowsIsNotTooLong() throws Exception {
        start("h2", SandboxOptions.builder().jobs(3500).unknownExpired(0));
        fixture.with("jobo.jobs.batch-size", "1000");
        fixture.sync();
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());

        assertThat(fixture.sync().counts().unchanged()).isEqualTo(3500);

        assertThat(fixture.one("select count(*) from alert", Integer.class)).isZero();
    }

    @Test
    void endlessConfirmedRunStopsAtTheThreshold() throws Exception {
        start(
                "h2",
                SandboxOptions.builder()
                        .jobs(100)
                        .unknownExpired(0)
                        .creditsPerJob(BigDecimal.ONE)
                        .creditsBalance(BigDecimal.valueOf(1_000_000)));
        fixture.with("jobo.jobs.batch-size", "50").with("jobo.credits.confirm-above", "4000");
        fixture.sync();
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        fixture.sandbox.faults(
                FaultRule.of(Fault.REPEATED_PAGES).on(Endpoint.JOBS_FEED).length(1));

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("confirm-above");

        Run run = fixture.run();
        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.status()).isEqualTo("open");
        assertThat(run.creditsSpent()).isBetween(BigDecimal.valueOf(3900), BigDecimal.valueOf(4000));
        assertThat(fixture.alerts()).containsExactly("feed-repeats", "cost-unconfirmed");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void laterAttemptsOnARepeatingFeedRequestNoPageUntilConfirmedAgain(String database) throws Exception {
        start(
                database,
                SandboxOptions.builder()
                        .jobs(1000)
                        .unknownExpired(0)
                        .creditsPerJob(BigDecimal.ONE)
                        .creditsBalance(BigDecimal.valueOf(1_000_000)));
        fixture.with("jobo.jobs.batch-size", "300").with("jobo.credits.confirm-above", "800");
        fixture.sandbox.faults(
                FaultRule.of(Fault.REPEATED_PAGES).on(Endpoint.JOBS_FEED).length(2));
        assertThat(fixture.syncConfirmed(14).creditsSpent()).isEqualByComparingTo("4200");
        assertThat(fixture.alerts()).containsExactly("feed-repeats");

        assertNoPageIsRequested(4200);
        fixture.sandbox.data().expireJob(fixture.one("select id from active_job order by id limit 1", UUID.class));
        assertNoPageIsRequested(4200);
        assertThat(fixture.one("select count(*) from job where expired_reason = 'swept'", Integer.class))
                .isOne();

        assertThat(fixture.syncConfirmed(2).creditsSpent()).isEqualByComparingTo("4800");
        assertNoPageIsRequested(4800);

        Tenant tenant = fixture.tenant();
        assertThat(tenant.runs().confirmOpenRun("jobs", tenant.transaction())).isTrue();
        assertThatThrownBy(fixture::sync).hasMessageContaining("confirm-above");
        // the same number of rows again, and the prefetched page
        assertThat(fixture.run().creditsSpent()).isBetween(BigDecimal.valueOf(7800), BigDecimal.valueOf(8100));
        assertNoPageIsRequested(fixture.run().creditsSpent().intValueExact());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void confirmationStoredDuringAnAttemptStaysValid(String database) throws Exception {
        start(database);
        Tenant tenant = fixture.tenant();
        AdviceWith.adviceWith(
                fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                        .before()
                        .process(exchange -> {
                            SyncAttempt attempt = exchange.getVariable("jobfeedAttempt", SyncAttempt.class);
                            if (attempt.run().pages() == 3) {
                                assertThat(tenant.runs().confirmOpenRun("jobs", tenant.transaction()))
                                        .isTrue();
                            }
                        }));

        assertThat(fixture.syncPages(5).scan().received()).isEqualTo(20);
    }

    private void assertNoPageIsRequested(int credits) throws Exception {
        long requestsBefore = countRequests("jobs");

        assertThatThrownBy(() -> fixture.restart().sync())
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("confirm-above");

        assertThat(countRequests("jobs")).isEqualTo(requestsBefore);
        assertThat(fixture.run().creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(credits));
        assertThat(fixture.alerts()).containsExactly("feed-repeats", "cost-unconfirmed");
    }

    private void sweepOf(int expired) throws Exception {
        fixture.sync();
        fixture.sandbox.data().expireJobs(expired);
        fixture.sandbox.log().clear();
    }

    private void assertSweepFails(int requests, String condition) throws Exception {
        OffsetDateTime swept = fixture.state().lastSweepStartedAt();

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.expired()).hasSize(requests);
        assertThat(fixture.feed()).isEmpty();
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(swept);
        assertThat(fixture.alerts()).containsExactly(condition);

        fixture.sandbox.intercept(null);
        fixture.sync();
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    private long countRequests(String stream) {
        return fixture.sandbox
                .log()
                .entries("/api/" + stream.replace('_', '-') + "/feed")
                .size();
    }

    private static Endpoint endpoint(String stream) {
        return stream.equals("jobs") ? Endpoint.JOBS_FEED : Endpoint.CAREER_SITES_FEED;
    }
}
