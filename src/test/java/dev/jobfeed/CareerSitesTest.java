package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jobfeed.kamelet.CareerSiteChangeReader;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sync.CostEstimate;
import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the sync of career sites with the shipped routes against the sandbox. */
class CareerSitesTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(10).careerSites(120));
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void backfillStoresEverySite(String database) throws Exception {
        start(database);

        Run run = fixture.syncCareerSites();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.mode()).isEqualTo(RunMode.BACKFILL);
        assertThat(run.pages()).isEqualTo(3);
        assertThat(run.counts().inserted()).isEqualTo(120);
        assertThat(fixture.one("select count(*) from career_site where name is not null", Integer.class))
                .isEqualTo(120);
        assertThat(fixture.sandbox.log().entries("/api/jobs/expired")).isEmpty();
        assertThat(requests()).allMatch(body -> body.contains("\"batch_size\":50"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void onlyChangedSitesAreWritten(String database) throws Exception {
        start(database);
        fixture.syncCareerSites();
        List<UUID> changed = fixture.sandbox.data().updateCareerSites(7);
        OffsetDateTime before = fixture.one("select max(last_changed_at) from career_site", OffsetDateTime.class);

        Run first = fixture.syncCareerSites();
        Run second = fixture.syncCareerSites();

        assertThat(first.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(requests()).last().asString().contains("updated_after");
        assertThat(first.counts().received()).isEqualTo(7);
        assertThat(first.counts().updated()).isEqualTo(7);
        assertThat(second.counts().unchanged()).isEqualTo(7);
        assertThat(fixture.database.queryForList(
                        "select id from career_site where last_changed_at > ?", UUID.class, before))
                .containsExactlyInAnyOrderElementsOf(changed);
    }

    @Test
    void stoppedRunResumesAtItsCursorWithoutRequestingAPageTwice() throws Exception {
        start("h2");
        Run stopped = fixture.syncCareerSites(1);

        Run resumed = fixture.syncCareerSites();

        assertThat(resumed.id()).isEqualTo(stopped.id());
        assertThat(resumed.status()).isEqualTo("succeeded");
        assertThat(requests()).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void missingSweepsRequireNoResyncOfCareerSites() throws Exception {
        start("h2");
        fixture.syncCareerSites();
        fixture.clock(Clock.offset(Clock.systemUTC(), Duration.ofDays(8))).restart();

        assertThat(fixture.syncCareerSites().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void jobsAndCareerSitesHaveSeparateWatermarks() throws Exception {
        start("h2");

        fixture.syncCareerSites();

        assertThat(fixture.one("select count(*) from sync_state where last_run_started_at is not null", Integer.class))
                .isEqualTo(1);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.BACKFILL);
    }

    @Test
    void changedFiltersReadAllSitesAgainAndExpireNone() throws Exception {
        start("h2");
        fixture.syncCareerSites();
        fixture.with("jobo.career-sites.filter.is_agency", "false")
                .with("jobo.career-sites.filter.founded_after", "2000");

        Run run = fixture.syncCareerSites();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(requests()).last().asString().contains("\"is_agency\":false").contains("\"founded_after\":2000");
        assertThat(fixture.one("select count(*) from career_site", Integer.class))
                .isEqualTo(120);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void noChangedSiteIsMissedWhenTheClockIsSetBack(String database) throws Exception {
        start(database);
        fixture.syncCareerSites();
        assertThat(deliveredIds()).hasSize(120);

        fixture.clock(Clock.offset(Clock.systemUTC(), Duration.ofHours(-2))).restart();
        List<UUID> changed = fixture.sandbox.data().updateCareerSites(3);
        fixture.syncCareerSites();

        assertThat(fixture.one("select min(last_changed_at) < min(first_seen_at) from career_site", Boolean.class))
                .isTrue();
        assertThat(deliveredIds()).containsExactlyInAnyOrderElementsOf(changed);
        assertThat(deliveredIds()).isEmpty();
    }

    private List<UUID> deliveredIds() throws Exception {
        CareerSiteChangeReader sites = fixture.context()
                .getRegistry()
                .lookupByNameAndType("jobfeedCareerSiteChanges", CareerSiteChangeReader.class);
        List<UUID> ids = new ArrayList<>();
        CareerSiteChangeReader.Reading reading = sites.begin(null);
        while (reading.isUnfinished()) {
            sites.next(reading).forEach(site -> {
                ids.add(UUID.fromString(SyncFixture.parse(site.json()).get("id").textValue()));
                sites.markDelivered(reading, site);
            });
        }
        sites.end(reading);
        return ids;
    }

    private void startMetered() throws Exception {
        startMetered("h2");
    }

    private void startMetered(String database) throws Exception {
        fixture = SyncFixture.of(
                database,
                SandboxOptions.builder()
                        .jobs(10)
                        .careerSites(120)
                        .creditsPerJob(BigDecimal.valueOf(3))
                        .creditsBalance(BigDecimal.valueOf(10_000)));
    }

    @Test
    void backfillWithoutATotalStopsAtTheConfirmationThreshold() throws Exception {
        startMetered();
        fixture.with("jobo.credits.confirm-above", "5000");

        for (int again = 0; again < 2; again++) {
            assertThatThrownBy(fixture::syncCareerSites)
                    .isInstanceOf(AttemptFailedException.class)
                    .hasMessageContaining("has cost 5000 credits")
                    .hasMessageContaining("jobfeed sync career-sites --confirm-cost");
        }
        assertThat(requests()).hasSize(2);
        assertThat(fixture.alerts()).containsExactly("cost-unconfirmed");

        assertThat(fixture.syncCareerSitesConfirmed().status()).isEqualTo("succeeded");
        assertThat(requests()).hasSize(3).doesNotHaveDuplicates();
        assertThat(fixture.alerts()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"jobo.credits.confirm-above, cost-unconfirmed", "jobo.credits.max-per-attempt, credits-cap"})
    void firstPageAboveALimitIsNotRequested(String limit, String condition) throws Exception {
        startMetered();
        fixture.with(limit, "2499");

        assertThatThrownBy(fixture::syncCareerSites)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("2500 credits")
                .hasMessageContaining(limit)
                .hasMessageContaining("batch");
        assertThat(requests()).isEmpty();
        assertThat(fixture.alerts()).containsExactly(condition);

        fixture.with("jobo.career-sites.batch-size", "49");
        catchThrowable(fixture::syncCareerSites);
        assertThat(requests()).as("one page is within the limit, two are not").hasSize(1);
    }

    @Test
    void confirmedFirstPageIsRequested() throws Exception {
        startMetered();
        fixture.with("jobo.credits.confirm-above", "2499");
        assertThatThrownBy(fixture::syncCareerSites).hasMessageContaining("jobfeed sync career-sites --confirm-cost");

        assertThat(fixture.syncCareerSitesConfirmed().status()).isEqualTo("succeeded");
    }

    @Test
    void rowsWithoutAChargeHaveNoLimit() throws Exception {
        start("h2");
        fixture.with("jobo.credits.max-per-attempt", "2500").with("jobo.credits.confirm-above", "2500");

        assertThat(fixture.syncCareerSites().status()).isEqualTo("succeeded");

        fixture.with("jobo.credits.max-per-attempt", "1");
        assertThat(fixture.syncCareerSites().status()).isEqualTo("succeeded");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void newestBalanceAppliesToEveryStream(String database) throws Exception {
        startMetered(database);
        fixture.sync();
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("9970");

        fixture.with("jobo.credits.alert-below", "5000").syncCareerSites();

        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("3970");
        assertThat(fixture.alerts()).containsExactly("credits-low");
        fixture.with("jobo.credits.floor", "3960");
        assertThatThrownBy(fixture::sync)
                .as("one page of jobs may cost 3000")
                .hasMessageContaining("balance of 3970 below jobo.credits.floor");
        fixture.with("jobo.credits.floor", "0").with("jobo.credits.alert-below", "3000");
        fixture.sandbox.data().createJobs(1);
        fixture.sync();
        assertThat(fixture.alerts()).as("alerts of all streams").isEmpty();
    }

    @Test
    void attemptCapAppliesToCareerSitesAndTheNextAttemptContinues() throws Exception {
        startMetered();
        fixture.with("jobo.credits.max-per-attempt", "5000");

        assertThat(fixture.syncCareerSites().status()).isEqualTo("open");
        assertThat(requests()).hasSize(2);
        assertThat(fixture.syncCareerSites().status()).isEqualTo("succeeded");

        assertThat(requests()).hasSize(3).doesNotHaveDuplicates();
    }

    @Test
    void floorAppliesToCareerSites() throws Exception {
        startMetered();
        fixture.with("jobo.credits.floor", "4000");

        assertThatThrownBy(fixture::syncCareerSites)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("--confirm-cost");

        assertThat(fixture.one("select credits_spent from sync_run", BigDecimal.class))
                .isEqualByComparingTo("5000");
        assertThat(requests()).hasSize(2);
    }

    @Test
    void estimateShowsTheCostOfTheNextRun() throws Exception {
        startMetered();
        SimpleMeterRegistry registry = new SimpleMeterRegistry();
        fixture.loaded().getRegistry().bind("meters", registry);
        try (var template = fixture.context().createProducerTemplate()) {
            CostEstimate estimate = template.send(
                            "direct:sync-estimate", exchange -> exchange.setVariable("jobfeedStream", "career_sites"))
                    .getMessage()
                    .getBody(CostEstimate.class);

            assertThat(estimate.creditsPerRow()).isEqualByComparingTo("50");
            assertThat(estimate.text())
                    .contains("backfill", "50 credits each", "not known")
                    .contains("2,500 credits", "50 rows")
                    .containsPattern("request for this estimate.* 50 credits");
        }
        assertThat(registry.get("jobfeed.credits.spent")
                        .tag("stream", "career_sites")
                        .counter()
                        .count())
                .isEqualTo(50);
        assertThat(fixture.one("select count(*) from sync_run", Integer.class)).isZero();

        fixture.syncCareerSites();
        fixture.with("jobo.career-sites.filter.founded_after", "2000");
        fixture.syncCareerSites();
        fixture.with("jobo.career-sites.filter.founded_after", "");
        try (var template = fixture.context().createProducerTemplate()) {
            CostEstimate estimate = template.send(
                            "direct:sync-estimate", exchange -> exchange.setVariable("jobfeedStream", "career_sites"))
                    .getMessage()
                    .getBody(CostEstimate.class);

            assertThat(estimate.mode()).isEqualTo(RunMode.RESYNC);
            assertThat(estimate.rows()).isPositive();
            assertThat(estimate.creditsPerRow()).hasToString("50.000000");
        }
    }

    private List<String> requests() {
        return fixture.sandbox.log().entries("/api/career-sites/feed").stream()
                .map(LoggedRequest::body)
                .toList();
    }
}
