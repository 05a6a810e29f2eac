package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.api.ClientRateLimiter;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that keep inside the limit that the answers tell of. */
class ClientRateLimiterTest {

    /** The sandbox's minutes pass sixty times as fast as ours, so its limit is real and the test short. */
    private static final class FastClock extends Clock {

        private final Instant start = Instant.now();
        private final long nanos = System.nanoTime();

        @Override
        public Instant instant() {
            return start.plus(Duration.ofNanos((System.nanoTime() - nanos) * 60));
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return this;
        }
    }

    @Test
    void aBackfillLongerThanTheLimitEndsInNo429() throws Exception {
        Clock clock = new FastClock();
        try (SyncFixture fixture = SyncFixture.of(
                        "h2", SandboxOptions.builder().jobs(120).rateLimit(5).clock(clock))
                .clock(clock)
                .with("jobo.jobs.batch-size", "10")) {
            Run run = fixture.sync();

            assertThat(run.status()).isEqualTo("succeeded");
            assertThat(run.pages()).isEqualTo(12);
            assertThat(run.retries()).isZero();
            assertThat(fixture.sandbox.log().entries())
                    .extracting(LoggedRequest::status)
                    .containsOnly(200);
        }
    }

    @Test
    void streamsThatAskAtTheSameTimeAllWaitForTheReset() throws Exception {
        Clock clock = new FastClock();
        ClientRateLimiter pace = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant reset = clock.instant().plusSeconds(45);
        pace.onResponse("/api/jobs/feed", "120", "1", Long.toString(reset.getEpochSecond()), null);
        // an answer that was under way before, and knows less
        pace.onResponse("/api/career-sites/feed", "120", "2", Long.toString(reset.getEpochSecond()), null);

        for (Future<Instant> sent : List.of(ask(pace, clock), ask(pace, clock))) {
            assertThat(sent.get().getEpochSecond()).isGreaterThanOrEqualTo(reset.getEpochSecond());
        }
    }

    @Test
    void aRequestForOneJobWaitsForTheGeneralLimitAndNotForThatOfTheFeed() throws Exception {
        Clock clock = new FastClock();
        ClientRateLimiter pace = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant reset = clock.instant().plusSeconds(45);
        pace.onResponse("/api/companies/1", "60", "0", Long.toString(reset.getEpochSecond()), null);

        assertThat(ask(pace, clock).get()).isBefore(reset);
        pace.acquire("/api/jobs/1", null);
        assertThat(clock.instant()).isAfterOrEqualTo(reset);
    }

    /** The reset is a time of the server's clock, whatever the local one says. */
    @ParameterizedTest
    @ValueSource(longs = {-7200, 7200})
    void theResetGoesByTheClockOfTheServer(long difference) throws Exception {
        Clock clock = new FastClock();
        ClientRateLimiter pace = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant server = clock.instant().plusSeconds(difference);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(server.atZone(ZoneOffset.UTC));
        Instant before = clock.instant();

        pace.onResponse("/api/jobs/feed", "120", "0", Long.toString(server.getEpochSecond() + 30), date);

        assertThat(Duration.between(before, ask(pace, clock).get()).toSeconds()).isGreaterThanOrEqualTo(30);
    }

    private static Future<Instant> ask(ClientRateLimiter pace, Clock clock) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                pace.acquire("/api/jobs/feed", null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return clock.instant();
        });
    }
}
