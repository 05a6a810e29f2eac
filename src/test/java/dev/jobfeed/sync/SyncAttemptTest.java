package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.UnmanagedLease;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.OffsetDateTime;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests when an attempt continues with its next page, with reconciling and with its commit. */
class SyncAttemptTest {

    private static final OffsetDateTime NOW = OffsetDateTime.parse("2026-11-30T00:00:00Z");

    private final HeldLease lease = UnmanagedLease.on("jobs");
    private final SyncAttempt attempt = attempt(0);

    @Test
    void noPageIsRequestedBeforeTheSweep() {
        opened(attempt, RunPhase.FEED);

        assertThat(attempt.hasNextPage()).isFalse();
        attempt.sweepEnds();
        assertThat(attempt.hasNextPage()).isTrue();
    }

    @ParameterizedTest
    @EnumSource(RunPhase.class)
    void eachPhaseHasOneNextStep(RunPhase phase) {
        opened(attempt, phase);
        attempt.sweepEnds();

        assertThat(attempt.hasNextPage()).isEqualTo(phase == RunPhase.FEED);
        assertThat(attempt.isReconciling()).isEqualTo(phase == RunPhase.RECONCILE);
        assertThat(attempt.isReadyToCommit()).isEqualTo(phase == RunPhase.COMMIT);
    }

    @Test
    void stopKeepsThePrefetchedPage() {
        opened(attempt, RunPhase.FEED);
        attempt.sweepEnds();
        attempt.isPrefetching(true);

        attempt.stop();

        assertThat(attempt.hasNextPage()).as("the page is already charged").isTrue();
        attempt.isPrefetching(false);
        assertThat(attempt.hasNextPage()).isFalse();
    }

    @Test
    void lostLeaseDiscardsThePage() {
        opened(attempt, RunPhase.FEED);
        attempt.sweepEnds();
        attempt.isPrefetching(true);

        lease.lost();

        assertThat(attempt.hasNextPage()).isFalse();
        assertThat(attempt.isStopping()).isTrue();
    }

    @Test
    void exhaustedBudgetEndsTheFeed() {
        opened(attempt, RunPhase.FEED);
        attempt.sweepEnds();

        attempt.usage().exhaustBudget();

        assertThat(attempt.hasNextPage()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 5})
    void pageLimitCountsCommittedPages(int limit) {
        SyncAttempt limited = attempt(limit);
        opened(limited, RunPhase.FEED);
        limited.sweepEnds();

        for (int i = 1; i <= limit; i++) {
            assertThat(limited.hasNextPage()).isTrue();
            assertThat(limited.mayPrefetch()).isEqualTo(i < limit);
            limited.saved(limited.unsavedUsage(), run(RunPhase.FEED));
            limited.progress().committed(new RecordCounts(0, 0, 0, 0, 0, 0, 0));
        }

        assertThat(limited.hasNextPage()).isFalse();
        assertThat(limited.isPageLimitReached()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({"0, 0, true", "100, 50, true", "100, 49, false"})
    void nextPageIsExpectedToEqualTheLastOne(long received, long unchanged, boolean expected) {
        opened(attempt, RunPhase.FEED);
        assertThat(attempt.expectsUnchanged()).isFalse();

        attempt.progress().committed(new RecordCounts(received, received - unchanged, 0, unchanged, 0, 0, 0));

        assertThat(attempt.expectsUnchanged()).isEqualTo(expected);
    }

    @Test
    void chargeDuringACheckpointIsSavedByTheNextOne() {
        opened(attempt, RunPhase.FEED);
        attempt.recordResponse("200", BigDecimal.TEN, null);
        RequestUsage saved = attempt.unsavedUsage();
        attempt.recordResponse("200", BigDecimal.ONE, new BigDecimal("89"));

        attempt.saved(saved, run(RunPhase.FEED));

        assertThat(saved.credits()).isEqualByComparingTo("10");
        assertThat(attempt.unsavedUsage().credits()).isEqualByComparingTo("1");
        assertThat(attempt.usage().credits()).isEqualByComparingTo("11");
        assertThat(attempt.usage().balance()).isEqualByComparingTo("89");
    }

    private SyncAttempt attempt(int maxPages) {
        return new SyncAttempt(null, lease, maxPages, false, new ServerClock(Clock.systemUTC()));
    }

    private static void opened(SyncAttempt attempt, RunPhase phase) {
        attempt.opened(null, run(phase), false, null);
    }

    private static Run run(RunPhase phase) {
        return new Run(
                1,
                "jobs",
                RunMode.BACKFILL,
                phase,
                "open",
                NOW,
                null,
                true,
                "",
                null,
                false,
                null,
                1,
                0,
                1,
                new RecordCounts(0, 0, 0, 0, 0, 0, 0),
                new FeedProgress(0, 0, 0),
                0,
                0,
                0,
                BigDecimal.ZERO,
                null,
                null);
    }
}
