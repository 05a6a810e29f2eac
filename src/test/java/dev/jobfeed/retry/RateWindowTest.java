package dev.jobfeed.retry;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateWindowTest {

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
    void theLastRequestsOfAWindowWaitForItsReset(String remaining, String reset, Duration pause) {
        assertThat(RateWindow.pause(remaining, reset, NOW)).isEqualTo(pause);
    }
}
