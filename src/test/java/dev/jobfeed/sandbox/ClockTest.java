package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.http.Interceptor;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Tests the clock of a sandbox, which is independent of the machine's. */
class ClockTest {

    private static final String EXPIRED = "/api/jobs/expired";

    private final Calls calls = new Calls(options -> options.unknownExpired(0));

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void responsesAreDatedByTheClock() throws Exception {
        assertThat(date(calls.get(EXPIRED))).isEqualTo("Tue, 10 Nov 2026 12:00:00 GMT");

        HttpResponse<String> set = calls.post("/sandbox/clock", "{\"offset_seconds\": -3600}");

        assertThat(set.body()).isEqualTo("{\"offset_seconds\":-3600,\"now\":\"2026-11-10T11:00:00Z\"}");
        assertThat(date(calls.get(EXPIRED))).isEqualTo("Tue, 10 Nov 2026 11:00:00 GMT");
        calls.sandbox.intercept(request -> new Interceptor.Serve(body -> body, Map.of("Date", "soon"), -1));
        assertThat(date(calls.get(EXPIRED))).isEqualTo("soon");
    }

    private static String date(HttpResponse<String> answer) {
        return answer.headers().firstValue("Date").orElseThrow();
    }

    @Test
    void changesAndWindowsUseTheClockThatWasSetBack() throws Exception {
        List<UUID> before = calls.data().expireJobs(2);
        calls.sandbox.shiftClock(Duration.ofHours(-1));
        List<UUID> after = calls.data().expireJobs(1);
        UUID created = calls.data().createJobs(1).get(0);

        assertThat(calls.scanExpired("?expired_since=" + Calls.START.minusSeconds(1)))
                .isEqualTo(before);
        assertThat(calls.scanExpired("?expired_since=" + Calls.START.minusSeconds(3601)))
                .startsWith(after.get(0))
                .hasSize(3);
        List<String> ids = new ArrayList<>();
        for (JsonNode job : calls.scan("{\"batch_size\":7}")) {
            ids.add(job.get("id").textValue());
        }
        assertThat(ids).hasSize(98).doesNotHaveDuplicates().endsWith(created.toString());
        assertThat(calls.data().json(created)).contains("\"created_at\":\"2026-11-10T11:00:00");
    }

    @Test
    void invalidOffsetIsRejected() throws Exception {
        assertThat(calls.post("/sandbox/clock", "{}").statusCode()).isEqualTo(400);
        assertThat(calls.post("/sandbox/clock", "{\"offset_seconds\": 40000000}")
                        .statusCode())
                .isEqualTo(400);
    }
}
