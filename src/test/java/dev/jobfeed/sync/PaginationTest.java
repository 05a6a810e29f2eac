package dev.jobfeed.sync;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.feed.Continuation;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the detection of cursors that repeat, and of feeds without an end. */
class PaginationTest {

    private final AtomicInteger counted = new AtomicInteger();
    private final Pagination pagination = new Pagination(() -> {
        counted.incrementAndGet();
        return 2000;
    });

    @Test
    void usedCursorIsDetected() {
        assertThat(pagination.leadsBack(page("a"))).isFalse();
        assertThat(pagination.advance(page("a"))).isTrue();
        assertThat(pagination.advance(page("b"))).isTrue();

        assertThat(pagination.leadsBack(page("a"))).isTrue();
        assertThat(pagination.advance(page("a"))).isFalse();
    }

    @Test
    void restartClearsTheCursors() {
        pagination.advance(page("a"));

        pagination.restart();

        assertThat(pagination.leadsBack(page("a"))).isFalse();
    }

    @ParameterizedTest
    @CsvSource({"9000,3000,true", "9000,2999,false", "4000,3000,false", "4001,3000,true"})
    void feedIsTooLongAfterRepeatingMoreThanTheStoredRows(long received, long repeated, boolean found) {
        FeedProgress progress = new FeedProgress(received, repeated, 0);

        assertThat(pagination.exceedsSize(run(null, progress), progress)).isEqualTo(found);
        assertThat(pagination.exceedsSize(run(null, progress), progress))
                .as("detected again after a rollback of the page")
                .isEqualTo(found);
        pagination.committed(run(null, progress), progress);
        assertThat(pagination.isBeyondEstimate()).isEqualTo(found);
        assertThat(pagination.exceedsSize(run(null, progress), progress))
                .as("detected once")
                .isFalse();
    }

    @Test
    void storedRowsAreCountedOnceAndOnlyWithoutAnEstimate() {
        assertThat(pagination.expectedRows(run(500L, new FeedProgress(0, 0, 0))))
                .isEqualTo(500);
        assertThat(counted).hasValue(0);

        pagination.expectedRows(run(null, new FeedProgress(0, 0, 0)));
        assertThat(pagination.expectedRows(run(null, new FeedProgress(0, 0, 0))))
                .isEqualTo(2000);
        assertThat(counted).hasValue(1);
    }

    @Test
    void emptyStoreIsAlsoCountedOnce() {
        Pagination empty = new Pagination(() -> {
            counted.incrementAndGet();
            return 0;
        });

        empty.expectedRows(run(null, new FeedProgress(0, 0, 0)));
        assertThat(empty.expectedRows(run(null, new FeedProgress(0, 0, 0)))).isZero();

        assertThat(counted).hasValue(1);
    }

    @Test
    void laterAttemptKnowsThePaginationOfTheRun() {
        FeedProgress progress = new FeedProgress(9000, 3000, 0);
        // the first 8 bytes of the SHA-256 of "a"
        long used = 0xca978112ca1bbdcaL;
        Pagination later = new Pagination(() -> 2000);
        assertThat(later.isStuck()).isFalse();

        later.restore(run(null, progress), List.of(used));

        assertThat(later.leadsBack(page("a"))).isTrue();
        assertThat(later.leadsBack(page("b"))).isFalse();
        assertThat(later.isStuck()).isTrue();
        assertThat(later.isBeyondEstimate()).isTrue();
    }

    private static FeedPage page(String cursor) {
        return new FeedPage(List.of(), List.of(), List.of(), 0, new Continuation(true, cursor), OptionalLong.empty());
    }

    private static Run run(Long estimated, FeedProgress progress) {
        return new Run(
                1,
                "jobs",
                RunMode.BACKFILL,
                RunPhase.FEED,
                "open",
                OffsetDateTime.parse("2026-11-30T00:00:00Z"),
                null,
                true,
                "",
                null,
                false,
                estimated,
                1,
                0,
                1,
                new RecordCounts(0, 0, 0, 0, 0, 0, 0),
                progress,
                0,
                0,
                0,
                BigDecimal.ZERO,
                null,
                null);
    }
}
