package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that an expiry closes a job only if it happened after the job's delivery. */
class ReturnedJobsTest {

    private SyncFixture fixture;

    private void start(String database, String watermarkParameter) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(100).unknownExpired(50))
                .with("jobo.jobs.watermark-parameter", watermarkParameter)
                .with("jobo.jobs.batch-size", "25")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @CsvSource({"h2, posted_after", "postgresql, posted_after", "h2, updated_after"})
    void jobReactivatedByAResyncStaysActiveUntilItExpiresAgain(String database, String parameter) throws Exception {
        start(database, parameter);
        fixture.sync();
        List<UUID> ids = fixture.sandbox.data().expireJobs(17);
        fixture.sync();
        ids.forEach(fixture.sandbox.data()::returnJob);
        assertThat(resync().counts().reactivated()).isEqualTo(17);

        assertThat(fixture.sync().expired()).isZero();
        assertThat(fixture.sync().expired()).isZero();

        fixture.assertStoreEqualsSandbox();
        ids.subList(0, 5).forEach(fixture.sandbox.data()::expireJob);
        assertThat(fixture.sync().expired()).isEqualTo(5);
        fixture.assertStoreEqualsSandbox();
    }

    /** Rows that are unchanged are not written. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void unchangedJobOfAResyncStaysActive(String database) throws Exception {
        start(database, "posted_after");
        fixture.sync();
        List<UUID> expiredJobs = fixture.sandbox.data().activeIds().skip(97).toList();
        beforeFeedRequest(
                1,
                () -> expiredJobs.forEach(id -> {
                    fixture.sandbox.data().expireJob(id);
                    fixture.sandbox.data().returnJobUntouched(id);
                }));
        assertThat(resync().counts().unchanged()).isEqualTo(100);
        fixture.sandbox.intercept(null);

        assertThat(fixture.sync().expired()).isZero();

        fixture.assertStoreEqualsSandbox();
    }

    /** A backfill also delivers jobs that expired before. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobInsertedAfterItsExpiryStaysActive(String database) throws Exception {
        start(database, "posted_after");
        List<UUID> last = fixture.sandbox.data().activeIds().skip(90).toList();
        beforeFeedRequest(
                2,
                () -> last.forEach(id -> {
                    fixture.sandbox.data().expireJob(id);
                    fixture.sandbox.data().returnJobUntouched(id);
                }));
        fixture.sync();
        fixture.sandbox.intercept(null);

        assertThat(fixture.sync().expired()).isZero();

        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobExpiredAfterItsDeliveryIsClosed(String database) throws Exception {
        start(database, "posted_after");
        List<UUID> all = fixture.sandbox.data().activeIds().toList();
        beforeFeedRequest(3, () -> {
            // from the first page, which is delivered by now, and from the last one, which is still to come
            all.subList(0, 5).forEach(fixture.sandbox.data()::expireJob);
            all.subList(95, 100).forEach(id -> {
                fixture.sandbox.data().expireJob(id);
                fixture.sandbox.data().returnJobUntouched(id);
            });
        });
        fixture.sync();
        fixture.sandbox.intercept(null);
        all.subList(50, 53).forEach(fixture.sandbox.data()::expireJob);

        assertThat(fixture.sync().expired()).isEqualTo(8);

        fixture.assertStoreEqualsSandbox();
    }

    /** One job a page, on more pages than the list is read again for. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobThatReturnedBeforeItsPageStaysActive(String database) throws Exception {
        start(database, "posted_after");
        fixture.with("jobo.jobs.batch-size", "1").sync();
        List<UUID> all = fixture.sandbox.data().activeIds().toList();
        List<UUID> before = all.subList(10, 100);
        AtomicInteger page = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            int nth = request.endpoint() == Endpoint.JOBS_FEED ? page.incrementAndGet() : 0;
            if (nth > 0 && nth % 4 == 0 && nth < 88) {
                // some pages ahead of the served one
                fixture.sandbox.data().expireJob(all.get(nth + 8));
                fixture.sandbox.data().returnJobUntouched(all.get(nth + 8));
            }
            return Interceptor.pass();
        });
        resync();
        fixture.sandbox.intercept(null);
        List<UUID> expiredJobs = before.subList(0, 7);
        expiredJobs.forEach(fixture.sandbox.data()::expireJob);

        assertThat(fixture.sync().expired()).isEqualTo(7);

        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void sweepInterruptedWhileReadingAgainIsRepeated() throws Exception {
        start("h2", "posted_after");
        fixture.sync();
        List<UUID> ids = fixture.sandbox.data().expireJobs(6);
        fixture.sync();
        ids.forEach(fixture.sandbox.data()::returnJob);
        resync();
        ids.subList(0, 2).forEach(fixture.sandbox.data()::expireJob);
        OffsetDateTime before = fixture.state().lastSweepStartedAt();
        AtomicInteger requests = new AtomicInteger();
        fixture.sandbox.intercept(
                request -> request.endpoint() == Endpoint.JOBS_EXPIRED && requests.incrementAndGet() > 1
                        ? Interceptor.answer(403, java.util.Map.of(), "{}")
                        : Interceptor.pass());
        assertThat(catchThrowable(fixture::sync)).isNotNull();
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before);
        fixture.sandbox.intercept(null);
        fixture.restart();

        assertThat(fixture.sync().expired()).isEqualTo(2);

        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void listIsReadAgainFromTheDeliveryAndDeliveredPagesAreDeleted() throws Exception {
        start("h2", "posted_after");
        fixture.with("jobo.overlap", "1ms").with("jobo.expired.batch-size", "10");
        fixture.sync();
        fixture.sandbox.data().expireJobs(3);
        int requests = fixture.expired().size();

        fixture.sync();

        List<LoggedRequest> sweep =
                fixture.expired().subList(requests, fixture.expired().size());
        assertThat(sweep).hasSizeBetween(2, 5).allMatch(request -> request.status() == 200);
        assertThat(sweep.get(0).query()).isLessThan(sweep.get(1).query());
        // they are kept as long as a window may reach back, because a clock change moves it
        fixture.database.update(
                "update delivered_page set earliest_requested_at = earliest_requested_at - interval '167' hour,"
                        + " latest_requested_at = latest_requested_at - interval '167' hour where seq <= 4");
        fixture.sync();
        assertThat(fixture.one("select count(*) from delivered_page where seq <= 4", Integer.class))
                .isZero();
        fixture.assertStoreEqualsSandbox();
    }

    private Run resync() throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        return fixture.sync();
    }

    /** Runs an action just before the nth feed request from now on is served. */
    private void beforeFeedRequest(int nth, Runnable work) {
        AtomicInteger seen = new AtomicInteger();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && seen.incrementAndGet() == nth) {
                work.run();
            }
            return Interceptor.pass();
        });
    }
}
