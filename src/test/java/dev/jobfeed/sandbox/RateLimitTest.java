package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RateLimitTest {

    private final Calls calls = new Calls(options -> options.rateLimit(3));

    @AfterEach
    void close() {
        calls.close();
    }

    private static void assertRate(HttpResponse<String> response, long remaining, long resetSeconds) {
        assertThat(response.headers().firstValue("X-RateLimit-Limit")).contains("3");
        assertThat(response.headers().firstValue("X-RateLimit-Remaining")).contains(Long.toString(remaining));
        assertThat(response.headers().firstValue("X-RateLimit-Reset"))
                .contains(Long.toString(Calls.START.getEpochSecond() + resetSeconds));
    }

    @Test
    void feedAndExpiredShareALimitThatIsEnforced() throws Exception {
        assertRate(calls.post("/api/jobs/feed", "{}"), 2, 60);
        calls.clock.forward(Duration.ofSeconds(20));
        assertRate(calls.get("/api/jobs/expired"), 1, 60);
        assertRate(calls.post("/api/jobs/feed", "{}"), 0, 60);

        HttpResponse<String> refused = calls.get("/api/jobs/expired");

        assertThat(refused.statusCode()).isEqualTo(429);
        assertThat(refused.headers().firstValue("Retry-After")).contains("40");
        assertThat(Calls.json(refused).get("retry_after").intValue()).isEqualTo(40);
        assertThat(Calls.json(refused).get("status").intValue()).isEqualTo(429);
        assertRate(refused, 0, 60);
        assertThat(calls.post("/api/career-sites/feed", "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void windowRollsAndRejectedRequestsDoNotCount() throws Exception {
        calls.get("/api/jobs/expired");
        calls.clock.forward(Duration.ofMillis(30_500));
        calls.get("/api/jobs/expired");
        calls.get("/api/jobs/expired");
        assertThat(calls.get("/api/jobs/expired").headers().firstValue("Retry-After"))
                .contains("30");

        calls.clock.forward(Duration.ofMillis(29_500));

        assertRate(calls.get("/api/jobs/expired"), 0, 91);
        assertThat(calls.get("/api/jobs/expired").headers().firstValue("Retry-After"))
                .contains("31");
    }

    @Test
    void missingKeyIsRejectedBeforeTheLimitIsChecked() throws Exception {
        for (int i = 0; i < 5; i++) {
            HttpResponse<String> refused = calls.send(calls.to("/api/jobs/expired"));
            assertThat(refused.statusCode()).isEqualTo(401);
            assertRate(refused, 3, 60);
        }
    }

    @Test
    void responsesAreDelayedByTheLatency() throws Exception {
        try (Calls slow = new Calls(options -> options.latency(Duration.ofMillis(60)))) {
            slow.sandbox.faults(FaultRule.of(Fault.SERVER_ERROR).nth(2));
            for (int status : new int[] {200, 500}) {
                long start = System.nanoTime();
                assertThat(slow.post("/api/jobs/feed", "{}").statusCode()).isEqualTo(status);
                assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
            }
        }
    }

    @Test
    void optionsOutOfRangeAreRejected() {
        assertThatThrownBy(() -> SandboxOptions.builder().port(70_000).build())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("port is 70000");
        assertThatThrownBy(() -> SandboxOptions.builder().rateLimit(-1).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        SandboxOptions.builder().latency(Duration.ofMillis(-1)).build())
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() ->
                        SandboxOptions.builder().descriptionBytes(1_000_000).build())
                .isInstanceOf(IllegalArgumentException.class);
    }
}
