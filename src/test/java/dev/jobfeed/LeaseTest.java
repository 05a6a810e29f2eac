package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that a stream has one attempt at a time, and that an overtaken attempt has no effect. */
class LeaseTest {

    private static final String TAKE_OVER = "update sync_state set lease_token = ?, lease_owner = 'another',"
            + " lease_expires_at = ? where stream = 'jobs'";

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(60))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void secondAttemptFailsWithoutARequest(String database) throws Exception {
        start(database);
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch firstRequestBlocked = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            requestReceived.countDown();
            firstRequestBlocked.await();
            return Interceptor.pass();
        });
        fixture.context();
        CompletableFuture<Run> first = CompletableFuture.supplyAsync(() -> {
            try {
                return fixture.sync();
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
        requestReceived.await();

        assertThatThrownBy(fixture::sync)
                .hasRootCauseInstanceOf(StreamLockedException.class)
                .hasMessageContaining("process " + ProcessHandle.current().pid())
                .hasMessageContaining("60 s");

        firstRequestBlocked.countDown();
        assertThat(first.join().status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.run().attempts()).isEqualTo(1);
        assertThat(fixture.one("select lease_token is null from sync_state where stream = 'jobs'", Boolean.class))
                .isTrue();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void onlyAnExpiredLeaseIsTakenOver(String database) throws Exception {
        start(database);
        fixture.context();
        takeOver(OffsetDateTime.now().plusMinutes(1));
        assertThatThrownBy(fixture::sync)
                .hasRootCauseInstanceOf(StreamLockedException.class)
                .hasMessageContaining("another");
        assertThat(fixture.feed()).isEmpty();

        takeOver(OffsetDateTime.now().minusSeconds(1));

        assertThat(fixture.sync().status()).isEqualTo("succeeded");
    }

    /** A trigger that waited for the previous attempt fires while the routes are being stopped. */
    @Test
    void noAttemptStartsWhileTheApplicationStops() throws Exception {
        start("h2");
        List<Throwable> failures = new ArrayList<>();
        fixture.context().addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                failures.add(catchThrowable(fixture::sync));
            }
        });
        fixture.context().stop();

        assertThat(failures).singleElement().satisfies(failure -> assertThat(failure)
                .hasRootCauseInstanceOf(StreamLockedException.class)
                .hasMessageContaining("The application is stopping"));
        assertThat(fixture.feed()).isEmpty();
    }

    static Stream<Arguments> responsesToAnOvertakenAttempt() {
        return Stream.of("h2", "postgresql")
                .flatMap(database -> Stream.of(
                        arguments(database, "page", Interceptor.pass()),
                        arguments(database, "500", Interceptor.answer(500, Map.of(), "")),
                        arguments(database, "401", Interceptor.answer(401, Map.of(), "")),
                        arguments(database, "409", Interceptor.answer(409, Map.of(), "")),
                        arguments(database, "dropped", Interceptor.drop())));
    }

    @ParameterizedTest(name = "{0}, {1}")
    @MethodSource("responsesToAnOvertakenAttempt")
    void overtakenAttemptCommitsAndRequestsNothing(String database, String name, Interceptor.Verdict answer)
            throws Exception {
        start(database);
        fixture.syncPages(1);
        List<Map<String, Object>> before = new ArrayList<>();
        UUID other = UUID.randomUUID();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                fixture.database.update(TAKE_OVER, other, OffsetDateTime.now().plusMinutes(1));
                before.add(stored());
                return answer;
            }
            return Interceptor.pass();
        });

        assertThatThrownBy(fixture::sync);

        assertThat(before).hasSize(1);
        assertThat(stored()).isEqualTo(before.get(0));
        assertThat(fixture.feed()).hasSize(2);
        assertThat(fixture.one("select lease_token from sync_state where stream = 'jobs'", UUID.class))
                .isEqualTo(other);

        fixture.sandbox.intercept(null);
        takeOver(OffsetDateTime.now().minusSeconds(1));
        fixture.sync();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void overtakenSweepExpiresNothing(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().expireJobs(3);
        List<Map<String, Object>> before = new ArrayList<>();
        fixture.sandbox.intercept(request -> {
            fixture.database.update(
                    TAKE_OVER, UUID.randomUUID(), OffsetDateTime.now().plusMinutes(1));
            before.add(stored());
            return Interceptor.pass();
        });

        assertThatThrownBy(fixture::sync).isInstanceOf(LeaseLostException.class);

        assertThat(before).hasSize(1);
        assertThat(stored()).isEqualTo(before.get(0));
        assertThat(fixture.one("select count(*) from job where expired_at is not null", Integer.class))
                .isZero();
    }

    /** The first attempt sleeps beyond its lease in the same process; after waking up it must not end the second. */
    @Test
    void lateHeartbeatDoesNotAffectTheNextAttempt() throws Exception {
        start("h2");
        fixture.with("jobfeed.lease", "1s");
        fixture.context();
        CountDownLatch secondCompleted = new CountDownLatch(1);
        CountDownLatch firstRequestReceived = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 1) {
                firstRequestReceived.countDown();
                secondCompleted.await();
            } else if (request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 2) {
                // both heartbeats have the same interval, so that after some of the second the first has fired, too
                Set<Instant> renewals = new HashSet<>();
                await().until(() -> {
                    renewals.add(fixture.one(
                                    "select lease_expires_at from sync_state where stream = 'jobs'",
                                    OffsetDateTime.class)
                            .toInstant());
                    return renewals.size() > 3;
                });
            }
            return Interceptor.pass();
        });
        CompletableFuture<Throwable> first = CompletableFuture.supplyAsync(() -> catchThrowable(fixture::sync));
        firstRequestReceived.await();
        takeOver(OffsetDateTime.now().minusSeconds(1));

        Run second = fixture.sync();
        secondCompleted.countDown();

        assertThat(second.status()).isEqualTo("succeeded");
        assertThat(first.join()).isInstanceOf(LeaseLostException.class);
        fixture.assertStoreEqualsSandbox();
    }

    private void takeOver(OffsetDateTime until) {
        fixture.database.update(TAKE_OVER, UUID.randomUUID(), until);
    }

    /** Returns what an overtaken attempt must not change. */
    private Map<String, Object> stored() {
        return Map.of(
                "runs", fixture.database.queryForList("select * from sync_run order by id"),
                "state", fixture.database.queryForList("select * from sync_state order by stream"),
                "alerts", fixture.database.queryForList("select * from alert order by id"),
                "jobs", fixture.one("select count(*) from job", Integer.class),
                "expired", fixture.one("select count(*) from job where expired_at is not null", Integer.class));
    }
}
