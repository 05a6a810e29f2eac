package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.jobby.JobbyProblemTranslator;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executors;
import java.util.function.UnaryOperator;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests one call to Jobby.dev, and the handling of each response. */
class JobbyApiTest {

    private static final String LIMITED_SCOPES_TOKEN = "jbb_narrownarrownarrownarrownarrow22";

    private JobbyFixture fixture;

    private void start(JobbyOptions.Builder options) throws Exception {
        fixture = JobbyFixture.of("h2", options);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest(name = "{0}: {1} requests")
    @CsvSource(
            delimiter = '|',
            value = {
                "VALIDATION                  | 1 | answered 400 VALIDATION to GET /profile",
                "INVALID_TOKEN               | 1 | Check jobby.token",
                "OFF_SESSION_CONSENT_REQUIRED| 1 | Only a person can agree to a charge",
                "ACTION_REQUIRED_NO_URL      | 1 | Only a person can agree to a charge",
                "INSUFFICIENT_SCOPE          | 1 | the scope profile:read",
                "PLAN_GATED                  | 1 | plan does not include this",
                "NOT_FOUND                   | 1 | gone, or belongs to another account",
                "ALREADY_ON_PLAN             | 1 | account's billing",
                "SUBSCRIPTION_NOT_ELIGIBLE   | 1 | account's billing",
                "RATE_LIMITED                | 9 | another program may be using the same token",
                "DEPENDENCY_UNAVAILABLE      | 6 | can be tried again later"
            })
    void eachDocumentedCodeIsHandledByItsClass(ErrorCode code, int requests, String message) throws Exception {
        start(JobbyOptions.builder());
        fixture.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.PROFILE)
                .code(code)
                .seconds(1)
                .times(100));

        assertThatThrownBy(() -> get("/profile"))
                .isInstanceOf(JobbyException.class)
                .hasMessageContaining(message)
                .extracting("code", "status")
                .containsExactly(code.name(), code.status());

