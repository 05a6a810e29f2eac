package dev.jobfeed.jobby;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class JobbyRateLimiterTest {

    private static final Instant START = Instant.parse("2026-11-23T20:00:00Z");

    private final JobbyRateLimiter limits = new JobbyRateLimiter();
    private Instant now = START;

    private boolean take(String method, String path) {
        return limits.take(JobbyOperation.of(method, path), now, 1);
    }

    private Duration response(String path, Integer limit, Integer remaining, Instant reset) {
        return limits.onResponse(
                JobbyOperation.of("GET", path),
                Optional.ofNullable(limit).map(Long::valueOf),
                Optional.ofNullable(remaining).map(Long::valueOf),
                Optional.of(reset.getEpochSecond()),
                Optional.of(Duration.between(now, reset)),
                now,
                1);
    }

    private static String roomPath(int match) {
        return "/matches/mat_" + match + "/interview-room-url";
    }

    @Test
    void idsOfAChargedOperationShareThreeRequestsAMinute() {
        assertThat(take("GET", roomPath(1))).isTrue();
        assertThat(take("GET", roomPath(2))).isTrue();
        assertThat(take("GET", roomPath(3))).isTrue();
        assertThat(take("GET", roomPath(4))).isFalse();
        assertThat(take("GET", "/matches")).isTrue();
        assertThat(limits.pause(JobbyOperation.of("GET", roomPath(5)), now)).isEqualTo(Duration.ofMinutes(1));

        now = START.plusSeconds(60);
        assertThat(take("GET", roomPath(4))).isTrue();
    }

    /** The documentation names no path for "AI compare". */
    @Test
    void unknownLimitIsLearnedFromTheResponse() {
        Instant reset = START.plusSeconds(45);
        assertThat(take("GET", "/candidates/c1/compare")).isTrue();
        response("/candidates/c1/compare", 3, 2, reset);

        assertThat(take("GET", "/candidates/c2/compare")).isTrue();
        assertThat(take("GET", "/candidates/c3/compare")).isTrue();
        assertThat(take("GET", "/candidates/c4/compare")).isFalse();

        now = reset;
        assertThat(take("GET", "/candidates/c4/compare")).isTrue();
        assertThat(take("GET", "/candidates/c4/compare")).isTrue();
        assertThat(take("GET", "/candidates/c4/compare")).isTrue();
        assertThat(take("GET", "/candidates/c4/compare")).isFalse();
    }

    @Test
    void limitOfZeroIsIgnored() {
        limits.onResponse(
                JobbyOperation.of("GET", roomPath(1)),
                Optional.of(0L),
                Optional.empty(),
                Optional.empty(),
                Optional.empty(),
                now,
                1);

        assertThat(take("GET", roomPath(1))).isTrue();
    }

    @Test
    void requestsAreSpacedAndAShorterIntervalDoesNotAdvanceTheNextOne() {
        JobbyOperation status = JobbyOperation.of("GET", "/queue/status");

        limits.space(status, Duration.ofSeconds(5), now);
        limits.space(status, Duration.ofSeconds(1), now);

        assertThat(limits.pause(status, now)).isEqualTo(Duration.ofSeconds(5));
        assertThat(take("GET", "/queue/status")).isFalse();
    }

    @Test
    void waitsAreScaled() {
        JobbyOperation roomPath = JobbyOperation.of("GET", roomPath(1));
        for (int i = 0; i < 3; i++) {
            limits.take(roomPath, now, 0.1);
        }

        assertThat(limits.take(roomPath, now, 0.1)).isFalse();
        assertThat(limits.pause(roomPath, now)).isEqualTo(Duration.ofSeconds(6));
    }

    @Test
    void oneOfSixtyReadsIsReserved() {
        for (int i = 0; i < 59; i++) {
            assertThat(take("GET", "/profile")).isTrue();
        }
        assertThat(take("GET", "/profile")).isFalse();
        assertThat(response("/matches", 60, 1, START.plusSeconds(8))).isEqualTo(Duration.ofSeconds(8));
        assertThat(take("GET", "/matches")).isFalse();
        assertThat(take("POST", "/queue/join")).isTrue();
    }

    @Test
    void overtakenResponseDoesNotRestoreRequests() {
        Instant reset = START.plusSeconds(50);
        take("GET", roomPath(1));
        take("GET", roomPath(1));
        take("GET", roomPath(1));

        response(roomPath(1), 3, 0, reset);
        response(roomPath(1), 3, 2, reset);

        assertThat(take("GET", roomPath(1))).isFalse();
        assertThat(response(roomPath(1), 3, 2, reset.plusSeconds(60))).isEqualTo(Duration.ZERO);
        assertThat(take("GET", roomPath(1))).isTrue();
    }
}
