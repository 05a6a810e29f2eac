package dev.jobfeed;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.feed.MalformedResponseException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Tests the recorded credits and the configured limits. 60 jobs at 0.5 credits in pages of 20 cost 10 credits a page.
 */
class CreditsTest {

    private static final int PAGE = 10;

    private SyncFixture fixture;

    private void start(int balance) throws Exception {
        fixture = SyncFixture.of(
                        "h2",
                        SandboxOptions.builder()
                                .jobs(60)
                                .creditsPerJob(new BigDecimal("0.5"))
                                .creditsBalance(BigDecimal.valueOf(balance)))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void usageAndBalanceAreStored(String database) throws Exception {
        fixture = SyncFixture.of(
                        database,
                        SandboxOptions.builder()
                                .jobs(50)
                                .creditsPerJob(new BigDecimal("0.25"))
                                .creditsBalance(new BigDecimal("100.5")))
                .with("jobo.jobs.batch-size", "20");

        Run run = fixture.sync();

        assertThat(run.creditsSpent()).isEqualByComparingTo("12.5");
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("88");
        assertThat(fixture.state().creditsBalanceAt()).isAfterOrEqualTo(run.runStartedAt());
    }

    @Test
    void subscriptionRecordsNoCredits() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(60))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.credits.alert-below", "1000")
                .with("jobo.credits.floor", "1000")
                .with("jobo.credits.max-per-attempt", "1")
                .with("jobo.credits.confirm-above", "1");

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.creditsSpent()).isZero();
        assertThat(fixture.state().creditsBalance()).isNull();
        assertThat(fixture.alerts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "-", "NaN", "ten", "1,000", "0x10", "1e400", "1e999999999", "99999999999999999999"})
    void invalidAmountIsIgnored(String value) throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(0));
        fixture.sandbox.intercept(request -> Interceptor.answer(
                200,
                Map.of("X-Credits-Deducted", value, "X-Credits-Balance", value),
                "{\"jobs\":[],\"next_cursor\":null,\"has_more\":false}"));

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.creditsSpent()).isZero();
        assertThat(fixture.state().creditsBalance()).isNull();
    }

    @Test
    void costOfALostResponseIsCounted() throws Exception {
        start(100);
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 2
                ? Interceptor.truncate(10)
                : Interceptor.pass());

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.retries()).isEqualTo(1);
        assertThat(run.creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(4 * PAGE));
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("60");
    }

    static Stream<Interceptor.Verdict> chargedUnreadableResponses() {
        return Stream.of(
                Interceptor.truncate(10),
                Interceptor.rewrite(page -> "{\"jobs\":[{\"id\":nan}],\"has_more\":false}".getBytes(UTF_8)),
                Interceptor.rewrite(page -> "{\"jobs\":[]}".getBytes(UTF_8)));
    }

    @ParameterizedTest
    @MethodSource("chargedUnreadableResponses")
    void chargedUnreadablePageIsRequestedTwiceAnAttemptAndTheAlertNamesItsCost(Interceptor.Verdict verdict)
            throws Exception {
        start(1000);
        fixture.sandbox.intercept(request ->
                request.endpoint() == Endpoint.JOBS_FEED && request.sequence() > 1 ? verdict : Interceptor.pass());

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.run().pages()).isEqualTo(1);
        assertThat(fixture.run().retries()).isEqualTo(1);
        assertThat(fixture.run().creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(3 * PAGE));
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo(BigDecimal.valueOf(1000 - 3 * PAGE));
        assertThat(fixture.one("select message from alert where cleared_at is null", String.class))
                .endsWith("; 20 credits charged for 2 answers that cannot be read.");

        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(5);
    }

    @Test
    void unreadableResponseWithoutAChargeIsRetriedFiveTimes() throws Exception {
        start(1000);
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.answer(200, Map.of(), "{\"jobs\":[]}")
                : Interceptor.pass());

        assertThatThrownBy(fixture::sync).isInstanceOf(MalformedResponseException.class);

        assertThat(fixture.feed()).hasSize(6);
        assertThat(fixture.one("select message from alert", String.class)).doesNotContain("charged");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void chargedPageWithPartlyInvalidJsonStoresItsValidRows(String database) throws Exception {
        fixture = SyncFixture.of(
                        database,
                        SandboxOptions.builder()
                                .jobs(60)
                                .creditsPerJob(new BigDecimal("0.5"))
                                .creditsBalance(BigDecimal.valueOf(1000)))
                .with("jobo.jobs.batch-size", "20");
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.rewrite(CreditsTest::withInvalidJson)
                : Interceptor.pass());

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(3);
        assertThat(run.creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(3 * PAGE));
        assertThat(run.counts().received()).isEqualTo(60);
        assertThat(run.counts().quarantined()).isEqualTo(3);
        assertThat(run.counts().inserted()).isEqualTo(57);
        assertThat(fixture.one("select count(*) from job where title like '%' || chr(10) || '%'", Integer.class))
                .isEqualTo(57);
        assertThat(fixture.one("select min(cast(extra as varchar)) from job", String.class)
                        .replace(" ", ""))
                .isEqualTo("{\"odds\":null}");
        assertThat(fixture.one("select min(reason) from quarantine", String.class))
                .contains("not UTF-8");
        assertThat(fixture.one("select min(payload) from quarantine", String.class))
                .contains("Z\uFFFDrich");
    }

    /** Inserts raw line breaks and an unquoted NaN into each row, and a Latin-1 byte into the third. */
    private static byte[] withInvalidJson(byte[] page) {
        String[] rows = new String(page, ISO_8859_1).split("\"title\":\"", -1);
        StringBuilder damaged = new StringBuilder(rows[0]);
        for (int i = 1; i < rows.length; i++) {
            damaged.append("\"odds\":NaN,\"title\":\"\n")
                    .append(i == 3 ? "Z\u00fcrich" : "")
                    .append(rows[i]);
        }
        return damaged.toString().getBytes(ISO_8859_1);
    }

    @Test
    void costOfAPageThatWasNotStoredIsCountedOnce() throws Exception {
        start(1000);
        fixture.context();
        fixture.database.execute("alter table job add constraint too_long check (length(title) < 1)");

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.run().creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(PAGE));
        assertThat(fixture.run().requests()).isEqualTo(1);
        fixture.database.execute("alter table job drop constraint too_long");
        assertThat(fixture.sync().creditsSpent()).isEqualByComparingTo(BigDecimal.valueOf(4 * PAGE));
    }

    @Test
    void attemptWithoutCreditsFails() throws Exception {
        start(25);

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.run().status()).isEqualTo("open");
        assertThat(fixture.run().pages()).isEqualTo(2);
        assertThat(fixture.run().lastError())
                .startsWith("Jobo answered 402 (")
                .endsWith("the balance of 5 pays for 10 rows.");
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("5");
        assertThat(fixture.state().lastRunStartedAt()).isNull();
        assertThat(fixture.alerts()).containsExactly("credits-exhausted");

        fixture.with("jobo.jobs.batch-size", "10");
        assertThatThrownBy(fixture::sync);
        assertThat(fixture.run().pages()).isEqualTo(3);
        assertThat(fixture.state().creditsBalance()).isZero();
    }

    @Test
    void errorResponseUpdatesTheBalance() throws Exception {
        start(5);
        fixture.with("jobo.credits.alert-below", "100");

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("5");
        assertThat(fixture.alerts()).containsExactlyInAnyOrder("credits-exhausted", "credits-low");
    }

    @Test
    void attemptEndsBeforeTheRequestBelowTheFloor() throws Exception {
        start(100);
        fixture.with("jobo.credits.floor", "75");

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("may cost 10 credits")
                .hasMessageContaining("balance of 80 below jobo.credits.floor (75)");

        assertThat(fixture.feed()).hasSize(2);
        assertThat(fixture.run().pages()).isEqualTo(2);
        assertThat(fixture.run().requests()).isEqualTo(2);
        assertThat(fixture.state().creditsBalance()).isEqualByComparingTo("80");
        assertThat(fixture.alerts()).containsExactly("credits-floor");

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
        assertThat(fixture.feed()).hasSize(2);

        fixture.with("jobo.credits.floor", "70");
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.alerts()).isEmpty();
    }

    /** The stored balance is outdated; only a request shows whether credits were added. */
    @Test
    void confirmationAllowsOneRequestToReadTheNewBalance() throws Exception {
        start(100);
        fixture.with("jobo.credits.floor", "75");
        assertThatThrownBy(fixture::sync);
        fixture.database.update("update sync_state set credits_balance = 1");
        assertThatThrownBy(fixture::sync).hasMessageContaining("--confirm-cost");

        assertThat(fixture.syncConfirmed().status()).isEqualTo("succeeded");

        assertThat(fixture.feed()).hasSize(3);
    }

    @Test
    void floorDoesNotBlockAFreeSweep() throws Exception {
        start(100);
        fixture.sync();
        fixture.with("jobo.credits.floor", "1000");
        fixture.sandbox.data().expireJobs(2);

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.one("select count(*) from job where expired_reason = 'swept'", Integer.class))
                .isEqualTo(2);
    }

    @Test
    void attemptEndsWithItsBudgetAndTheNextOneContinues() throws Exception {
        start(100);
        fixture.with("jobo.credits.max-per-attempt", "25");

        Run first = fixture.sync();

        assertThat(first.status()).isEqualTo("open");
        assertThat(first.lastError()).isNull();
        assertThat(first.pages()).isEqualTo(2);
        assertThat(fixture.alerts()).isEmpty();

        Run second = fixture.sync();
        assertThat(second.id()).isEqualTo(first.id());
        assertThat(second.status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(3);
    }

    @Test
    void budgetBelowThePriceOfAPageIsReported() throws Exception {
        start(100);
        fixture.with("jobo.credits.max-per-attempt", "5");
        assertThat(fixture.sync().pages()).isEqualTo(1);

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("jobo.credits.max-per-attempt")
                .hasMessageContaining("batch size");

        assertThat(fixture.feed()).hasSize(1);
        assertThat(fixture.alerts()).containsExactly("credits-cap");
    }

    @Test
    void repeatedRequestCountsAgainstTheBudget() throws Exception {
        start(100);
        fixture.with("jobo.credits.max-per-attempt", "25");
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED && request.sequence() > 1
                ? Interceptor.truncate(10)
                : Interceptor.pass());

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("used 20 of the 25")
                .hasMessageEndingWith("The next attempt resumes from here.");

        assertThat(fixture.run().creditsSpent()).isEqualByComparingTo("20");
        assertThat(fixture.run().pages()).isEqualTo(1);
        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void expensiveBackfillStopsAfterItsFirstPageUntilConfirmed() throws Exception {
        start(100);
        fixture.with("jobo.credits.confirm-above", "29");

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("about 30 credits for 60 rows")
                .hasMessageContaining("--confirm-cost");
        assertThat(fixture.feed()).hasSize(1);
        assertThat(fixture.run().pages()).isEqualTo(1);
        assertThat(fixture.alerts()).containsExactly("cost-unconfirmed");

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
        assertThat(fixture.feed()).hasSize(1);

        Run run = fixture.syncConfirmed();
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.costConfirmed()).isTrue();
        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void storedConfirmationAlsoAppliesBelowTheFloor() throws Exception {
        start(100);
        fixture.with("jobo.credits.confirm-above", "29");
        assertThatThrownBy(fixture::sync).hasMessageContaining("--confirm-cost");
        fixture.with("jobo.credits.floor", "85");
        Tenant tenant = fixture.tenant();
        assertThat(tenant.runs().confirmOpenRun("career_sites", tenant.transaction()))
                .isFalse();
        assertThatThrownBy(fixture::sync).hasMessageContaining("jobo.credits.floor");

        assertThat(tenant.runs().confirmOpenRun("jobs", tenant.transaction())).isTrue();

        assertThatThrownBy(fixture::sync).hasMessageContaining("balance of 80 below jobo.credits.floor (85)");
        assertThat(fixture.run().pages()).isEqualTo(2);
        fixture.with("jobo.credits.floor", "0");
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
    }

    @Test
    void confirmedRunStaysConfirmed() throws Exception {
        start(100);
        fixture.with("jobo.credits.confirm-above", "29").with("jobo.credits.max-per-attempt", "10");
        assertThat(fixture.syncConfirmed().pages()).isEqualTo(1);

        assertThat(fixture.sync().pages()).isEqualTo(2);
    }

    @Test
    void onlyAnAutomaticResyncNeedsAConfirmation() throws Exception {
        start(1000);
        fixture.sync();
        fixture.with("jobo.credits.confirm-above", "29");
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        assertThat(fixture.sync().status()).isEqualTo("succeeded");

        fixture.with("jobo.jobs.watermark-parameter", "posted_after");
        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("resync");
        assertThat(fixture.run().pages()).isEqualTo(1);
    }

    @Test
    void cheapBackfillAndIncrementalRunNeedNoConfirmation() throws Exception {
        start(1000);
        fixture.with("jobo.credits.confirm-above", "30");
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        fixture.with("jobo.credits.confirm-above", "1");
        fixture.sandbox.data().createJobs(50);

        assertThat(fixture.sync().status()).isEqualTo("succeeded");
    }

    @Test
    void lowBalanceRaisesOneAlertUntilCreditsAreAdded() throws Exception {
        start(100);
        fixture.with("jobo.credits.alert-below", "80");
        fixture.syncPages(2);
        assertThat(fixture.alerts()).isEmpty();
        fixture.sync();
        assertThat(fixture.alerts()).containsExactly("credits-low");
        assertThat(fixture.one("select message from alert", String.class)).contains("70 credits");

        fixture.sandbox.data().createJobs(1);
        fixture.sync();
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isEqualTo(1);

        fixture.with("jobo.credits.alert-below", "10");
        fixture.sandbox.data().createJobs(1);
        fixture.sync();
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select clearance_notified_at is not null from alert", Boolean.class))
                .isTrue();
    }
}