        assertThat(fixture.jobby().requests(JobbyEndpoint.PROFILE)).hasSize(requests);
    }

    @ParameterizedTest(name = "{0} of {1} is {2} requests")
    @CsvSource({
        "500, '{\"error\":\"no\",\"code\":\"SOMETHING_NEW\"}', 6, SOMETHING_NEW",
        "418, '{\"error\":\"no\",\"code\":\"SOMETHING_NEW\",\"more\":[1]}', 1, SOMETHING_NEW",
        "424, '{\"error\":\"no\",\"code\":\"DEPENDENCY_UNAVAILABLE\"}', 6, DEPENDENCY_UNAVAILABLE",
        "403, '{\"error\":\"no\",\"code\":\"RATE_LIMITED\"}', 9, RATE_LIMITED",
        "502, '<h1>Bad gateway</h1>', 6, UNKNOWN",
        "408, '', 6, UNKNOWN",
        "429, 'slow down', 9, UNKNOWN",
        "404, '[]', 1, UNKNOWN",
        "400, '{\"error\":7,\"code\":{}}', 1, UNKNOWN",
        "301, '', 1, UNKNOWN"
    })
    void undocumentedErrorIsHandledByItsStatus(int status, String body, int requests, String code) throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby()
                .intercept(request -> Interceptor.answer(
                        status, Map.of("Location", "/api/v1/matches", "Content-Type", "text/html"), body));

        assertThatThrownBy(() -> get("/profile"))
                .isInstanceOf(JobbyException.class)
                .extracting("code", "status")
                .containsExactly(code, status);

        assertThat(fixture.jobby().requests()).hasSize(requests).allMatch(request -> request.path()
                .equals("/profile"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "<html>", "7", "\"words\"", "{\"data\":", "{} {}"})
    void successWithoutJsonIsRetried(String body) throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby()
                .intercept(request -> request.sequence() < 3
                        ? Interceptor.answer(200, Map.of("Content-Type", "application/json"), body)
                        : Interceptor.pass());

        assertThat(get("/profile").get("headline").textValue()).isNotBlank();
        assertThat(fixture.jobby().requests()).hasSize(3);
    }

    @Test
    void postWithoutAKeyAndWithLostResponsesTakesEffectOnce() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby().intercept(request -> request.sequence() < 3 ? Interceptor.truncate(3) : Interceptor.pass());
        String body = "{\"event_id\":\"" + fixture.liveEvent() + "\"}";

        Exchange first = fixture.exchange("direct:jobby-api", body, Map.of("jobbyPath", "/queue/join"));

        assertThat(first.getException()).isNull();
        List<String> keys = fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN).stream()
                .map(request -> request.idempotencyKey())
                .toList();
        assertThat(keys).hasSize(3).containsOnly(keys.get(0));
        assertThat(UUID.fromString(keys.get(0)).version()).isEqualTo(4);

        fixture.jobby().intercept(request -> Interceptor.answer(400, Map.of(), "{}"));
        Exchange second = fixture.exchange("direct:jobby-api", body, Map.of("jobbyPath", "/queue/join"));
        assertThat(second.getVariable("jobbyIdempotencyKey"))
                .as("no variable for the next call to reuse")
                .isNull();
        assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN))
                .last()
                .satisfies(request ->
                        assertThat(request.idempotencyKey()).isNotNull().isNotEqualTo(keys.get(0)));
    }

    @Test
    void postWithAQueryStaysAPost() throws Exception {
        start(JobbyOptions.builder());

        fixture.exchange("direct:jobby-api", "{}", Map.of("jobbyPath", "/queue/join", "jobbyQuery", "from=host"));

        assertThat(fixture.jobby().requests())
                .extracting(request -> request.method() + " " + request.query())
                .containsExactly("POST from=host");
    }

    /** A redelivery by the caller's error handler repeats the same call with them. */
    @Test
    void variablesOfAFailedCallAreKept() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby().intercept(request -> Interceptor.answer(400, Map.of(), "{}"));
        Map<String, Object> variables = Map.of(
                "jobbyPath",
                "/queue/join",
                "jobbyQuery",
                "from=host",
                "jobbyIdempotencyKey",
                UUID.randomUUID().toString());

        Exchange failed = fixture.exchange("direct:jobby-api", "{}", variables);

        assertThat(failed.getException()).isNotNull();
        assertThat(failed.getVariables()).containsAllEntriesOf(variables);
    }

    @Test
    void brokenConnectionIsRetriedAndReportedWithARemedy() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby()
                .intercept(request -> request.sequence() % 2 == 0 ? Interceptor.drop() : Interceptor.truncate(3));

        Exception failure = fixture.exchange("direct:jobby-api", null, Map.of("jobbyPath", "/profile"))
                .getException();

        assertThat(JobbyProblemTranslator.of(failure).text())
                .startsWith("Jobby.dev cannot be reached: ")
                .endsWith("Check jobby.base-url and the network.");
        assertThat(fixture.jobby().requests()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void responsesWithAndWithoutAnEnvelopeAreRead(boolean envelope) throws Exception {
        start(JobbyOptions.builder().dataEnvelope(envelope));

        assertThat(get("/profile").get("headline").textValue()).isNotBlank();
        assertThat(get("/matches")).isEmpty();
    }

    @Test
    void retryAfterOfA429IsObserved() throws Exception {
        start(JobbyOptions.builder());
        fixture.with("jobo.retry.time-scale", "0.1");
        fixture.jobby()
                .intercept(request -> request.sequence() == 1
                        ? Interceptor.answer(429, Map.of("Retry-After", "6"), "{\"code\":\"RATE_LIMITED\"}")
                        : Interceptor.pass());

        get("/profile");

        assertThat(between(0, 1)).isBetween(Duration.ofMillis(590), Duration.ofSeconds(5));
    }

    @Test
    void waitAboveTheMaximumEndsTheCall() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby()
                .intercept(request ->
                        Interceptor.answer(429, Map.of("Retry-After", "86400"), "{\"code\":\"RATE_LIMITED\"}"));

        assertThatThrownBy(() -> get("/profile")).isInstanceOf(JobbyException.class);
        assertThat(fixture.jobby().requests()).hasSize(1);
    }

    @Test
    void requestAfterTheLastOneOfAWindowWaitsForTheReset() throws Exception {
        start(JobbyOptions.builder());
        fixture.with("jobo.retry.time-scale", "0.05");
        exhaustWindow(20);

        get("/profile");
        get("/matches");
        get("/profile");

        assertThat(between(0, 1)).isLessThan(Duration.ofMillis(900));
        assertThat(between(0, 2)).isBetween(Duration.ofMillis(500), Duration.ofSeconds(5));
    }

    @Test
    void waitingRequestDoesNotDelayAStop() throws Exception {
        start(JobbyOptions.builder());
        fixture.with("jobo.retry.time-scale", "1");
        exhaustWindow(60);
        get("/profile");
        Exchange[] blocked = new Exchange[1];
        var waiting = CompletableFuture.runAsync(
                () -> {
                    try {
                        blocked[0] = fixture.exchange("direct:jobby-api", null, Map.of("jobbyPath", "/profile"));
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                },
                Executors.newSingleThreadExecutor());
        await().atMost(JobbyFixture.DEADLINE)
                .until(() -> fixture.context().getInflightRepository().size() > 0);

        long start = System.nanoTime();
        fixture.stop();
        waiting.join();

        assertThat(Duration.ofNanos(System.nanoTime() - start)).isLessThan(Duration.ofSeconds(10));
        assertThat(blocked[0].getException()).hasMessageContaining("The runtime is stopping");
        assertThat(fixture.jobby().requests()).hasSize(1);
    }

    private void exhaustWindow(int secondsLeft) {
        String reset = Long.toString(Instant.now().getEpochSecond() + secondsLeft);
        fixture.jobby()
                .intercept(request -> request.sequence() == 1 && request.endpoint() == JobbyEndpoint.PROFILE
                        ? new Interceptor.Serve(
                                UnaryOperator.identity(),
                                Map.of("X-RateLimit-Remaining", "1", "X-RateLimit-Reset", reset),
                                -1)
                        : Interceptor.pass());
    }

    @Test
    void errorWithoutTheHeaderDoesNotClearADeprecation() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby().deprecate(JobbyEndpoint.PROFILE, Instant.parse("2027-03-01T08:00:00Z"));
        get("/profile");

        fixture.jobby().intercept(request -> Interceptor.answer(404, Map.of(), ""));
        assertThatThrownBy(() -> get("/profile"));

        assertThat(fixture.alerts()).containsExactly("deprecated GET /profile");
    }

    @Test
    void deprecatedEndpointRaisesOneAlertADay() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby().deprecate(JobbyEndpoint.PROFILE, Instant.parse("2027-03-01T08:00:00Z"));

        get("/profile");
        get("/profile");
        announceEnd();
        get("/profile");
        assertThat(pendingAlerts()).isZero();
        assertThat(fixture.one("select message from alert", String.class))
                .contains("/profile", "Mon, 01 Mar 2027 08:00:00 GMT");

        fixture.clock.forward(Duration.ofHours(25));
        get("/profile");
        assertThat(pendingAlerts()).isEqualTo(1);

        fixture.jobby().deprecate(JobbyEndpoint.PROFILE, null);
        get("/profile");
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void alternatingDeprecationRaisesOneAlertADay() throws Exception {
        start(JobbyOptions.builder());
        for (int i = 0; i < 3; i++) {
            fixture.jobby().deprecate(JobbyEndpoint.PROFILE, Instant.parse("2027-03-01T08:00:00Z"));
            get("/profile");
            fixture.jobby().deprecate(JobbyEndpoint.PROFILE, null);
            get("/profile");
        }

        assertThat(fixture.one("select count(*) from alert", Integer.class)).isEqualTo(1);
    }

    private void announceEnd() throws Exception {
        fixture.exchange("direct:alerts-notify", null, Map.of());
    }

    private int pendingAlerts() {
        return fixture.one("select count(*) from alert where notified_at is null", Integer.class);
    }

    @Test
    void publicOperationsNeedNoToken() throws Exception {
        start(JobbyOptions.builder());
        fixture.with("jobby.token", "");

        assertThat(get("/live-events")).hasSize(3);
        assertThatThrownBy(() -> get("/profile"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageStartingWith("jobby.token is not set.");
        assertThat(fixture.jobby().requests()).hasSize(1);
    }

    @Test
    void tokenIsNotSentToPublicOperations() throws Exception {
        start(JobbyOptions.builder());
        fixture.with("jobby.token", "jbb_a token");

        assertThat(get("/live-events")).hasSize(3);
        assertThatThrownBy(() -> get("/profile"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageNotContaining("jbb_a");
    }

    @Test
    void idempotencyKeyIsSentOnlyWhereGiven() throws Exception {
        start(JobbyOptions.builder());
        String key = UUID.randomUUID().toString();

        Exchange joined = fixture.exchange(
                "direct:jobby-api",
                "{\"event_id\":\"" + fixture.liveEvent() + "\"}",
                Map.of("jobbyPath", "/queue/join", "jobbyIdempotencyKey", key));
        get("/profile");

        assertThat(joined.getVariables()).doesNotContainKeys("jobbyPath", "jobbyIdempotencyKey");
        assertThat(fixture.jobby().requests())
                .extracting(request -> request.idempotencyKey())
                .containsExactly(key, null);
    }

    @Test
    void tokenHeaderIsRemovedAfterEveryResponse() throws Exception {
        start(JobbyOptions.builder().token(LIMITED_SCOPES_TOKEN));
        List<Exchange> exchanges = List.of(
                fixture.exchange("direct:jobby-api", null, Map.of("jobbyPath", "/profile")),
                fixture.with("jobby.token", LIMITED_SCOPES_TOKEN)
                        .exchange("direct:jobby-api", null, Map.of("jobbyPath", "/queue/status")),
                fixture.with("jobby.base-url", "http://127.0.0.1:1/api/v1")
                        .exchange("direct:jobby-api", null, Map.of("jobbyPath", "/profile")));

        assertThat(exchanges).allSatisfy(exchange -> {
            assertThat(exchange.getMessage().getHeaders()).doesNotContainKey("Authorization");
            assertThat(exchange.getIn().getHeaders()).doesNotContainKey("Authorization");
            assertThat(String.valueOf(exchange.getVariables()) + exchange.getProperties())
                    .doesNotContain(LIMITED_SCOPES_TOKEN, Jobby.TEST_TOKEN, "jobfeed", "jobbyMethod");
        });
        assertThat(exchanges.get(1).getException()).hasMessageContaining("the scope queue:read");
    }

    @Test
    void tokenInAResponseIsRemovedFromMessages() throws Exception {
        start(JobbyOptions.builder());
        fixture.jobby()
                .intercept(request -> Interceptor.answer(
                        400,
                        Map.of(),
                        "{\"error\":\"bad " + Jobby.TEST_TOKEN + "\",\"code\":\"VALIDATION\",\"details\":\""
                                + Jobby.TEST_TOKEN + "\"}"));

        assertThatThrownBy(() -> get("/profile"))
                .isInstanceOf(JobbyException.class)
                .hasMessageContaining("jbb_...")
                .hasMessageNotContaining(Jobby.TEST_TOKEN)
                .extracting("details")
                .asString()
                .doesNotContain(Jobby.TEST_TOKEN);
    }

    private JsonNode get(String path) throws Exception {
        return fixture.send("direct:jobby-api", null, Map.of("jobbyPath", path), JsonNode.class);
    }

    private Duration between(int first, int second) {
        List<LoggedRequest> log = fixture.sandbox.log().entries();
        return Duration.between(log.get(first).time(), log.get(second).time());
    }
}
