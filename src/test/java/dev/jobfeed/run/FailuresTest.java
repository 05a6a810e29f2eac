package dev.jobfeed.run;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FailuresTest {

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    {"status":401,"error":"Unauthorized","message":"Missing or invalid API key."} | Missing or invalid API key
                    {"error":"Invalid or expired API key"} | Invalid or expired API key
                    {"error":"Insufficient credits","detail":"This needs 3000 credits.","credits_required":3000} | This needs 3000 credits
                    {"type":"about:blank","title":"Insufficient credits","status":402,"detail":"Top up."} | Top up
                    {"title":"Insufficient credits","status":402} | Insufficient credits
                    {"message":null,"detail":"boom"} | boom
                    {"message":"","detail":" ","error":"Not Found"} | Not Found
                    {"message":{"text":"boom"},"title":"Boom"} | Boom
                    """)
    void theWordsAreThoseOfTheAnswer(String body, String words) {
        assertThat(Failures.describe(answer(418, body)))
                .isEqualTo("Jobo answered 418 (" + words + "). Check jobo.base-url.");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {"null", "''", "<html>Bad gateway</html>", "{}", "[\"message\"]", "\"boom\"", "{\"message\":\"cut"})
    void anAnswerWithoutWordsIsItsStatus(String body) {
        assertThat(Failures.describe(answer(418, body))).isEqualTo("Jobo answered 418. Check jobo.base-url.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    301 | The key is never sent along a redirect; set jobo.base-url to where the API is.
                    400 | The request is not what the API takes; check jobo.jobs.filter.* and the batch sizes.
                    401 | Check jobo.api-key: it is missing, revoked, or not for this server.
                    402 | Add credits to the wallet, or make jobo.jobs.batch-size smaller.
                    403 | The key's plan does not include this; upgrade it, or use another key.
                    404 | Check jobo.base-url.
                    429 | The next attempt goes on from here. If it lasts, another program may be using the same key.
                    500 | The next attempt goes on from here.
                    503 | The next attempt goes on from here.
                    """)
    void everyStatusHasItsRemedy(int status, String remedy) {
        assertThat(Failures.describe(answer(status, "{\"error\":\"words\"}")))
                .isEqualTo("Jobo answered " + status + " (words). " + remedy);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "{\"credits_required\":3000,\"credits_balance\":1890} | null | ': the balance of 1890 pays for 630'",
                "{\"credits_required\":3000,\"credits_balance\":2} | null | ': the balance of 2 pays for no row'",
                "{} | 3000 | ': the balance of 1890.5 pays for 630'",
                "{} | null | ''",
                "{\"credits_required\":0,\"credits_balance\":2} | null | ''"
            })
    void withoutCreditsTheBatchSizeThatFitsIsNamed(String body, String required, String fits) {
        Map<String, String> headers =
                required == null ? Map.of() : Map.of("x-credits-required", required, "X-CREDITS-BALANCE", "1890.5");

        Failure failure =
                Failures.of(new HttpOperationFailedException("http://127.0.0.1", 402, "", null, headers, body), 1000);

        assertThat(failure.condition()).isEqualTo("credits-exhausted");
        assertThat(failure.remedy())
                .isEqualTo("Add credits to the wallet, or make jobo.jobs.batch-size smaller" + fits + ".");
    }

    @Test
    void theAnswerIsFoundBehindOtherExceptions() {
        Exception failure = new IllegalStateException("outer", new IOException("inner", answer(404, "")));

        assertThat(Failures.describe(failure)).isEqualTo("Jobo answered 404. Check jobo.base-url.");
    }

    @Test
    void aServerThatCannotBeReachedIsNamed() {
        String remedy = ". The next attempt goes on from here. If it lasts, check jobo.base-url and the network.";

        assertThat(Failures.describe(new IOException(new ConnectException("Connection refused"))))
                .isEqualTo("Jobo cannot be reached: Connection refused" + remedy);
        assertThat(Failures.describe(new UnknownHostException("nowhere.example")))
                .isEqualTo("Jobo cannot be reached: nowhere.example" + remedy);
    }

    @Test
    void anythingElseIsItsInnermostCause() {
        assertThat(Failures.describe(new IOException("outer", new IllegalStateException("inner"))))
                .isEqualTo("inner");
        assertThat(Failures.describe(new IOException("outer", new IllegalStateException())))
                .isEqualTo("IllegalStateException");
    }

    /** An address and a header that no message may tell. */
    private static HttpOperationFailedException answer(int status, String body) {
        return new HttpOperationFailedException(
                "https://connect.jobo.world/api/jobs/expired?cursor=c",
                status,
                "reason",
                null,
                Map.of("X-Api-Key", "secret"),
                body);
    }
}
