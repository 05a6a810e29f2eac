package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import java.math.BigDecimal;
import java.net.BindException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiErrorTest {

    private final Calls calls =
            new Calls(options -> options.creditsPerJob(new BigDecimal("3")).creditsBalance(new BigDecimal("1890")));

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void testKeyHasTheFormOfAKey() {
        assertThat(Sandbox.TEST_KEY).hasSize(74).matches("jbe_(live|test)_[A-Za-z0-9_-]{21}_[A-Za-z0-9_-]{43}");
    }

    @Test
    void missingOrWrongKeyIsUnauthorized() throws Exception {
        HttpResponse<String> missing = calls.send(calls.to("/api/jobs/feed").POST(BodyPublishers.ofString("{}")));
        HttpResponse<String> wrong = calls.send(calls.to("/api/jobs/expired").header("X-Api-Key", "jbe_test_other"));

        assertThat(missing.statusCode()).isEqualTo(401);
        assertThat(wrong.statusCode()).isEqualTo(401);
        assertThat(Calls.json(missing)).isEqualTo(Calls.MAPPER.readTree("""
                        {"status":401,"error":"Unauthorized",
                         "message":"Missing or invalid API key. Include 'X-Api-Key' header."}"""));
    }

    @Test
    void keyInTheQueryIsIgnored() throws Exception {
        assertThat(calls.send(calls.to("/api/jobs/expired?api_key=" + Sandbox.TEST_KEY))
                        .statusCode())
                .isEqualTo(401);
    }

    @Test
    void profileNeedsNoKeyButRejectsAWrongOne() throws Exception {
        String path = "/api/companies/" + calls.data().companies().id(3);

        assertThat(calls.send(calls.to(path)).statusCode()).isEqualTo(200);
        assertThat(calls.get(path).statusCode()).isEqualTo(200);
        assertThat(calls.send(calls.to(path).header("X-Api-Key", "wrong")).statusCode())
                .isEqualTo(401);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"batch_size\":0}",
                "{\"batch_size\":1001}",
                "{\"batch_size\":\"ten\"}",
                "{\"posted_after\":\"yesterday\"}",
                "{\"updated_after\":\"2026-13-01T00:00:00Z\"}",
                "{\"sources\":\"workday\"}",
                "{\"locations\":[\"DE\"]}",
                "{\"stable_scan\":\"no\"}",
                "[]",
                "{} {}",
                "{\"batch_size\":",
            })
    void unreadableFeedRequestIsABadRequest(String body) throws Exception {
        assertBadRequest(calls.post("/api/jobs/feed", body));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "batch_size=0",
                "batch_size=10001",
                "batch_size=x",
                "expired_since=2026-11-10T00:00:00+00:00",
                "expired_since=soon",
            })
    void unreadableExpiredRequestIsABadRequest(String query) throws Exception {
        assertBadRequest(calls.get("/api/jobs/expired?" + query));
    }

    @Test
    void careerSitesPageHasAtMostFiftyRows() throws Exception {
        assertBadRequest(calls.post("/api/career-sites/feed", "{\"batch_size\":51}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"garbage!", "Zm9v", "e30", ""})
    void malformedCursorIsInvalid(String cursor) throws Exception {
        HttpResponse<String> response = calls.post("/api/jobs/feed", "{\"cursor\":\"" + cursor + "\"}");

        assertBadRequest(response);
        assertThat(Calls.json(response).get("message").textValue()).isEqualTo("Invalid cursor");
    }

    @Test
    void cursorOfAnotherEndpointIsInvalid() throws Exception {
        JsonNode page = calls.expired("?batch_size=1");

        HttpResponse<String> response = calls.post(
                "/api/jobs/feed",
                "{\"batch_size\":1,\"cursor\":\"" + page.get("next_cursor").textValue() + "\"}");

        assertThat(Calls.json(response).get("message").textValue()).isEqualTo("Invalid cursor");
    }

    private static void assertBadRequest(HttpResponse<String> response) throws Exception {
        assertThat(response.statusCode()).isEqualTo(400);
        JsonNode body = Calls.json(response);
        assertThat(body.get("status").intValue()).isEqualTo(400);
        assertThat(body.get("error").textValue()).isEqualTo("Bad Request");
        assertThat(body.get("message").textValue()).isNotBlank();
    }

    @Test
    void balanceMustCoverTheRequestedBatch() throws Exception {
        HttpResponse<String> response = calls.post("/api/jobs/feed", "{}");

        assertThat(response.statusCode()).isEqualTo(402);
        assertThat(response.headers().firstValue("X-Credits-Required")).contains("3000");
        assertThat(response.headers().firstValue("X-Credits-Balance")).contains("1890");
        assertThat(response.body())
                .isEqualTo("{\"error\":\"Insufficient credits\",\"detail\":\"This request needs 3000 credits ($3)."
                        + " Your wallet balance is 1890 credits ($1.89). Top up your wallet to continue.\","
                        + "\"credits_required\":3000,\"credits_balance\":1890,\"cost_per_request_usd\":3}");
    }

    @Test
    void deliveredRowsAreCharged() throws Exception {
        HttpResponse<String> response = calls.post("/api/jobs/feed", "{\"batch_size\":600}");

        assertThat(response.headers().firstValue("X-Credits-Deducted")).contains("300");
        assertThat(response.headers().firstValue("X-Credits-Balance")).contains("1590");
        HttpResponse<String> sites = calls.post("/api/career-sites/feed", "{\"batch_size\":10}");
        assertThat(sites.headers().firstValue("X-Credits-Deducted")).contains("500");
        assertThat(sites.headers().firstValue("X-Credits-Balance")).contains("1090");
    }

    @Test
    void emptyPageAndErrorCostNothing() throws Exception {
        HttpResponse<String> empty = calls.post("/api/jobs/feed", "{\"batch_size\":9,\"sources\":[\"none\"]}");
        calls.post("/api/jobs/feed", "{\"batch_size\":9,\"cursor\":\"x\"}");

        assertThat(empty.statusCode()).isEqualTo(200);
        assertThat(empty.headers().map()).doesNotContainKeys("x-credits-deducted", "x-credits-balance");
        assertThat(calls.post("/api/jobs/feed", "{\"batch_size\":1}").headers().firstValue("X-Credits-Balance"))
                .contains("1887");
    }

    @Test
    void subscriptionShowsNoCredits() throws Exception {
        try (Calls subscription = new Calls()) {
            HttpResponse<String> response = subscription.post("/api/jobs/feed", "{}");

            assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("x-credits"));
            assertThat(response.headers().map()).containsKeys("x-ratelimit-limit", "x-ratelimit-remaining");
            assertThat(response.headers().firstValueAsLong("x-ratelimit-reset").orElseThrow())
                    .isEqualTo(Calls.START.getEpochSecond() + 60);
        }
    }

    @Test
    void singleJobEqualsTheFeedsAndIsFree() throws Exception {
        JsonNode delivered = calls.feed("{\"batch_size\":1}").at("/jobs/0");

        HttpResponse<String> response =
                calls.get("/api/jobs/" + delivered.get("id").textValue());

        assertThat(Calls.ok(response)).isEqualTo(delivered);
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("x-credits"));
    }

    @Test
    void expiredJobIsNotFoundUntilItReturns() throws Exception {
        UUID id = calls.data().expireJobs(1).get(0);

        assertThat(calls.get("/api/jobs/" + id).statusCode()).isEqualTo(410);
        calls.data().returnJob(id);
        assertThat(calls.get("/api/jobs/" + id).statusCode()).isEqualTo(200);
        assertThat(calls.get("/api/jobs/x").statusCode()).isEqualTo(404);
    }

    @Test
    void otherPathsAreNotFound() throws Exception {
        HttpResponse<String> response = calls.get("/api/jobs");

        assertThat(response.statusCode()).isEqualTo(404);
        assertThat(Calls.json(response).get("error").textValue()).isEqualTo("Not Found");
        HttpResponse<String> company = calls.get("/api/companies/00000000-0000-4000-8000-000000000001");
        assertThat(company.statusCode()).isEqualTo(404);
        assertThat(company.body()).isEqualTo("{\"error\":\"Not Found\"}");
        assertThat(calls.get("/api/companies/x").statusCode()).isEqualTo(404);
    }

    @Test
    void wrongMethodIsNamed() throws Exception {
        HttpResponse<String> response = calls.get("/api/jobs/feed");

        assertThat(response.statusCode()).isEqualTo(405);
        assertThat(response.headers().firstValue("Allow")).contains("POST");
        assertThat(Calls.json(response).get("status").intValue()).isEqualTo(405);
        assertThat(calls.post("/api/jobs/expired", "").statusCode()).isEqualTo(405);
    }

    @Test
    void takenPortIsReported() {
        SandboxOptions same =
                SandboxOptions.builder().port(calls.sandbox.port()).jobs(1).build();

        assertThatThrownBy(() -> Sandbox.start(same)).isInstanceOf(BindException.class);
    }
}
