package dev.jobfeed.api;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RetryAfterParserTest {

    private static final Instant NOW = Instant.parse("2026-11-23T12:00:00Z");

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "60                            | PT1M",
                "' 60 '                        | PT1M",
                "0                             | PT0S",
                "0.5                           | PT0.5S",
                "1e-400                        | PT0S",
                "Mon, 23 Nov 2026 12:00:20 GMT | PT20S",
                "Mon, 23 Nov 2026 13:00:20 +0100 | PT20S",
                "Mon, 23 Nov 2026 11:59:00 GMT | PT0S",
                "Monday, 23-Nov-26 12:00:20 GMT | PT20S",
                "Monday, 23-Nov-26 11:00:20 GMT | PT0S",
                "Mon Nov 23 12:00:20 2026      | PT20S",
                "Tue Dec  1 12:00:00 2026      | PT192H",
                "Wednesday, 23-Nov-77 12:00:20 GMT | PT0S",
                "Sun Nov  6 08:49:37 9149      | PT8760H",
                "99999999999999999999          | PT8760H",
                "1e999999999                   | PT8760H",
                "-1                            | null",
                "soon                          | null",
                "''                            | null",
                "NaN                           | null",
                "0x10                          | null",
                "2026-11-23T12:00:20Z          | null"
            })
    void headerIsInSecondsOrADate(String value, Duration wait) {
        assertThat(RetryAfterParser.of(Map.of("retry-aFTER", value), null, NOW)).isEqualTo(Optional.ofNullable(wait));
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "{\"retry_after\":60}                             | PT1M",
                "{\"retry_after_seconds\":3}                      | PT3S",
                "{\"retry_after\":2.5}                            | PT2.5S",
                "{\"retry_after\":\"7\"}                          | PT7S",
                "{\"retry_after\":null,\"retry_after_seconds\":3} | PT3S",
                "{\"retry_after\":\"soon\",\"retry_after_seconds\":3} | PT3S",
                "{\"retry_after\":-4}                             | null",
                "{\"retry_after\":{}}                             | null",
                "{\"retry_after\":true}                           | null",
                "{}                                               | null",
                "[60]                                             | null",
                "60                                               | null",
                "{\"retry_after\":60                              | null",
                "<html>                                           | null",
                "''                                               | null",
                "null                                             | null"
            })
    void bodyIsUsedWithoutAHeader(String body, Duration wait) {
        assertThat(RetryAfterParser.of(Map.of(), body, NOW)).isEqualTo(Optional.ofNullable(wait));
        assertThat(RetryAfterParser.of(null, body, NOW)).isEqualTo(Optional.ofNullable(wait));
        assertThat(RetryAfterParser.of(Map.of("Retry-After", "later"), body, NOW))
                .isEqualTo(Optional.ofNullable(wait));
        assertThat(RetryAfterParser.of(Map.of("Retry-After", "9"), body, NOW)).contains(Duration.ofSeconds(9));
    }

    @Test
    void dateIsRelativeToTheServersClock() {
        Map<String, String> headers =
                Map.of("Retry-After", "Tue, 10 Nov 2026 15:00:20 GMT", "date", "Tue, 10 Nov 2026 15:00:00 GMT");

        assertThat(RetryAfterParser.of(headers, null, NOW)).contains(Duration.ofSeconds(20));
    }
}
