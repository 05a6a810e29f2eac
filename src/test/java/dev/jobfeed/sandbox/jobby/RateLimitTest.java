package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RateLimitTest {

    private static final String OTHER = "jbb_otherotherotherotherotherother22";
    private static final long START = JobbyCalls.START.getEpochSecond();

    @ParameterizedTest
    @CsvSource({"GET, /profile, 60", "POST, /queue/join, 30", "GET, /matches/mat_x/interview-room-url, 3"})
    void eachKindOfEndpointHasItsLimit(String method, String path, int limit) throws Exception {
        try (JobbyCalls calls = new JobbyCalls(options -> options.token(OTHER, "profile:read"))) {
            for (int i = 1; i <= limit; i++) {
                HttpResponse<String> response = calls.send(request(calls, Jobby.TEST_TOKEN, method, path));
                assertThat(response.statusCode()).isNotEqualTo(429);
                assertThat(JobbyCalls.header(response, "X-RateLimit-Limit")).isEqualTo(Integer.toString(limit));
                assertThat(JobbyCalls.header(response, "X-RateLimit-Remaining")).isEqualTo(Integer.toString(limit - i));
                assertThat(JobbyCalls.header(response, "X-RateLimit-Reset")).isEqualTo(Long.toString(START + 60));
            }
            calls.clock.forward(Duration.ofMillis(51_500));

            HttpResponse<String> over = calls.send(request(calls, Jobby.TEST_TOKEN, method, path));
            assertThat(over.statusCode()).isEqualTo(429);
            assertThat(over.body())
                    .isEqualTo("{\"error\":\"Rate limit exceeded. Retry after 9 seconds.\",\"code\":\"RATE_LIMITED\"}");
            assertThat(JobbyCalls.header(over, "Retry-After")).isEqualTo("9");
            assertThat(JobbyCalls.header(over, "X-RateLimit-Remaining")).isEqualTo("0");
            assertThat(JobbyCalls.header(over, "X-RateLimit-Reset")).isEqualTo(Long.toString(START + 60));

            assertThat(calls.get("/matches").statusCode()).isEqualTo(200);
            assertThat(calls.send(request(calls, OTHER, method, path)).statusCode())
                    .isNotEqualTo(429);
            calls.clock.forward(Duration.ofMillis(8_500));
            assertThat(calls.send(request(calls, Jobby.TEST_TOKEN, method, path))
                            .statusCode())
                    .isNotEqualTo(429);
        }
    }

    @Test
    void disabledLimitsSendTheHeadersOfAFullWindow() throws Exception {
        try (JobbyCalls calls = new JobbyCalls(options -> options.rateLimits(false))) {
            for (int i = 0; i < 61; i++) {
                HttpResponse<String> response = calls.get("/profile");
                assertThat(response.statusCode()).isEqualTo(200);
                assertThat(JobbyCalls.header(response, "X-RateLimit-Remaining")).isEqualTo("60");
            }
        }
    }

    private static HttpRequest.Builder request(JobbyCalls calls, String token, String method, String path) {
        return calls.as(token, path).method(method, BodyPublishers.ofString("{}"));
    }
}
