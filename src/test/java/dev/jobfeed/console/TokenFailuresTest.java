package dev.jobfeed.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Tests how many wrong tokens a client may send. */
class TokenFailuresTest {

    private long nanos = Long.MAX_VALUE - Duration.ofSeconds(10).toNanos();
    private final TokenFailures failures = new TokenFailures(() -> nanos);

    private void fail(String client, int times) {
        for (int i = 0; i < times; i++) {
            failures.check(client);
            failures.add(client);
        }
    }

    @Test
    void addressIsBlockedForTheRestOfTheMinute() {
        fail("a", TokenFailures.MOST);
        nanos += Duration.ofSeconds(20).toNanos();

        HttpProblemException refused = catchThrowableOfType(HttpProblemException.class, () -> failures.check("a"));

        assertThat(refused.getStatus()).isEqualTo(429);
        assertThat(refused).hasMessageContaining("40 s");
        assertThatCode(() -> failures.check("b")).doesNotThrowAnyException();
        nanos += Duration.ofSeconds(41).toNanos();
        assertThatCode(() -> fail("a", TokenFailures.MOST)).doesNotThrowAnyException();
    }

    @Test
    void fewerFailuresInAMinuteDoNotBlock() {
        fail("a", TokenFailures.MOST - 1);
        nanos += TokenFailures.WINDOW.toNanos() + 1;

        assertThatCode(() -> fail("a", TokenFailures.MOST)).doesNotThrowAnyException();
    }

    @Test
    void oldestAddressesAreRemovedFirst() {
        fail("first", TokenFailures.MOST);
        for (int i = 0; i < 1000; i++) {
            failures.add("client " + i);
        }

        assertThatCode(() -> failures.check("first")).doesNotThrowAnyException();
    }
}
