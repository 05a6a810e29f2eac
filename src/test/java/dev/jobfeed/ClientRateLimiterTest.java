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
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests that requests stay within the rate limit that the responses report. */
class ClientRateLimiterTest {

    /** Returns a clock sixty times as fast as the system's, so that the sandbox's limit is real and the test short. */
    private static Clock fastClock() {
        Instant start = Instant.now();
        long nanos = System.nanoTime();
        InstantSource fast = () -> start.plus(Duration.ofNanos((System.nanoTime() - nanos) * 60));
        return fast.withZone(ZoneOffset.UTC);
    }

    @Test
    void backfillLongerThanTheLimitGetsNo429() throws Exception {
        Clock clock = fastClock();
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
    void concurrentStreamsAllWaitForTheReset() throws Exception {
        Clock clock = fastClock();
        ClientRateLimiter limiter = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant reset = clock.instant().plusSeconds(45);
        limiter.onResponse("/api/jobs/feed", "120", "1", Long.toString(reset.getEpochSecond()), null);
        // a response that was overtaken, with an older count
        limiter.onResponse("/api/career-sites/feed", "120", "2", Long.toString(reset.getEpochSecond()), null);

        for (Future<Instant> sent : List.of(requestAsync(limiter, clock), requestAsync(limiter, clock))) {
            assertThat(sent.get().getEpochSecond()).isGreaterThanOrEqualTo(reset.getEpochSecond());
        }
    }

    @Test
    void requestForOneJobWaitsForTheGeneralLimitOnly() throws Exception {
        Clock clock = fastClock();
        ClientRateLimiter limiter = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant reset = clock.instant().plusSeconds(45);
        limiter.onResponse("/api/companies/1", "60", "0", Long.toString(reset.getEpochSecond()), null);

        assertThat(requestAsync(limiter, clock).get()).isBefore(reset);
        limiter.acquire("/api/jobs/1", null);
        assertThat(clock.instant()).isAfterOrEqualTo(reset);
    }

    /** Takes the reset as a time of the server's clock, independent of the local clock. */
    @ParameterizedTest
    @ValueSource(longs = {-7200, 7200})
    void resetIsATimeOfTheServersClock(long difference) throws Exception {
        Clock clock = fastClock();
        ClientRateLimiter limiter = new ClientRateLimiter(JobfeedProperties.over(name -> Optional.empty()), clock);
        Instant server = clock.instant().plusSeconds(difference);
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(server.atZone(ZoneOffset.UTC));
        Instant before = clock.instant();

        limiter.onResponse("/api/jobs/feed", "120", "0", Long.toString(server.getEpochSecond() + 30), date);

        assertThat(Duration.between(before, requestAsync(limiter, clock).get()).toSeconds())
                .isGreaterThanOrEqualTo(30);
    }

    private static Future<Instant> requestAsync(ClientRateLimiter limiter, Clock clock) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                limiter.acquire("/api/jobs/feed", null);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
            return clock.instant();
        });
    }
}
