package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.lease.UnmanagedLease;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the credit limits. A page of 1,000 jobs at 0.05 credits costs 50. */
class CreditPolicyTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-24T00:00:00Z");
    private static final BigDecimal PRICE = new BigDecimal("0.05");
    private static final FeedProgress FIRST = new FeedProgress(0, 0, 0);

    private static SyncAttempt attempt(String stream, Map<String, String> properties, boolean confirmed) {
        JobfeedProperties settings =
                JobfeedProperties.over(property -> Optional.empty()).with(properties);
        Tenant tenant = new Tenant(
                "", settings, null, null, null, null, null, null, null, null, null, null, null, null, null, null);
        return new SyncAttempt(tenant, UnmanagedLease.on(stream), 0, confirmed, new ServerClock(Clock.systemUTC()));
    }

    private static SyncAttempt opened(Map<String, String> properties, boolean confirmed, Run run, BigDecimal stored) {
        SyncAttempt attempt = attempt("jobs", properties, confirmed);
        attempt.opened(state(stored), run, false, PRICE);
        return attempt;
    }

    private static StreamState state(BigDecimal balance) {
        return new StreamState(
                "jobs", null, null, null, 1L, null, balance, null, null, null, null, null, null, null, null, null);
    }

    private static Run run(RunMode mode, long pages, long received, String spent, Long estimated, boolean confirmed) {
        return new Run(
                1,
                "jobs",
                mode,
                RunPhase.FEED,
                "open",
                NOW,
                null,
                true,
                "",
                null,
                confirmed,
                estimated,
                1,
                0,
                pages,
                new RecordCounts(received, received, 0, 0, 0, 0, 0),
                FIRST,
                0,
                pages,
                0,
                new BigDecimal(spent),
                null,
                null);
    }

    private static Run backfill() {
        return run(RunMode.BACKFILL, 0, 0, "0", null, false);
    }

    /** Returns the message and the remedy. */
    private static String assertRefused(SyncAttempt attempt, String condition) {
        Problem problem = catchThrowableOfType(AttemptFailedException.class, () -> CreditPolicy.check(attempt))
                .problem();
        assertThat(problem.condition()).isEqualTo(condition);
        return problem.text();
    }

    @ParameterizedTest
    @CsvSource({"100, 50, false", "100, 50.01, true", "49.99, 0, true", "1000, 50, false"})
    void pageThatTakesTheBalanceBelowTheFloorIsNotRequested(String balance, String floor, boolean refused) {
        SyncAttempt attempt = opened(Map.of("jobo.credits.floor", floor), false, backfill(), null);
        attempt.recordResponse("200", null, new BigDecimal(balance));

        if (refused) {
            assertThat(assertRefused(attempt, "credits-floor"))
                    .contains("50 credits", "balance of " + balance, "(" + floor + ")", "sync jobs --confirm-cost");
        } else {
            assertThatCode(() -> CreditPolicy.check(attempt)).doesNotThrowAnyException();
        }
    }

    @Test
    void storedBalanceIsUsedUntilAResponseOrAConfirmation() {
        Map<String, String> floor = Map.of("jobo.credits.floor", "50");
        BigDecimal stored = new BigDecimal("60");

        assertRefused(opened(floor, false, backfill(), stored), "credits-floor");
        assertThatCode(() -> CreditPolicy.check(opened(floor, true, backfill(), stored)))
                .doesNotThrowAnyException();
        SyncAttempt toppedUp = opened(floor, false, backfill(), stored);
        toppedUp.recordResponse("200", null, new BigDecimal("100"));
        assertThatCode(() -> CreditPolicy.check(toppedUp)).doesNotThrowAnyException();
    }

    @Test
    void attemptEndsBeforeThePageThatExceedsItsCap() {
        SyncAttempt attempt = opened(Map.of("jobo.credits.max-per-attempt", "100"), false, backfill(), null);
        for (int page = 1; page <= 2; page++) {
            assertThat(CreditPolicy.withinBudget(attempt)).isTrue();
            CreditPolicy.check(attempt);
            attempt.recordResponse("200", new BigDecimal("50"), null);
            attempt.recordReceived(1000);
        }

        assertThat(CreditPolicy.withinBudget(attempt)).isFalse();
        assertThat(assertRefused(attempt, "credits-cap"))
                .contains("50 credits", "used 100", "the 100 that", Problem.GOES_ON);
    }

    /** A page costs 50 credits; an attempt that cannot request any page fails instead of ending as a success. */
    @ParameterizedTest
    @CsvSource({"100, 50, false", "99, 50, true", "49, 0, false"})
    void budgetIsExhaustedWhenNoFurtherPageFits(String cap, String spent, boolean exhausted) {
        SyncAttempt attempt = opened(Map.of("jobo.credits.max-per-attempt", cap), false, backfill(), null);
        if (!spent.equals("0")) {
            attempt.recordResponse("200", new BigDecimal(spent), null);
            attempt.recordReceived(1000);
        }

        CreditPolicy.afterPage(attempt);

        assertThat(attempt.usage().isBudgetExhausted()).isEqualTo(exhausted);
        if (spent.equals("0")) {
            assertThat(assertRefused(attempt, "credits-cap")).contains("Increase the limit");
        }
    }

    @Test
    void observedPriceReplacesThatOfTheLastRun() {
        SyncAttempt attempt = opened(Map.of("jobo.credits.max-per-attempt", "100"), false, backfill(), null);
        attempt.recordResponse("200", new BigDecimal("5"), null);
        attempt.recordReceived(1000);

        assertThat(CreditPolicy.withinBudget(attempt)).isTrue();

        attempt.recordResponse("200", new BigDecimal("195"), null);
        assertThat(CreditPolicy.withinBudget(attempt)).isFalse();
    }

    /** 50 career sites cost 50 credits each; jobs may be included in a subscription. */
    @ParameterizedTest
    @CsvSource({"career_sites, 2499, true", "career_sites, 2500, false", "jobs, 0, false"})
    void documentedPriceIsUsedBeforeTheFirstRow(String stream, String cap, boolean refused) {
        SyncAttempt attempt = attempt(stream, Map.of("jobo.credits.max-per-attempt", cap), false);
        attempt.opened(state(null), backfill(), false, null);

        if (refused) {
            assertRefused(attempt, "credits-cap");
        } else {
            assertThatCode(() -> CreditPolicy.check(attempt)).doesNotThrowAnyException();
        }
    }

    @Test
    void rowsThatAreNotChargedHaveNoLimit() {
        Map<String, String> limits = Map.of(
                "jobo.credits.floor", "1000",
                "jobo.credits.max-per-attempt", "0",
                "jobo.credits.confirm-above", "0");
        SyncAttempt attempt = opened(limits, false, run(RunMode.BACKFILL, 1, 1000, "0", 1_000_000L, false), PRICE);

        assertThatCode(() -> CreditPolicy.check(attempt)).doesNotThrowAnyException();
    }

    /** The first page costs 50, and 1,000,000 estimated rows cost 50,000. */
    @ParameterizedTest
    @CsvSource({
        "BACKFILL, 0, 0, , 49, true, 'may cost 50 credits, of 1000 rows, (49), .batch-size'",
        "BACKFILL, 0, 0, , 50, false,",
        "RESYNC, 1, 50, 1000000, 49999, true, 'about 50000 credits, 1000000 rows, (49999), .filter.'",
        "RESYNC, 1, 50, 1000000, 50000, false,",
        "RESYNC, 2, 100, 1000000, 1, false,",
        "BACKFILL, 2, 100, 1500, 149, true, 'cost 100 credits, received 2000 rows, 1500 were estimated, .filter.'",
        "BACKFILL, 2, 100, 2000, 149, true, 'cost 100 credits, 2000 were estimated'",
        "BACKFILL, 2, 100, 1500, 150, false,",
        "BACKFILL, 3, 150, , 199, true, 'cost 150 credits, does not report the number of rows'",
        "INCREMENTAL, 3, 150, , 0, false,"
    })
    void costAboveTheThresholdNeedsAConfirmation(
            RunMode mode, long pages, String spent, Long estimated, String threshold, boolean refused, String facts) {
        Map<String, String> limit = Map.of("jobo.credits.confirm-above", threshold);
        SyncAttempt attempt = opened(limit, false, run(mode, pages, pages * 1000, spent, estimated, false), null);

        if (refused) {
            assertThat(assertRefused(attempt, "cost-unconfirmed"))
                    .contains(facts.split(", "))
                    .contains("sync jobs --confirm-cost");
        } else {
            assertThatCode(() -> CreditPolicy.check(attempt)).doesNotThrowAnyException();
        }
    }

    @Test
    void confirmationDoesNotCoverAFeedThatRepeatsRows() {
        Map<String, String> limit = Map.of("jobo.credits.confirm-above", "100");
        Run confirmed = run(RunMode.BACKFILL, 3, 3000, "150", null, true);

        assertThatCode(() -> CreditPolicy.check(opened(limit, false, confirmed, null)))
                .doesNotThrowAnyException();
        SyncAttempt repeating = opened(limit, false, confirmed, null);
        repeats(repeating);
        assertRefused(repeating, "cost-unconfirmed");
        SyncAttempt agreed = opened(limit, true, confirmed, null);
        repeats(agreed);
        assertThatCode(() -> CreditPolicy.check(agreed)).doesNotThrowAnyException();
    }

    /** Makes the attempt detect that its feed of an estimated 1,000 rows repeats rows. */
    private static void repeats(SyncAttempt attempt) {
        Run estimated = run(RunMode.BACKFILL, 3, 3000, "150", 1000L, true);
        attempt.pagination().committed(estimated, new FeedProgress(9000, 3000, 0));
        assertThat(attempt.pagination().isBeyondEstimate()).isTrue();
    }
}
