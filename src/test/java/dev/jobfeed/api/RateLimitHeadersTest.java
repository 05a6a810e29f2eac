package dev.jobfeed.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitHeadersTest {

    private static final Instant NOW = Instant.ofEpochSecond(1_714_780_000).plusMillis(250);

    @ParameterizedTest(name = "{0} left, reset at {1}: {2}")
    @CsvSource({
        "1, 1714780008, PT7.75S",
        "0, 1714780008, PT7.75S",
        "' 0 ', ' 1714780008', PT7.75S",
        "2, 1714780008, PT0S",
        "0, 1714780000, PT0S",
        "0, 1714779000, PT0S",
        "0, 1814780000, PT1M",
        "0, , PT0S",
        "0, soon, PT0S",
        "0, -5, PT0S",
        ", 1714780008, PT0S",
        "-1, 1714780008, PT0S",
        "x, 1714780008, PT0S"
    })
    void lastRequestsOfAWindowWaitForItsReset(String remaining, String reset, Duration pause) {
        assertThat(RateLimitHeaders.pause(remaining, reset, NOW)).isEqualTo(pause);
    }

    /** Tests when the next request may be sent, two seconds after the last one. */
    @ParameterizedTest(name = "{1} of {0} left, reset at {2}: {3} after the last one")
    @CsvSource({
        "120, 119, 1714780060, PT0S",
        "120, 61, 1714780060, PT0S",
        "120, 60, 1714780030, PT0.495833333S",
        "120, 10, 1714780030, PT2.975S",
        "120, 2, 1714780010, PT4.875S",
        "120, 1, 1714780008, PT9.75S",
        "120, 0, 1714780008, PT9.75S",
        "120, 5, 1714779000, PT0S",
        "100000, 99990, 1714780060, PT0S",
        ", 30, 1714780030, PT0.991666666S",
        "soon, 30, 1714780030, PT0.991666666S",
        ", , 1714780030, PT0S",
        "120, 30, , PT0S",
        ", , , PT0S"
    })
    void secondHalfOfAWindowIsSpreadOverTheRemainingTime(
            String limit, String remaining, String reset, Duration sinceLastRequest) {
        Instant sent = NOW.minusSeconds(2);

        assertThat(RateLimitHeaders.next(limit, remaining, reset, sent, NOW)).isEqualTo(sent.plus(sinceLastRequest));
    }

    /** Enforces a limit on any minute, as documented; the test controls the clock. */
    @Test
    void longRunIsNeitherLimitedNorStalled() {
        int limit = 120;
        Duration took = Duration.ofMillis(100);
        Deque<Instant> minute = new ArrayDeque<>();
        Instant start = NOW;
        Instant now = start;
        Duration longest = Duration.ZERO;
        for (int request = 0; request < 4_005; request++) {
            Instant sent = now;
            minute.removeIf(before -> !before.plusSeconds(60).isAfter(sent));
            assertThat(minute).as("before request %d", request).hasSizeLessThan(limit);
            minute.addLast(sent);
            Instant answered = sent.plus(took);
            Instant reset = minute.getFirst().plusSeconds(60);
            Instant next = RateLimitHeaders.next(
                    String.valueOf(limit),
                    String.valueOf(limit - minute.size()),
                    String.valueOf(reset.getEpochSecond() + 1),
                    sent,
                    answered);
            now = next.isAfter(answered) ? next : answered;
            Duration gap = Duration.between(sent, now);
            longest = gap.compareTo(longest) > 0 ? gap : longest;
        }

        assertThat(longest).isLessThan(Duration.ofSeconds(3));
        assertThat(Duration.between(start, now)).isLessThan(Duration.ofSeconds(60 * 4_005 / limit + 60));
    }
}
