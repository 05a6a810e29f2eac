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

/** A job that the feed has delivered is closed by an expiry after that, and by no earlier one. */
class ReturnedJobsTest {

    private SyncFixture world;

    private void start(String database, String watermarkParameter) throws Exception {
        world = SyncFixture.of(database, SandboxOptions.builder().jobs(100).unknownExpired(50))
                .with("jobo.jobs.watermark-parameter", watermarkParameter)
                .with("jobo.jobs.batch-size", "25")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        world.close();
    }

    @ParameterizedTest
    @CsvSource({"h2, posted_after", "postgresql, posted_after", "h2, updated_after"})
    void aJobThatAResyncReactivatedStaysOpenUntilItExpiresAgain(String database, String parameter) throws Exception {
        start(database, parameter);
        world.sync();
        List<UUID> ids = world.sandbox.data().expireJobs(17);
        world.sync();
        ids.forEach(world.sandbox.data()::returnJob);
        assertThat(resync().counts().reactivated()).isEqualTo(17);

        assertThat(world.sync().expired()).isZero();
        assertThat(world.sync().expired()).isZero();

        world.assertStoreIsTheWorld();
        ids.subList(0, 5).forEach(world.sandbox.data()::expireJob);
        assertThat(world.sync().expired()).isEqualTo(5);
        world.assertStoreIsTheWorld();
    }

    /** Rows that are not written, because nothing of them has changed. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aJobThatAResyncDeliveredUnchangedStaysOpen(String database) throws Exception {
        start(database, "posted_after");
        world.sync();
        List<UUID> gone = world.sandbox.data().activeIds().skip(97).toList();
        onFeed(
                1,
                () -> gone.forEach(id -> {
                    world.sandbox.data().expireJob(id);
                    world.sandbox.data().returnJobUntouched(id);
                }));
        assertThat(resync().counts().unchanged()).isEqualTo(100);
        world.sandbox.intercept(null);

        assertThat(world.sync().expired()).isZero();

        world.assertStoreIsTheWorld();
    }

    /** A backfill also delivers what has expired before. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aJobThatWasInsertedAfterItsExpiryStaysOpen(String database) throws Exception {
        start(database, "posted_after");
        List<UUID> last = world.sandbox.data().activeIds().skip(90).toList();
        onFeed(
                2,
                () -> last.forEach(id -> {
                    world.sandbox.data().expireJob(id);
                    world.sandbox.data().returnJobUntouched(id);
                }));
        world.sync();
        world.sandbox.intercept(null);

        assertThat(world.sync().expired()).isZero();

        world.assertStoreIsTheWorld();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void whatExpiredAfterItsDeliveryIsClosedWhateverReturnedBefore(String database) throws Exception {
        start(database, "posted_after");
        List<UUID> all = world.sandbox.data().activeIds().toList();
        onFeed(3, () -> {
            // of the first page, delivered by now; and of the last one, which is still to come
            all.subList(0, 5).forEach(world.sandbox.data()::expireJob);
            all.subList(95, 100).forEach(id -> {
                world.sandbox.data().expireJob(id);
                world.sandbox.data().returnJobUntouched(id);
            });
        });
        world.sync();
        world.sandbox.intercept(null);
        all.subList(50, 53).forEach(world.sandbox.data()::expireJob);

        assertThat(world.sync().expired()).isEqualTo(8);

        world.assertStoreIsTheWorld();
    }

    /** More pages than the list is read again for, one job each. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aJobThatReturnedBeforeItsOwnPageStaysOpenHoweverManyPagesThereAre(String database) throws Exception {
        start(database, "posted_after");
        world.with("jobo.jobs.batch-size", "1").sync();
        List<UUID> all = world.sandbox.data().activeIds().toList();
        List<UUID> before = all.subList(10, 100);
        AtomicInteger page = new AtomicInteger();
        world.sandbox.intercept(request -> {
            int nth = request.endpoint() == Endpoint.JOBS_FEED ? page.incrementAndGet() : 0;
            if (nth > 0 && nth % 4 == 0 && nth < 88) {
                // some pages ahead of the one that is served
                world.sandbox.data().expireJob(all.get(nth + 8));
                world.sandbox.data().returnJobUntouched(all.get(nth + 8));
            }
            return Interceptor.pass();
        });
        resync();
        world.sandbox.intercept(null);
        List<UUID> gone = before.subList(0, 7);
        gone.forEach(world.sandbox.data()::expireJob);

        assertThat(world.sync().expired()).isEqualTo(7);

        world.assertStoreIsTheWorld();
    }

    @Test
    void aSweepThatIsInterruptedWhileItAsksAgainIsRepeated() throws Exception {
        start("h2", "posted_after");
        world.sync();
        List<UUID> ids = world.sandbox.data().expireJobs(6);
        world.sync();
        ids.forEach(world.sandbox.data()::returnJob);
        resync();
        ids.subList(0, 2).forEach(world.sandbox.data()::expireJob);
        OffsetDateTime before = world.state().lastSweepStartedAt();
        AtomicInteger asked = new AtomicInteger();
        world.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_EXPIRED && asked.incrementAndGet() > 1
                ? Interceptor.answer(403, java.util.Map.of(), "{}")
                : Interceptor.pass());
        assertThat(catchThrowable(world::sync)).isNotNull();
        assertThat(world.state().lastSweepStartedAt()).isEqualTo(before);
        world.sandbox.intercept(null);
        world.restart();

        assertThat(world.sync().expired()).isEqualTo(2);

        world.assertStoreIsTheWorld();
    }

    @Test
    void theListIsReadAgainFromTheDeliveryAndItsPagesAreForgotten() throws Exception {
        start("h2", "posted_after");
        world.with("jobo.overlap", "1ms").with("jobo.expired.batch-size", "10");
        world.sync();
        world.sandbox.data().expireJobs(3);
        int asked = world.expired().size();

        world.sync();

        List<LoggedRequest> sweep =
                world.expired().subList(asked, world.expired().size());
        assertThat(sweep).hasSizeBetween(2, 5).allMatch(request -> request.status() == 200);
        assertThat(sweep.get(0).query()).isLessThan(sweep.get(1).query());
        // they are kept as long as a window may reach back, because a clock that is set moves it
        world.database.update(
                "update delivered_page set earliest_requested_at = earliest_requested_at - interval '167' hour,"
                        + " latest_requested_at = latest_requested_at - interval '167' hour where seq <= 4");
        world.sync();
        assertThat(world.one("select count(*) from delivered_page where seq <= 4", Integer.class))
                .isZero();
        world.assertStoreIsTheWorld();
    }

    private Run resync() throws Exception {
        world.tenant().states().requestResync("jobs", OffsetDateTime.now());
        return world.sync();
    }

    /** Does something just before a request to the feed is served, counted from here. */
    private void onFeed(int nth, Runnable work) {
        AtomicInteger seen = new AtomicInteger();
        world.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && seen.incrementAndGet() == nth) {
                work.run();
            }
            return Interceptor.pass();
        });
    }
}
