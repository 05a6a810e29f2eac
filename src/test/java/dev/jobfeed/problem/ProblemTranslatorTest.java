package dev.jobfeed.problem;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ConnectException;
import java.net.UnknownHostException;
import java.sql.SQLException;
import java.util.Map;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ProblemTranslatorTest {

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
    void messageIsThatOfTheResponse(String body, String expectedMessage) {
        assertThat(ProblemTranslator.describe(answer(418, body)))
                .isEqualTo("Jobo answered 418 (" + expectedMessage + "). Check jobo.base-url.");
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {"null", "''", "<html>Bad gateway</html>", "{}", "[\"message\"]", "\"boom\"", "{\"message\":\"cut"})
    void responseWithoutAMessageIsDescribedByItsStatus(String body) {
        assertThat(ProblemTranslator.describe(answer(418, body))).isEqualTo("Jobo answered 418. Check jobo.base-url.");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    301 | The key is never sent along a redirect; set jobo.base-url to the address of the API.
                    400 | The API does not accept the request; check jobo.expired.batch-size.
                    401 | Check jobo.api-key: it is missing, revoked, or not for this server.
                    402 | Add credits to the wallet.
                    403 | The key's plan does not include this; upgrade it, or use another key.
                    404 | Check jobo.base-url.
                    429 | The next attempt resumes from here. If it persists, another program may be using the same key.
                    408 | The next attempt resumes from here. If it persists, check https://jobo.world/status.
                    500 | The next attempt resumes from here. If it persists, check https://jobo.world/status.
                    503 | The next attempt resumes from here. If it persists, check https://jobo.world/status.
                    """)
    void everyStatusHasItsRemedy(int status, String remedy) {
        assertThat(ProblemTranslator.describe(answer(status, "{\"error\":\"words\"}")))
                .isEqualTo("Jobo answered " + status + " (words). " + remedy);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            delimiter = '|',
            value = {
                "{\"credits_required\":3000,\"credits_balance\":1890} | null | : 3000 credits required, balance 1890"
                        + " | ', or reduce jobo.jobs.batch-size: the balance of 1890 pays for 630 rows'",
                "{\"credits_required\":3000,\"credits_balance\":2} | null | : 3000 credits required, balance 2"
                        + " | ': the balance of 2 pays for no row'",
                "{} | 3000 | : 3000 credits required, balance 1890.5"
                        + " | ', or reduce jobo.jobs.batch-size: the balance of 1890.5 pays for 630 rows'",
                "{} | null | '' | ', or reduce jobo.jobs.batch-size'",
                "{\"credits_required\":0,\"credits_balance\":2} | null | : 0 credits required, balance 2"
                        + " | ', or reduce jobo.jobs.batch-size'"
            })
    void missingCreditsAreReportedWithAnAffordableBatchSize(String body, String required, String numbers, String fits) {
        Map<String, String> headers =
                required == null ? Map.of() : Map.of("x-credits-required", required, "X-CREDITS-BALANCE", "1890.5");

        Problem failure = ProblemTranslator.of(
                new HttpOperationFailedException("http://127.0.0.1/api/jobs/feed", 402, "", null, headers, body), 1000);

        assertThat(failure.condition()).isEqualTo("credits-exhausted");
        assertThat(failure.message()).isEqualTo("Jobo answered 402" + numbers + ".");
        assertThat(failure.remedy()).isEqualTo("Add credits to the wallet" + fits + ".");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    /api/jobs/feed | ; check jobo.jobs.filter.* and jobo.jobs.batch-size | , or reduce jobo.jobs.batch-size
                    /v1/api/career-sites/feed | ; check jobo.career-sites.filter.* and jobo.career-sites.batch-size \
                    | , or reduce jobo.career-sites.batch-size
                    /api/jobs/expired?cursor=c | ; check jobo.expired.batch-size | ''
                    /api/companies/00000000-0000-5000-8000-00000000000a | '' | ''
                    """)
    void remedyNamesTheSettingsOfItsEndpoint(String path, String settings, String smaller) {
        String uri = "https://connect.jobo.world" + path;

        assertThat(ProblemTranslator.describe(new HttpOperationFailedException(uri, 400, "", null, Map.of(), "")))
                .isEqualTo("Jobo answered 400. The API does not accept the request" + settings + ".");
        assertThat(ProblemTranslator.describe(new HttpOperationFailedException(uri, 402, "", null, Map.of(), "")))
                .isEqualTo("Jobo answered 402. Add credits to the wallet" + smaller + ".");
    }

    @Test
    void responseIsFoundInTheCauses() {
        Exception failure = new IllegalStateException("outer", new IOException("inner", answer(404, "")));

        assertThat(ProblemTranslator.describe(failure)).isEqualTo("Jobo answered 404. Check jobo.base-url.");
    }

    @Test
    void unreachableServerIsNamed() {
        String remedy = ". The next attempt resumes from here. If it persists, check jobo.base-url, the network and"
                + " https://jobo.world/status.";

        assertThat(ProblemTranslator.describe(new IOException(new ConnectException("Connection refused"))))
                .isEqualTo("Jobo cannot be reached: Connection refused" + remedy);
        assertThat(ProblemTranslator.describe(new UnknownHostException("nowhere.example")))
                .isEqualTo("Jobo cannot be reached: nowhere.example" + remedy);
    }

    /** PostgreSQL 15 answers so to a connection for which it cannot write a file. */
    @Test
    void fullDiskIsNamedIfTheDatabaseNamesNoCause() {
        Exception failure = new IllegalStateException(
                "no connection", new SQLException("FATAL: could not write init file", "XX000"));

        assertThat(ProblemTranslator.describe(failure)).contains("Its disk is full; free some space.");
    }

    @Test
    void otherFailureIsDescribedByItsRootCause() {
        assertThat(ProblemTranslator.describe(new IOException("outer", new IllegalStateException("inner"))))
                .isEqualTo("inner");
        assertThat(ProblemTranslator.describe(new IOException("outer", new IllegalStateException())))
                .isEqualTo("IllegalStateException");
    }

    /** Returns a failure with an address and a header that no message may contain. */
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
