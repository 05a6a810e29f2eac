package dev.jobfeed.jobby;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.api.BackoffPolicy;
import java.time.Duration;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class JobbyExceptionTest {

    /** Tests the waits before the first, second and fifth retry, without their random part. */
    @ParameterizedTest(name = "{0} {1}, Retry-After {2}, reset in {3}: {4}, {5}, {6}")
    @CsvSource({
        "429, RATE_LIMITED, PT8S, PT30S, 8, 9, 16",
        "429, RATE_LIMITED, PT8S, PT9S, 8, 9, 9",
        "429, RATE_LIMITED, PT8S, PT2S, 8, 8, 8",
        "429, RATE_LIMITED, PT8S, , 8, 9, 16",
        "429, RATE_LIMITED, , PT9S, 9, 9, 9",
        "429, , , , 60, 61, 68",
        "503, DEPENDENCY_UNAVAILABLE, , , 1, 2, 16",
        "503, DEPENDENCY_UNAVAILABLE, PT12S, , 12, 12, 12",
        "503, DEPENDENCY_UNAVAILABLE, , PT0S, 1, 2, 16",
        "429, RATE_LIMITED, , PT0S, 60, 61, 68",
        "500, , , , 1, 2, 16"
    })
    void waitGrowsFromTheRequestedOneUpToTheReset(
            int status, String code, Duration retryAfter, Duration reset, long first, long second, long fifth) {
        JobbyException refusal = refusal("GET /profile", status, code, retryAfter, reset);

        assertThat(wait(refusal, 1)).isBetween(seconds(first), seconds(first * 1.26));
        assertThat(wait(refusal, 2)).isBetween(seconds(second), seconds(second * 1.26));
        assertThat(wait(refusal, 5)).isBetween(seconds(fifth), seconds(fifth * 1.26));
    }

    private static Duration wait(JobbyException refusal, int inARow) {
        return BackoffPolicy.capped(
                BackoffPolicy.delay(refusal.category(), refusal.retryAfter(), inARow, new SplittableRandom(1)),
                refusal.maxWait());
    }

    private static Duration seconds(double seconds) {
        return Duration.ofMillis((long) (seconds * 1000));
    }

    @ParameterizedTest
    @CsvSource({
        "POST /queue/join, queue:write",
        "GET /queue/status, queue:read",
        "GET /matches?limit=5, ",
        "GET /matches, matches:read",
        "POST /live-events, events:write",
        "POST /webhooks/whk_1/test, webhooks:write",
        "GET /, ",
        "GET /somewhere-else, "
    })
    void missingScopeIsDerivedFromMethodAndPath(String request, String scope) {
        assertThat(refusal(request, 403, "INSUFFICIENT_SCOPE", null, null))
                .hasMessageContaining(
                        scope == null ? "the scope of this endpoint; mint" : "the scope " + scope + "; mint");
    }

    @Test
    void noScopeIsSuggestedForOperationsForHumans() {
        assertThat(refusal("POST /matches/mat_7/accept", 403, "INSUFFICIENT_SCOPE", null, null))
                .hasMessageContaining("only humans accept a match")
                .hasMessageContaining("in a browser at account/matches/mat_7.")
                .hasMessageNotContaining("mint");
        assertThat(refusal("POST /matches/mat_7/decline", 403, "INSUFFICIENT_SCOPE", null, null))
                .hasMessageContaining("the scope matches:write; mint");
    }

    @Test
    void declineFailureWithoutAStateSuggestsADecidedMatch() {
        assertThat(refusal("POST /matches/mat_7/decline", 409, "NOT_PENDING", null, null))
                .hasMessageContainingAll("probably decided", "account/matches/mat_7");
    }

    @Test
    void responseWithoutAnEnvelopeHasNoCode() {
        JobbyException refusal = refusal("GET /profile", 502, null, null, null);

        assertThat(refusal.code()).isEqualTo(JobbyException.UNKNOWN);
        assertThat(refusal.failure().condition()).isEqualTo("status-502");
        assertThat(refusal).hasMessageStartingWith("Jobby.dev answered 502 to GET /profile.");
    }

    private static JobbyException refusal(
            String request, int status, String code, Duration retryAfter, Duration reset) {
        return new JobbyException(
                request, status, code, null, null, Optional.ofNullable(retryAfter), Optional.ofNullable(reset));
    }
}
