package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class ErrorResponsesTest {

    private static final String LIMITED_SCOPES_TOKEN = "jbb_narrownarrownarrownarrownarrow22";

    private final JobbyCalls calls = new JobbyCalls(options -> options.token(LIMITED_SCOPES_TOKEN, "settings:read"));

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void testTokenHasTheFormOfAToken() {
        assertThat(Jobby.TEST_TOKEN).matches("jbb_[a-z2-7]{32}");
    }

    @ParameterizedTest
    @CsvSource({
        "GET, /profile",
        "POST, /queue/join",
        "GET, /queue/status",
        "GET, /matches",
        "GET, /matches/mat_x/interview-room-url",
        "POST, /matches/mat_x/decline",
        "POST, /events",
        "POST, /webhooks",
        "GET, /webhooks",
        "DELETE, /webhooks/whk_x",
        "POST, /webhooks/whk_x/test",
        "GET, /webhooks/whk_x/deliveries",
        "POST, /billing/charge-offsession",
    })
    void eachEndpointNeedsATokenAndItsScope(String method, String path) throws Exception {
        HttpResponse<String> missing = calls.send(calls.anonymous(path).method(method, BodyPublishers.ofString("{}")));
        HttpResponse<String> unknown =
                calls.send(calls.as("jbb_unknown", path).method(method, BodyPublishers.ofString("{}")));
        HttpResponse<String> narrow =
                calls.send(calls.as(LIMITED_SCOPES_TOKEN, path).method(method, BodyPublishers.ofString("{}")));

        assertThat(JobbyCalls.error(missing)).isEqualTo("401 INVALID_TOKEN");
        assertThat(JobbyCalls.error(unknown)).isEqualTo("401 INVALID_TOKEN");
        assertThat(JobbyCalls.header(missing, "X-RateLimit-Limit")).isNull();
        assertThat(JobbyCalls.error(narrow)).isEqualTo("403 INSUFFICIENT_SCOPE");
        assertThat(JobbyCalls.header(narrow, "X-RateLimit-Limit")).isNotNull();
    }

    @Test
    void profileIsVisibleToItsOwnerOnly() throws Exception {
        JsonNode profile = JobbyCalls.data(calls.get("/profile"));

        assertThat(profile.get("headline").textValue()).isNotBlank();
        assertThat(profile.get("skills")).isNotEmpty();
    }

    @Test
    void noTokenCanAcceptAMatchAndTriesAreRecorded() throws Exception {
        calls.join(calls.liveEvent());
        Match match = calls.fair().match(calls.fair().places().get(0).id());

        HttpResponse<String> response = calls.post("/matches/" + match.id() + "/accept", "{}");

        assertThat(JobbyCalls.error(response)).isEqualTo("403 INSUFFICIENT_SCOPE");
        assertThat(calls.jobby().requests(JobbyEndpoint.MATCH_ACCEPT)).hasSize(1);
        assertThat(calls.fair().matches().get(0).status()).isEqualTo(MatchStatus.MATCHED);
    }

    @Test
    void chargeWithoutConsentIsRejected() throws Exception {
        HttpResponse<String> response = calls.post("/billing/charge-offsession", "{\"target_plan\":\"pro\"}");

        assertThat(JobbyCalls.error(response)).isEqualTo("402 OFF_SESSION_CONSENT_REQUIRED");
        JsonNode details = JobbyCalls.MAPPER.readTree(response.body()).get("details");
        assertThat(details.get("target_plan").textValue()).isEqualTo("pro");
        assertThat(details.get("checkout_url").textValue()).startsWith(calls.sandbox.baseUrl() + "/account/");
        assertThat(calls.jobby().requests(JobbyEndpoint.CHARGE_OFF_SESSION)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/nothing", "/webhooks/whk_x", "/events", "/queue/join", "/"})
    void otherPathsAreNotFound(String path) throws Exception {
        HttpResponse<String> response = calls.get(path);

        assertThat(JobbyCalls.error(response)).isEqualTo("404 NOT_FOUND");
        assertThat(calls.jobby().requests(JobbyEndpoint.OTHER)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "{", "[]", "{}", "{\"event_id\":7}", "{\"event_id\":\" \"}", "{\"event_id\":\"x\"} {}"})
    void joinWithoutAnEventIsInvalid(String body) throws Exception {
        assertThat(JobbyCalls.error(calls.post("/queue/join", body))).isEqualTo("400 VALIDATION");
        assertThat(calls.fair().places()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(ErrorCode.class)
    void everyDocumentedCodeHasItsStatus(ErrorCode code) throws Exception {
        calls.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.PROFILE)
                .code(code)
                .seconds(1)
                .times(2));

        HttpResponse<String> first = calls.get("/profile");
        assertThat(JobbyCalls.error(first)).isEqualTo(code.status() + " " + code);
        assertThat(JobbyCalls.header(first, "X-RateLimit-Remaining")).isEqualTo("59");
        assertThat(JobbyCalls.header(first, "Retry-After")).isEqualTo("1");
        assertThat(calls.get("/matches").statusCode()).isEqualTo(200);
        assertThat(calls.get("/profile").statusCode()).isEqualTo(code.status());
        assertThat(calls.get("/profile").statusCode()).isEqualTo(200);
    }

    @Test
    void statusesAreTheDocumentedOnes() {
        assertThat(ErrorCode.values())
                .extracting(ErrorCode::status)
                .containsExactly(400, 401, 402, 402, 403, 403, 404, 409, 409, 429, 503);
    }

    @Test
    void deprecatedEndpointIsAnnounced() throws Exception {
        calls.jobby().deprecate(JobbyEndpoint.PROFILE, Instant.parse("2027-03-01T08:00:00Z"));

        HttpResponse<String> response = calls.get("/profile");

        assertThat(JobbyCalls.header(response, "Deprecation")).isEqualTo("true");
        assertThat(JobbyCalls.header(response, "Sunset")).isEqualTo("Mon, 01 Mar 2027 08:00:00 GMT");
        assertThat(JobbyCalls.header(calls.get("/matches"), "Deprecation")).isNull();
        calls.jobby().deprecate(JobbyEndpoint.PROFILE, null);
        assertThat(JobbyCalls.header(calls.get("/profile"), "Deprecation")).isNull();
    }

    @Test
    void interceptorAnswersRewritesOrDrops() throws Exception {
        calls.jobby().intercept(request -> switch ((int) request.sequence()) {
            case 1 -> Interceptor.answer(502, Map.of("Content-Type", "text/html"), "<h1>Bad gateway</h1>");
            case 2 -> Interceptor.rewrite(body -> "{\"data\":null}".getBytes(StandardCharsets.UTF_8));
            case 3 -> Interceptor.drop();
            case 4 -> throw new IOException("no");
            default -> Interceptor.pass();
        });

        // joins, because the client repeats a GET whose connection is dropped
        String event = calls.liveEvent();
        assertThat(calls.join(event).body()).isEqualTo("<h1>Bad gateway</h1>");
        assertThat(calls.join(event).body()).isEqualTo("{\"data\":null}");
        assertThatThrownBy(() -> calls.join(event)).isInstanceOf(IOException.class);
        assertThatThrownBy(() -> calls.join(event)).isInstanceOf(IOException.class);
        assertThat(JobbyCalls.data(calls.join(event))).isNotEmpty();
        assertThat(calls.sandbox.log().entries()).extracting("status").containsExactly(502, 200, 0, 0, 200);
    }

    @Test
    void otherApiOfTheSandboxIsUnaffected() throws Exception {
        assertThat(calls.send(HttpRequest.newBuilder(URI.create(calls.sandbox.baseUrl() + "/api/jobs/expired"))
                                .header("X-Api-Key", Sandbox.TEST_KEY))
                        .statusCode())
                .isEqualTo(200);
        assertThat(calls.jobby().requests()).isEmpty();
    }
}
