package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sync.SyncAttempt;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tests that fetching continues while a page is being stored. */
class PagePrefetcherTest {

    private static final int PAGES = 5;

    /** Each transaction is held open until the server has sent the next page. */
    @Test
    void nextPageIsRequestedOnceWhileAPageIsStored() throws Exception {
        try (SyncFixture fixture = SyncFixture.of(
                        "h2", SandboxOptions.builder().jobs(100).latency(Duration.ofMillis(300)))
                .with("jobo.jobs.batch-size", "20")) {
            AdviceWith.adviceWith(
                    fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                            .before()
                            .process(exchange -> {
                                int storing = 1
                                        + (int) exchange.getVariable("jobfeedAttempt", SyncAttempt.class)
                                                .run()
                                                .pages();
                                int answered = Math.min(storing + 1, PAGES);
                                await().atMost(Duration.ofSeconds(60))
                                        .until(() -> fixture.feed().size() == answered);
                            }));

            Run run = fixture.sync();

            assertThat(run.pages()).isEqualTo(PAGES);
            assertThat(run.requests()).isEqualTo(PAGES);
            assertThat(fixture.feed()).extracting(LoggedRequest::rows).containsOnly(20);
        }
    }

    @Test
    @Timeout(60)
    void failedAttemptDoesNotWaitForThePrefetchsRetry() throws Exception {
        try (SyncFixture fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(100))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", "1")) {
            fixture.sandbox.intercept(request -> fixture.feed().size() == 2
                    ? Interceptor.answer(429, Map.of("Retry-After", "600"), "")
                    : Interceptor.pass());
            AdviceWith.adviceWith(
                    fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                            .before()
                            .process(exchange -> {
                                SyncAttempt attempt = exchange.getVariable("jobfeedAttempt", SyncAttempt.class);
                                if (attempt.run().pages() == 1) {
                                    await().until(attempt::isWaiting);
                                    throw new IllegalStateException("this page cannot be stored");
                                }
                            }));

            assertThatThrownBy(fixture::sync).hasStackTraceContaining("this page cannot be stored");

            assertThat(fixture.run().requests()).isEqualTo(3);
            assertThat(fixture.run().pages()).isOne();
        }
    }

    @Test
    @Timeout(60)
    void interruptedAttemptReleasesItsLease() throws Exception {
        CountDownLatch interrupted = new CountDownLatch(1);
        try (SyncFixture fixture =
                SyncFixture.of("postgresql", SandboxOptions.builder().jobs(100)).with("jobo.jobs.batch-size", "20")) {
            fixture.sandbox.intercept(request -> {
                if (fixture.feed().size() == 1) {
                    interrupted.await();
                }
                return Interceptor.pass();
            });
            AdviceWith.adviceWith(
                    fixture.context(), "feed-store-page", advice -> advice.weaveById("feed-store-page-checkpoint")
                            .before()
                            .process(exchange -> {
                                Thread.currentThread().interrupt();
                                throw new IllegalStateException("the host stops");
                            }));

            assertThatThrownBy(fixture::sync).hasStackTraceContaining("the host stops");

            assertThat(fixture.one("select count(*) from sync_state where lease_owner is not null", Integer.class))
                    .isZero();
            assertThat(fixture.run().lastError()).contains("the host stops");
        } finally {
            interrupted.countDown();
        }
    }
}
