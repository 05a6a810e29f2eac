package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.console.TenantConsole;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.schedule.Freshness;
import dev.jobfeed.schedule.ScheduleClaims;
import dev.jobfeed.schedule.ScheduledStream;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that watermarks and windows are in the server's time, whatever the clocks of both sides show. */
class ServerTimeTest {

    private static final Duration OVERLAP = Duration.ofMinutes(15);

    private static final Integer[] ROWS = {10, 10, 6};

    private static final Integer[] ROWS_WITH_REREAD = {0, 10, 10, 6};

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(
                        database,
                        SandboxOptions.builder().jobs(100).careerSites(120).unknownExpired(0))
                .with("jobo.jobs.batch-size", "25")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "postgresql, PT1H", "h2, P1D", "h2, P400D", "h2, PT-1H", "postgresql, PT-1H", "h2, P-400D"})
    void wrongLocalClockMissesNoChange(String database, Duration error) throws Exception {
        start(database);
        fixture.sync();
        setLocalClockError(error);
        fixture.sandbox.data().createJobs(5);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        Run wrongClock = fixture.sync();
        assertThat(wrongClock.runStartedAt()).isCloseTo(OffsetDateTime.now(), within(1, ChronoUnit.MINUTES));
        assertThat(fixture.alerts()).containsExactly("clock-differs");
        setLocalClockError(Duration.ZERO);
        fixture.sandbox.data().createJobs(25);
        fixture.sandbox.data().updateJobs(5);
        fixture.sandbox.data().expireJobs(7);

        Run right = fixture.sync();

        assertThat(right.mode()).isEqualTo(RunMode.INCREMENTAL);
        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.alerts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "h2, PT-1H", "postgresql, PT-1H", "h2, P-2D"})
    void serverClockChangeBetweenRunsMissesNoChange(String database, Duration error) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().createJobs(1);
        fixture.sandbox.shiftClock(error);
        fixture.sandbox.data().createJobs(25);
        fixture.sandbox.data().updateJobs(5);
        fixture.sandbox.data().expireJobs(7);

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);

        // it is unknown whether a later expiry and return happened before the delivery
        fixture.assertStoreEqualsSandboxExceptPending();
        assertThat(fixture.alerts()).contains("clock-differs").isSubsetOf("clock-differs", "reconcile-held");
        fixture.sandbox.shiftClock(Duration.ZERO);
        fixture.sandbox.data().createJobs(3);
        fixture.sandbox.data().expireJobs(3);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        fixture.assertStoreEqualsSandboxExceptPending();
        PendingExpiryService.accept(fixture.tenant(), OffsetDateTime.now());
        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void serverClockSetBackDuringARunMissesNoChange() throws Exception {
        start("h2");
        AtomicBoolean set = new AtomicBoolean();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 3 && !set.getAndSet(true)) {
                fixture.sandbox.shiftClock(Duration.ofHours(-1));
                fixture.sandbox
                        .data()
                        .updateJob(
                                fixture.sandbox.data().activeIds().findFirst().orElseThrow());
            }
            return Interceptor.pass();
        });

        Run run = fixture.sync();

        assertThat(run.runStartedAt()).isBefore(OffsetDateTime.now().minusMinutes(59));
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(run.runStartedAt());
        fixture.sync();
        fixture.assertStoreEqualsSandbox();
    }

    /** A job expires after the list was read, and before a clock is set while the list is read again. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void noExpiryIsLostWhenTheServersClockIsSetForwardDuringASweep(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().expireJobs(3);
        AtomicBoolean set = new AtomicBoolean();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_EXPIRED && request.sequence() == 2 && !set.getAndSet(true)) {
                fixture.sandbox.data().expireJobs(1);
                fixture.sandbox.shiftClock(Duration.ofHours(2));
            }
            return Interceptor.pass();
        });

        fixture.sync();

        assertThat(set).isTrue();
        assertThat(fixture.state().sweptUntil()).isBefore(OffsetDateTime.now());
        Run next = fixture.sync();
        assertThat(next.mode()).isEqualTo(RunMode.INCREMENTAL);
        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.state().earliestSweepStartedAt()).isNull();
    }

    @Test
    void resumedRunKeepsItsStartWithAWrongLocalClock() throws Exception {
        start("h2");
        Run stopped = fixture.syncPages(1);
        setLocalClockError(Duration.ofHours(-3));

        Run resumed = fixture.sync();

        assertThat(resumed.id()).isEqualTo(stopped.id());
        assertThat(resumed.runStartedAt()).isEqualTo(stopped.runStartedAt());
    }

    @Test
    void runWithoutAResponseStartsWithTheFirstAnsweredAttempt() throws Exception {
        start("h2");
        setLocalClockError(Duration.ofHours(5));
        fixture.sandbox.intercept(request -> Interceptor.drop());
        assertThat(org.assertj.core.api.Assertions.catchThrowable(fixture::sync))
                .isNotNull();
        assertThat(fixture.run().runStartedAt()).isAfter(OffsetDateTime.now().plusHours(4));
        fixture.sandbox.intercept(null);
        setLocalClockError(Duration.ZERO);
        OffsetDateTime before = OffsetDateTime.now().truncatedTo(ChronoUnit.MICROS);

        Run run = fixture.sync();

        assertThat(run.id()).isEqualTo(1);
        assertThat(run.runStartedAt()).isBetween(before, OffsetDateTime.now());
        assertThat(fixture.state().lastSweepStartedAt()).isBetween(before, OffsetDateTime.now());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void futureWatermarkIsReplacedByAnEarlierRun(String database) throws Exception {
        start(database);
        Run first = fixture.sync();
        fixture.sync();
        removeServerTimes(Duration.ofDays(1));
        fixture.database.update(
                "update sync_run set run_started_at = run_started_at - interval '30' hour where id = 1");
        fixture.sandbox.data().createJobs(4);
        fixture.sandbox.data().expireJobs(4);

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(run.windowFrom())
                .isEqualTo(first.runStartedAt().minusHours(30).minus(OVERLAP));
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void futureWatermarkWithoutAnEarlierRunIsSetADayBack() throws Exception {
        start("h2");
        fixture.sync();
        removeServerTimes(Duration.ofHours(2));
        fixture.database.update("update sync_run set run_started_at = run_started_at + interval '2' hour");
        fixture.sandbox.data().createJobs(4);

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(run.windowFrom())
                .isCloseTo(OffsetDateTime.now().minusDays(1).minus(OVERLAP), within(2, ChronoUnit.MINUTES));
        fixture.assertStoreEqualsSandbox();
    }

    private void removeServerTimes(Duration clockAhead) {
        fixture.database.update(
                "update sync_state set clock_difference_ms = null, last_run_started_at = ?, last_sweep_started_at = ?"
                        + " where stream = 'jobs'",
                OffsetDateTime.now().plus(clockAhead),
                OffsetDateTime.now().plus(clockAhead));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void careerSitesAreRequestedAgainIfTheWindowBeganTooLate(String database) throws Exception {
        start(database);
        fixture.syncCareerSites();
        fixture.sandbox.shiftClock(Duration.ofHours(-2));
        fixture.sandbox.data().updateCareerSites(6);

        Run run = fixture.syncCareerSites();

        assertThat(run.counts().updated()).isEqualTo(6);
        assertThat(run.windowFrom()).isBefore(OffsetDateTime.now().minusHours(2));
        List<LoggedRequest> requests = fixture.sandbox.log().entries("/api/career-sites/feed");
        assertThat(requests.subList(requests.size() - 2, requests.size()))
                .extracting(LoggedRequest::rows)
                .containsExactly(0, 6);
    }

    /** A page is charged by its rows. */
    @ParameterizedTest
    @CsvSource({
        "h2, PT-3S, false",
        "h2, PT-14M, false",
        "h2, PT-1H, true",
        "postgresql, PT-3S, false",
        "postgresql, PT-1H, true"
    })
    void careerSitesAreRequestedAgainOnlyIfTheOverlapDoesNotCoverTheClockChange(
            String database, Duration error, boolean isRereadExpected) throws Exception {
        start(database);
        fixture.with("jobo.career-sites.batch-size", "10").syncCareerSites();
        OffsetDateTime requested =
                fixture.tenant().states().get("career_sites").lastRunStartedAt().minus(OVERLAP);
        fixture.sandbox.shiftClock(error);
        fixture.sandbox.data().updateCareerSites(26);
        fixture.sandbox.log().clear();

        Run run = fixture.syncCareerSites();

        assertThat(run.counts().updated()).isEqualTo(26);
        assertThat(run.runStartedAt()).isBefore(OffsetDateTime.now().plus(error));
        List<LoggedRequest> requests = fixture.sandbox.log().entries("/api/career-sites/feed");
        assertThat(requests)
                .extracting(LoggedRequest::rows)
                .containsExactly(isRereadExpected ? ROWS_WITH_REREAD : ROWS);
        // a cursor belongs to the window of its scan
        assertThat(requests.subList(isRereadExpected ? 1 : 0, requests.size())).allMatch(page -> page.body()
                .contains(DateTimeFormatter.ISO_INSTANT.format(run.windowFrom().toInstant())));
        assertThat(run.windowFrom().isBefore(requested.minus(OVERLAP))).isEqualTo(isRereadExpected);
    }

    @Test
    void careerSitesNeedNoResyncForMissedSweeps() throws Exception {
        start("h2");
        fixture.syncCareerSites();
        fixture.database.update(
                "update sync_state set last_sweep_started_at = ? where stream = 'career_sites'",
                OffsetDateTime.now().minusDays(30));

        assertThat(fixture.syncCareerSites().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void missingOrInvalidDateKeepsTheLocalTime() throws Exception {
        start("h2");
        removeDateHeader();
        OffsetDateTime before = OffsetDateTime.now().truncatedTo(ChronoUnit.MICROS);
        fixture.sync();
        fixture.sandbox.data().createJobs(3);
        fixture.sandbox.data().expireJobs(3);

        Run run = fixture.sync();

        assertThat(run.runStartedAt()).isBetween(before, OffsetDateTime.now());
        assertThat(fixture.state().clockDifference()).isNull();
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    /** The list no longer contains expired jobs of that time. */
    @ParameterizedTest
    @CsvSource({"h2, false", "postgresql, false", "h2, true", "postgresql, true"})
    void tooOldSweepIsDetectedWithoutADate(String database, boolean isDated) throws Exception {
        start(database);
        if (!isDated) {
            removeDateHeader();
        }
        fixture.sync();
        fixture.sandbox.data().expireJobs(3);
        fixture.sandbox.shiftClock(Duration.ofDays(10));
        setLocalClockError(Duration.ofDays(10));
        removeDateHeader();

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.clockChecked()).isFalse();
        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.state().clockDifference()).isEqualTo(isDated ? Duration.ZERO : null);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void ageOfTheLastSweepUsesTheStoredDifferenceWithoutADate() throws Exception {
        start("h2");
        setLocalClockError(Duration.ofDays(10));
        fixture.sync();
        removeDateHeader();

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);

        assertThat(fixture.state().clockDifference()).isCloseTo(Duration.ofDays(-10), Duration.ofMinutes(1));
    }

    /** The date may be that of a proxy. */
    @Test
    void errorWithoutADateDoesNotChangeTheClock() throws Exception {
        start("h2");
        fixture.sync();
        setLocalClockError(Duration.ofDays(10));
        fixture.sandbox.intercept(request -> Interceptor.answer(403, Map.of("Date", "noon"), "{}"));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(fixture::sync))
                .isNotNull();
        fixture.sandbox.intercept(null);

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    private void removeDateHeader() {
        fixture.sandbox.intercept(request -> new Interceptor.Serve(body -> body, Map.of("Date", "noon"), -1));
    }

    /** The attempt received no page. */
    @Test
    void errorResponseShowsTheServersClock() throws Exception {
        start("h2");
        setLocalClockError(Duration.ofHours(1));
        fixture.with("jobo.api-key", "jbe_test_unknown");

        assertThat(org.assertj.core.api.Assertions.catchThrowable(fixture::sync))
                .isNotNull();

        assertThat(fixture.run().runStartedAt()).isCloseTo(OffsetDateTime.now(), within(1, ChronoUnit.MINUTES));
        assertThat(fixture.alerts()).containsExactlyInAnyOrder("clock-differs", "unauthorized");
    }

    @ParameterizedTest
    @CsvSource({"PT6H", "PT-6H"})
    void freshnessAndCatchUpUseTheServersClock(Duration error) throws Exception {
        start("h2");
        setLocalClockError(error);
        fixture.with("jobfeed.jobs.schedule", "0 0 0 1 1 ? 2099").sync();
        Clock wrongClock = Clock.offset(Clock.systemUTC(), error);
        var tenant = fixture.tenant();
        TenantConsole tenantConsole = TenantConsole.of(tenant, stream -> Optional.empty(), wrongClock);

        JsonNode stream = tenantConsole.status().json(1).get("streams").get(0);

        assertThat(stream.get("age_seconds").asLong()).isBetween(0L, 60L);
        assertThat(stream.get("clock_difference_seconds").asLong()).isCloseTo(-error.toSeconds(), within(5L));
        OffsetDateTime started =
                fixture.one("select last_run_started_at from sync_state where stream = 'jobs'", OffsetDateTime.class);
        assertThat(new ScheduleClaims(fixture.bundle().tenants(), wrongClock)
                        .claimCatchUp(null, "jobs-sync", "jobs", "0 0 * * * ?"))
                .isEqualTo(started.isBefore(OffsetDateTime.now().truncatedTo(ChronoUnit.HOURS)));
        fixture.database.update(
                "update sync_state set last_run_started_at = ? where stream = 'jobs'",
                OffsetDateTime.now().plusDays(1));
        assertThat(tenantConsole.status().freshness(ScheduledStream.JOBS).isOfUnknownAge()
                        || tenantConsole
                                        .status()
                                        .freshness(ScheduledStream.JOBS)
                                        .state()
                                == Freshness.State.OFF)
                .isTrue();
        assertThat(new ScheduleClaims(fixture.bundle().tenants(), wrongClock)
                        .claimCatchUp(null, "jobs-sync", "jobs", "0 0 * * * ?"))
                .isTrue();
    }

    /** Sets either clock by different times. This feed does not deliver a returned job again. */
    @ParameterizedTest
    @CsvSource({
        "h2, local, PT1H",
        "h2, local, PT-1H",
        "h2, local, P3D",
        "h2, local, P-3D",
        "h2, server, PT1H",
        "h2, server, PT-1H",
        "h2, server, P3D",
        "h2, server, P-3D",
        "postgresql, local, PT1H",
        "postgresql, server, PT-1H"
    })
    void clockChangeClosesNoActiveJobAndMissesNoExpiry(String database, String clock, Duration by) throws Exception {
        start(database);
        List<UUID> ids = createExpireAndReturnJobs();
        resync();
        fixture.assertStoreEqualsSandbox();
        if (clock.equals("local")) {
            setLocalClockError(by);
        } else {
            fixture.sandbox.shiftClock(by);
        }
        ids.subList(3, 10).forEach(fixture.sandbox.data()::expireJob);

        assertClockChangeCosts(clock.equals("local") == by.isNegative() ? 0 : clock.equals("local") ? 6 : 10);
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "h2, PT-1H", "h2, P3D", "h2, P-3D", "postgresql, PT-1H"})
    void serverClockChangeDuringARunClosesNoActiveJobAndMissesNoExpiry(String database, Duration by) throws Exception {
        start(database);
        List<UUID> ids = createExpireAndReturnJobs();
        AtomicInteger page = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && page.incrementAndGet() == 2) {
                // delivered with the last page, after the clock change
                ids.subList(90, 95).forEach(fixture.sandbox.data()::expireJob);
                ids.subList(90, 95).forEach(fixture.sandbox.data()::returnJobUntouched);
            } else if (request.endpoint() == Endpoint.JOBS_FEED && page.get() == 3) {
                fixture.sandbox.shiftClock(by);
                ids.subList(3, 10).forEach(fixture.sandbox.data()::expireJob);
            }
            return Interceptor.pass();
        });
        resync();
        fixture.sandbox.intercept(null);

        assertClockChangeCosts(by.isNegative() ? 15 : 0);
    }

    /**
     * Asserts that the clock change leaves pending expiries at most: no closed and no missed job, and no paid resync.
     */
    private void assertClockChangeCosts(int mostPending) throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
            fixture.assertStoreEqualsSandboxExceptPending();
        }
        int pending = fixture.one("select count(*) from pending_expiry", Integer.class);
        assertThat(pending).isLessThanOrEqualTo(mostPending);
        assertThat(fixture.alerts().contains("reconcile-held")).isEqualTo(pending > 0);
        OffsetDateTime swept = fixture.state().lastSweepStartedAt();
        int requests = fixture.expired().size();
        fixture.sync();
        assertThat(fixture.expired().get(requests).query())
                .contains("expired_since="
                        + DateTimeFormatter.ISO_INSTANT.format(
                                swept.minus(OVERLAP).toInstant()));

        resync();

        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.tenant().reconcile().pending()).isZero();
        assertThat(fixture.alerts()).doesNotContain("reconcile-held");
    }

    /** Creates jobs; the first six have expired and returned. */
    private List<UUID> createExpireAndReturnJobs() throws Exception {
        fixture.with("jobo.jobs.watermark-parameter", "posted_after").sync();
        List<UUID> ids = fixture.sandbox.data().activeIds().toList();
        ids.subList(0, 6).forEach(fixture.sandbox.data()::expireJob);
        fixture.sync();
        ids.subList(0, 6).forEach(fixture.sandbox.data()::returnJobUntouched);
        return ids;
    }

    private void resync() throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);
    }

    /** The first request uses the clock difference that the last attempt stored. */
    @Test
    void sweepWindowOutOfReachIsRequestedAgainByTheServersClock() throws Exception {
        start("h2");
        fixture.sync();
        fixture.sandbox.shiftClock(Duration.ofDays(10));
        fixture.sandbox.data().expireJobs(3);

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);

        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.expired())
                .extracting(LoggedRequest::status)
                .contains(400)
                .endsWith(200);
        assertThat(fixture.expired().stream().filter(requests -> requests.status() == 400))
                .hasSize(1);
    }

    /** Sets the local clock. */
    private void setLocalClockError(Duration error) {
        fixture.clock(Clock.offset(Clock.systemUTC(), error)).restart();
    }
}
