package dev.jobfeed.feed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.DateTimeException;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TimestampParserTest {

    @ParameterizedTest
    @CsvSource({
        "2026-04-29T05:00:03.198870Z, 2026-04-29T05:00:03.198870Z",
        "2026-04-29T05:00:38.319Z, 2026-04-29T05:00:38.319Z",
        "2024-02-29T23:59:59.999999Z, 2024-02-29T23:59:59.999999Z",
        "2026-04-29T05:00:03.123456789Z, 2026-04-29T05:00:03.123456Z",
        "2026-04-29T05:00:03+05:30, 2026-04-28T23:30:03Z",
        "2026-04-29T05:00:03.319, 2026-04-29T05:00:03.319Z",
        "2026-04-29T05:00, 2026-04-29T05:00Z",
        "2026-04-29, 2026-04-29T00:00Z",
        "' 2026-04-29 ', 2026-04-29T00:00Z",
        "2024-02-29, 2024-02-29T00:00Z",
        "0001-01-01T00:00:00, 0001-01-01T00:00Z",
        "9999-12-31T23:59:59.9999999Z, 9999-12-31T23:59:59.999999Z",
        "2016-12-31T23:59:60Z, 2017-01-01T00:00Z",
        "2016-12-31T18:59:60.5-05:00, 2017-01-01T00:00Z",
        "2026-04-29t05:00:03z, 2026-04-29T05:00:03Z",
        "2026-04-29t05:00:03.319z, 2026-04-29T05:00:03.319Z",
        "2026-04-29T05:00:03.1234567891Z, 2026-04-29T05:00:03.123456Z",
        "2026-04-29T05:00:03.12345678901234567890+02:00, 2026-04-29T03:00:03.123456Z",
        "2026-04-29T05:00:03+0000, 2026-04-29T05:00:03Z",
        "2026-04-29T05:00:03.5-0330, 2026-04-29T08:30:03.500Z",
        "2026-04-29 05:00:03.319Z, 2026-04-29T05:00:03.319Z",
        "2026-04-29 05:00:03, 2026-04-29T05:00:03Z"
    })
    void timestampIsConvertedToUtcInMicroseconds(String text, String instant) {
        assertThat(TimestampParser.parse(text)).hasToString(instant);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "soon",
                "1777438803",
                "20260429",
                "29.04.2026",
                "2026-04",
                "2026-02-30",
                "2025-02-29",
                "2026-13-01",
                "2026-04-29T",
                "2026-04-29T25:00:00Z",
                "2026-02-30T05:00:03.198870Z",
                "2026-04-29T05:60:03.319Z",
                "2026-04-29T05:00:03.31aZ",
                "2026-04-29T05:00:03.319z0",
                "2026-04-29  05:00:03.319Z",
                "2026-04-29T05:00:61Z",
                "2026-04-29T05:60:60Z",
                "9999-12-31T23:59:60Z",
                "2026-04-29T05:00:03Z+0000",
                "2026-04-29T05:00:03+00:0",
                "2026-04-29Z",
                "2026-04-29T05:00:03Z[Europe/Berlin]",
                "2026-04-29T05:00:03+25:00",
                "+10000-01-01",
                "-5000-01-01"
            })
    void invalidTimestampIsRejected(String text) {
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> TimestampParser.parse(text));
    }
}
