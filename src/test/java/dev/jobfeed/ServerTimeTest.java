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

/** Watermarks and windows are in the server's time, whatever the clocks of both sides say. */
class ServerTimeTest {

    private static final Duration OVERLAP = Duration.ofMinutes(15);

    private static final Integer[] ONCE = {10, 10, 6};

    private static final Integer[] AGAIN = {0, 10, 10, 6};

    private SyncFixture world;

    private void start(String database) throws Exception {
        world = SyncFixture.of(
                        database,
                        SandboxOptions.builder().jobs(100).careerSites(120).unknownExpired(0))
                .with("jobo.jobs.batch-size", "25")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "postgresql, PT1H", "h2, P1D", "h2, P400D", "h2, PT-1H", "postgresql, PT-1H", "h2, P-400D"})
    void nothingIsLostWhenTheLocalClockWasWrongForSomeRuns(String database, Duration error) throws Exception {
        start(database);
        world.sync();
        local(error);
        world.sandbox.data().createJobs(5);
        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        Run wrong = world.sync();
        assertThat(wrong.runStartedAt()).isCloseTo(OffsetDateTime.now(), within(1, ChronoUnit.MINUTES));
        assertThat(world.alerts()).containsExactly("clock-differs");
        local(Duration.ZERO);
        world.sandbox.data().createJobs(25);
        world.sandbox.data().updateJobs(5);
        world.sandbox.data().expireJobs(7);

        Run right = world.sync();

        assertThat(right.mode()).isEqualTo(RunMode.INCREMENTAL);
        world.assertStoreIsTheWorld();
        assertThat(world.alerts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "h2, PT-1H", "postgresql, PT-1H", "h2, P-2D"})
    void nothingIsLostWhenTheServersClockChangesBetweenRuns(String database, Duration error) throws Exception {
        start(database);
        world.sync();
        world.sandbox.data().createJobs(1);
        world.sandbox.shiftClock(error);
        world.sandbox.data().createJobs(25);
        world.sandbox.data().updateJobs(5);
        world.sandbox.data().expireJobs(7);

        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);

        // it is unknown whether what expired since had expired, and returned, before it was delivered
        world.assertStoreIsTheWorldButForPending();
        assertThat(world.alerts()).contains("clock-differs").isSubsetOf("clock-differs", "reconcile-held");
        world.sandbox.shiftClock(Duration.ZERO);
        world.sandbox.data().createJobs(3);
        world.sandbox.data().expireJobs(3);
        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
        world.assertStoreIsTheWorldButForPending();
        PendingExpiryService.accept(world.tenant(), OffsetDateTime.now());
        world.assertStoreIsTheWorld();
        assertThat(world.alerts()).isEmpty();
    }

    @Test
    void nothingIsLostWhenTheServersClockIsSetBackDuringARun() throws Exception {
        start("h2");
        AtomicBoolean set = new AtomicBoolean();
        world.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 3 && !set.getAndSet(true)) {
                world.sandbox.shiftClock(Duration.ofHours(-1));
                world.sandbox
                        .data()
                        .updateJob(world.sandbox.data().activeIds().findFirst().orElseThrow());
            }
            return Interceptor.pass();
        });

        Run run = world.sync();

        assertThat(run.runStartedAt()).isBefore(OffsetDateTime.now().minusMinutes(59));
        assertThat(world.state().lastRunStartedAt()).isEqualTo(run.runStartedAt());
        world.sync();
        world.assertStoreIsTheWorld();
    }

    @Test
    void aResumedRunKeepsItsStartWhenTheLocalClockIsWrong() throws Exception {
        start("h2");
        Run stopped = world.syncPages(1);
        local(Duration.ofHours(-3));

        Run resumed = world.sync();

        assertThat(resumed.id()).isEqualTo(stopped.id());
        assertThat(resumed.runStartedAt()).isEqualTo(stopped.runStartedAt());
    }

    @Test
    void aRunThatWasNeverAnsweredStartsWithTheFirstAttemptThatIs() throws Exception {
        start("h2");
        local(Duration.ofHours(5));
        world.sandbox.intercept(request -> Interceptor.drop());
        assertThat(org.assertj.core.api.Assertions.catchThrowable(world::sync)).isNotNull();
        assertThat(world.run().runStartedAt()).isAfter(OffsetDateTime.now().plusHours(4));
        world.sandbox.intercept(null);
        local(Duration.ZERO);
        OffsetDateTime before = OffsetDateTime.now().truncatedTo(ChronoUnit.MICROS);

        Run run = world.sync();

        assertThat(run.id()).isEqualTo(1);
        assertThat(run.runStartedAt()).isBetween(before, OffsetDateTime.now());
        assertThat(world.state().lastSweepStartedAt()).isBetween(before, OffsetDateTime.now());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aWatermarkOfTheFutureGivesWayToAnEarlierRun(String database) throws Exception {
        start(database);
        Run first = world.sync();
        world.sync();
        asLeftByAnEarlierVersion(Duration.ofDays(1));
        world.database.update("update sync_run set run_started_at = run_started_at - interval '30' hour where id = 1");
        world.sandbox.data().createJobs(4);
        world.sandbox.data().expireJobs(4);

        Run run = world.sync();

        assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(run.windowFrom())
                .isEqualTo(first.runStartedAt().minusHours(30).minus(OVERLAP));
        world.assertStoreIsTheWorld();
    }

    @Test
    void aWatermarkOfTheFutureWithoutAnEarlierRunIsADayAgoAndNoBackfill() throws Exception {
        start("h2");
        world.sync();
        asLeftByAnEarlierVersion(Duration.ofHours(2));
        world.database.update("update sync_run set run_started_at = run_started_at + interval '2' hour");
        world.sandbox.data().createJobs(4);

        Run run = world.sync();

        assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(run.windowFrom())
                .isCloseTo(OffsetDateTime.now().minusDays(1).minus(OVERLAP), within(2, ChronoUnit.MINUTES));
        world.assertStoreIsTheWorld();
    }

    private void asLeftByAnEarlierVersion(Duration ahead) {
        world.database.update(
                "update sync_state set clock_difference_ms = null, last_run_started_at = ?, last_sweep_started_at = ?"
                        + " where stream = 'jobs'",
                OffsetDateTime.now().plus(ahead),
                OffsetDateTime.now().plus(ahead));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void careerSitesAreAskedForAgainWhenTheWindowBeganTooLate(String database) throws Exception {
        start(database);
        world.syncCareerSites();
        world.sandbox.shiftClock(Duration.ofHours(-2));
        world.sandbox.data().updateCareerSites(6);

        Run run = world.syncCareerSites();

        assertThat(run.counts().updated()).isEqualTo(6);
        assertThat(run.windowFrom()).isBefore(OffsetDateTime.now().minusHours(2));
        List<LoggedRequest> asked = world.sandbox.log().entries("/api/career-sites/feed");
        assertThat(asked.subList(asked.size() - 2, asked.size()))
                .extracting(LoggedRequest::rows)
                .containsExactly(0, 6);
    }

    /** A page is paid for by its rows. */
    @ParameterizedTest
    @CsvSource({
        "h2, PT-3S, false",
        "h2, PT-14M, false",
        "h2, PT-1H, true",
        "postgresql, PT-3S, false",
        "postgresql, PT-1H, true"
    })
    void careerSitesAreAskedForAgainOnlyWhenTheOverlapDoesNotCoverTheFall(
            String database, Duration error, boolean isAskedAgain) throws Exception {
        start(database);
        world.with("jobo.career-sites.batch-size", "10").syncCareerSites();
        OffsetDateTime requested =
                world.tenant().states().get("career_sites").lastRunStartedAt().minus(OVERLAP);
        world.sandbox.shiftClock(error);
        world.sandbox.data().updateCareerSites(26);
        world.sandbox.log().clear();

        Run run = world.syncCareerSites();

        assertThat(run.counts().updated()).isEqualTo(26);
        assertThat(run.runStartedAt()).isBefore(OffsetDateTime.now().plus(error));
        List<LoggedRequest> asked = world.sandbox.log().entries("/api/career-sites/feed");
        assertThat(asked).extracting(LoggedRequest::rows).containsExactly(isAskedAgain ? AGAIN : ONCE);
        // a cursor belongs to the window that it was given for
        assertThat(asked.subList(isAskedAgain ? 1 : 0, asked.size())).allMatch(page -> page.body()
                .contains(DateTimeFormatter.ISO_INSTANT.format(run.windowFrom().toInstant())));
        assertThat(run.windowFrom().isBefore(requested.minus(OVERLAP))).isEqualTo(isAskedAgain);
    }

    @Test
    void careerSitesAreNotReadAgainBecauseNothingSweepsThem() throws Exception {
        start("h2");
        world.syncCareerSites();
        world.database.update(
                "update sync_state set last_sweep_started_at = ? where stream = 'career_sites'",
                OffsetDateTime.now().minusDays(30));

        assertThat(world.syncCareerSites().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void aDateThatIsMissingOrNoneLeavesTheLocalTime() throws Exception {
        start("h2");
        undated();
        OffsetDateTime before = OffsetDateTime.now().truncatedTo(ChronoUnit.MICROS);
        world.sync();
        world.sandbox.data().createJobs(3);
        world.sandbox.data().expireJobs(3);

        Run run = world.sync();

        assertThat(run.runStartedAt()).isBetween(before, OffsetDateTime.now());
        assertThat(world.state().clockDifference()).isNull();
        assertThat(world.alerts()).isEmpty();
        world.assertStoreIsTheWorld();
    }

    /** What expired is on the list no more. */
    @ParameterizedTest
    @CsvSource({"h2, false", "postgresql, false", "h2, true", "postgresql, true"})
    void aSweepThatIsTooLongAgoIsNoticedWithoutADate(String database, boolean isDated) throws Exception {
        start(database);
        if (!isDated) {
            undated();
        }
        world.sync();
        world.sandbox.data().expireJobs(3);
        world.sandbox.shiftClock(Duration.ofDays(10));
        local(Duration.ofDays(10));
        undated();

        Run run = world.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.clockChecked()).isFalse();
        world.assertStoreIsTheWorld();
        assertThat(world.state().clockDifference()).isEqualTo(isDated ? Duration.ZERO : null);
        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void theAgeOfTheLastSweepGoesByTheDifferenceThatIsStoredWhenThereIsNoDate() throws Exception {
        start("h2");
        local(Duration.ofDays(10));
        world.sync();
        undated();

        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);

        assertThat(world.state().clockDifference()).isCloseTo(Duration.ofDays(-10), Duration.ofMinutes(1));
    }

    /** Which may be of a proxy. */
    @Test
    void aRefusalWithoutADateDecidesNothing() throws Exception {
        start("h2");
        world.sync();
        local(Duration.ofDays(10));
        world.sandbox.intercept(request -> Interceptor.answer(403, Map.of("Date", "noon"), "{}"));
        assertThat(org.assertj.core.api.Assertions.catchThrowable(world::sync)).isNotNull();
        world.sandbox.intercept(null);

        assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    private void undated() {
        world.sandbox.intercept(request -> new Interceptor.Serve(body -> body, Map.of("Date", "noon"), -1));
    }

    /** Of an attempt that brought no page. */
    @Test
    void aRefusalShowsTheServersClockToo() throws Exception {
        start("h2");
        local(Duration.ofHours(1));
        world.with("jobo.api-key", "jbe_test_unknown");

        assertThat(org.assertj.core.api.Assertions.catchThrowable(world::sync)).isNotNull();

        assertThat(world.run().runStartedAt()).isCloseTo(OffsetDateTime.now(), within(1, ChronoUnit.MINUTES));
        assertThat(world.alerts()).containsExactlyInAnyOrder("clock-differs", "unauthorized");
    }

    @ParameterizedTest
    @CsvSource({"PT6H", "PT-6H"})
    void freshnessAndCatchUpGoByTheServersClock(Duration error) throws Exception {
        start("h2");
        local(error);
        world.with("jobfeed.jobs.schedule", "0 0 0 1 1 ? 2099").sync();
        Clock wrong = Clock.offset(Clock.systemUTC(), error);
        var tenant = world.tenant();
        TenantConsole board = TenantConsole.of(tenant, stream -> Optional.empty(), wrong);

        JsonNode stream = board.status().json(1).get("streams").get(0);

        assertThat(stream.get("age_seconds").asLong()).isBetween(0L, 60L);
        assertThat(stream.get("clock_difference_seconds").asLong()).isCloseTo(-error.toSeconds(), within(5L));
        assertThat(new ScheduleClaims(world.bundle().tenants(), wrong)
                        .claimCatchUp(null, "jobs-sync", "jobs", "0 0 * * * ?"))
                .isEqualTo(OffsetDateTime.now().getMinute() == 0);
        world.database.update(
                "update sync_state set last_run_started_at = ? where stream = 'jobs'",
                OffsetDateTime.now().plusDays(1));
        assertThat(board.status().freshness(ScheduledStream.JOBS).isOfUnknownAge()
                        || board.status().freshness(ScheduledStream.JOBS).state() == Freshness.State.OFF)
                .isTrue();
        assertThat(new ScheduleClaims(world.bundle().tenants(), wrong)
                        .claimCatchUp(null, "jobs-sync", "jobs", "0 0 * * * ?"))
                .isTrue();
    }

    /** Whichever clock is set, by which time. A job that has returned is not delivered again by this feed. */
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
    void noLiveJobIsClosedAndNoExpiredOneForgottenWhenAClockIsSet(String database, String clock, Duration by)
            throws Exception {
        start(database);
        List<UUID> ids = sixOfThemReturned();
        resync();
        world.assertStoreIsTheWorld();
        if (clock.equals("local")) {
            local(by);
        } else {
            world.sandbox.shiftClock(by);
        }
        ids.subList(3, 10).forEach(world.sandbox.data()::expireJob);

        assertTheClockCosts(clock.equals("local") == by.isNegative() ? 0 : clock.equals("local") ? 6 : 10);
    }

    @ParameterizedTest
    @CsvSource({"h2, PT1H", "h2, PT-1H", "h2, P3D", "h2, P-3D", "postgresql, PT-1H"})
    void norWhenTheServersClockIsSetDuringARun(String database, Duration by) throws Exception {
        start(database);
        List<UUID> ids = sixOfThemReturned();
        AtomicInteger page = new AtomicInteger();
        world.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && page.incrementAndGet() == 2) {
                // delivered with the last page, behind the change of the clock
                ids.subList(90, 95).forEach(world.sandbox.data()::expireJob);
                ids.subList(90, 95).forEach(world.sandbox.data()::returnJobUntouched);
            } else if (request.endpoint() == Endpoint.JOBS_FEED && page.get() == 3) {
                world.sandbox.shiftClock(by);
                ids.subList(3, 10).forEach(world.sandbox.data()::expireJob);
            }
            return Interceptor.pass();
        });
        resync();
        world.sandbox.intercept(null);

        assertTheClockCosts(by.isNegative() ? 15 : 0);
    }

    /** Jobs that wait for the operator at most, no closed or forgotten one, and no resync that is paid for. */
    private void assertTheClockCosts(int mostPending) throws Exception {
        for (int i = 0; i < 3; i++) {
            assertThat(world.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
            world.assertStoreIsTheWorldButForPending();
        }
        int pending = world.one("select count(*) from pending_expiry", Integer.class);
        assertThat(pending).isLessThanOrEqualTo(mostPending);
        assertThat(world.alerts().contains("reconcile-held")).isEqualTo(pending > 0);
        OffsetDateTime swept = world.state().lastSweepStartedAt();
        int asked = world.expired().size();
        world.sync();
        assertThat(world.expired().get(asked).query())
                .contains("expired_since="
                        + DateTimeFormatter.ISO_INSTANT.format(
                                swept.minus(OVERLAP).toInstant()));

        resync();

        world.assertStoreIsTheWorld();
        assertThat(world.tenant().reconcile().pending()).isZero();
        assertThat(world.alerts()).doesNotContain("reconcile-held");
    }

    /** All jobs, of which the first six have expired and returned. */
    private List<UUID> sixOfThemReturned() throws Exception {
        world.with("jobo.jobs.watermark-parameter", "posted_after").sync();
        List<UUID> ids = world.sandbox.data().activeIds().toList();
        ids.subList(0, 6).forEach(world.sandbox.data()::expireJob);
        world.sync();
        ids.subList(0, 6).forEach(world.sandbox.data()::returnJobUntouched);
        return ids;
    }

    private void resync() throws Exception {
        world.tenant().states().requestResync("jobs", OffsetDateTime.now());
        assertThat(world.sync().mode()).isEqualTo(RunMode.RESYNC);
    }

    /** The first request goes by what the last attempt knew. */
    @Test
    void aListThatIsAskedFromATimeOutOfReachIsAskedAgainByTheServersClock() throws Exception {
        start("h2");
        world.sync();
        world.sandbox.shiftClock(Duration.ofDays(10));
        world.sandbox.data().expireJobs(3);

        assertThat(world.sync().mode()).isEqualTo(RunMode.RESYNC);

        world.assertStoreIsTheWorld();
        assertThat(world.expired())
                .extracting(LoggedRequest::status)
                .contains(400)
                .endsWith(200);
        assertThat(world.expired().stream().filter(asked -> asked.status() == 400))
                .hasSize(1);
    }

    /** Sets the clock of the machine that syncs. */
    private void local(Duration error) {
        world.clock(Clock.offset(Clock.systemUTC(), error)).restart();
    }
}
