package dev.jobfeed.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the delay after a failure; with the minimum and maximum of its random part. */
class BackoffPolicyTest {

    @ParameterizedTest
    @CsvSource({
        // kind     , Retry-After, count, least, most
        "TRANSIENT  ,            , 1    , 1000 , 1250",
        "TRANSIENT  ,            , 2    , 2000 , 2500",
        "TRANSIENT  ,            , 3    , 4000 , 5000",
        "TRANSIENT  ,            , 5    , 16000, 20000",
        "TRANSIENT  ,            , 6    , 30000, 30000",
        "TRANSIENT  ,            , 60   , 30000, 30000",
        "TRANSIENT  , PT9S       , 1    , 1000 , 1250",
        "UNAVAILABLE,            , 1    , 30000, 60000",
        "UNAVAILABLE,            , 5    , 30000, 60000",
        "UNAVAILABLE, PT5S       , 1    , 5000 , 5000",
        "UNAVAILABLE, PT5S       , 5    , 5000 , 5000",
        "UNAVAILABLE, PT0S       , 1    , 0    , 0",
        "RATE_LIMITED, PT7S      , 1    , 7000 , 7000",
        "RATE_LIMITED, PT0S      , 1    , 0    , 0",
        "RATE_LIMITED,           , 1    , 60000, 60000",
        "RATE_LIMITED, PT7S      , 2    , 8000 , 8250",
        "RATE_LIMITED, PT7S      , 3    , 9000 , 9500",
        "RATE_LIMITED, PT7S      , 8    , 37000, 37000",
        "RATE_LIMITED,           , 2    , 61000, 61250"
    })
    void delayDependsOnTheFailure(RetryCategory kind, Duration retryAfter, int count, long least, long most) {
        RandomGenerator random = new SplittableRandom(count);
        Optional<Duration> asked = Optional.ofNullable(retryAfter);

        List<Long> delays = Stream.generate(() -> BackoffPolicy.delay(kind, asked, count, random))
                .limit(1000)
                .map(Duration::toMillis)
                .toList();

        assertThat(delays).allSatisfy(delay -> assertThat(delay).isBetween(least, most));
        assertThat(delays.stream().distinct().count() > 1).isEqualTo(least < most);
    }

    @ParameterizedTest
    @CsvSource({"PT10S,, PT10S", "PT10S, PT20S, PT10S", "PT20S, PT10S, PT10S"})
    void delayIsCappedAtTheMaximumWait(Duration delay, Duration longest, Duration waited) {
        assertThat(BackoffPolicy.capped(delay, Optional.ofNullable(longest))).isEqualTo(waited);
    }

    @ParameterizedTest
    @CsvSource({
        "429, RATE_LIMITED",
        "503, UNAVAILABLE",
        "408, TRANSIENT",
        "500, TRANSIENT",
        "502, TRANSIENT",
        "504, TRANSIENT"
    })
    void categoryDependsOnTheStatus(int status, RetryCategory kind) {
        assertThat(RetryCategory.ofStatus(status)).isEqualTo(kind);
    }
}
