package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Interceptor.Verdict;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.stream.Stream;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests the attempt, its run and its alerts when a response stays invalid, as one table. */
class FailurePolicyTest {

    private SyncFixture fixture;

    @AfterEach
    void stop() {
        fixture.close();
    }

    /** Provides a response, the number of requests, the alert's condition, and a part of its message. */
    static Stream<Arguments> answers() {
        String credits = "\"credits_required\":60,\"credits_balance\":33";
        return Stream.of(
                fault(
                        "400",
                        answer(400, "{\"status\":400,\"message\":\"Bad filter\"}"),
                        1,
                        "bad-request",
                        "Bad filter"),
                fault("400 problem", answer(400, "{\"detail\":\"Bad body\"}"), 1, "bad-request", "Bad body"),
                fault(
                        "401",
                        answer(401, "{\"error\":\"Invalid or expired API key\"}"),
                        1,
                        "unauthorized",
                        "jobo.api-key"),
                fault(
                        "402 documented",
                        answer(402, "{\"status\":402,\"error\":\"Insufficient credits\"," + credits + "}"),
                        1,
                        "credits-exhausted",
                        "pays for 11"),
                fault(
                        "402 live",
                        answer(402, "{\"error\":\"Insufficient credits\",\"detail\":\"Top up.\"," + credits + "}"),
                        1,
                        "credits-exhausted",
                        "Top up"),
                fault(
                        "402 problem",
                        answer(402, "{\"title\":\"Insufficient credits\",\"status\":402," + credits + "}"),
                        1,
                        "credits-exhausted",
                        "Insufficient credits"),
                fault(
                        "402 headers",
                        Interceptor.answer(
                                402, Map.of("X-Credits-Required", "60", "X-Credits-Balance", "33.5"), "no JSON"),
                        1,
                        "credits-exhausted",
                        "balance of 33.5 pays for 11"),
                fault("403", answer(403, "{\"message\":\"Not in your plan.\"}"), 1, "forbidden", "Not in your plan"),
                fault("404", answer(404, "{\"error\":\"Not Found\"}"), 1, "not-found", "jobo.base-url"),
                fault("405", answer(405, ""), 1, "unexpected-answer", "405"),
                fault("418", answer(418, "short and stout"), 1, "unexpected-answer", "418"),
                fault("304", answer(304, ""), 1, "redirected", "304"),
                fault("408", answer(408, ""), 6, "server-trouble", "408"),
                fault("429", answer(429, "{\"retry_after\":1}"), 9, "rate-limited", "429"),
                fault("500", answer(500, "{\"detail\":\"boom\"}"), 6, "server-trouble", "boom"),
                fault("502", answer(502, "<html>Bad Gateway</html>"), 6, "server-trouble", "502"),
                fault("503", answer(503, "{\"error\":\"Service unavailable\"}"), 6, "server-trouble", "503"),
                fault(
                        "503 Retry-After",
                        Interceptor.answer(503, Map.of("Retry-After", "5"), ""),
                        6,
                        "server-trouble",
                        "503"),
                fault("dropped", Interceptor.drop(), 6, "unreachable", "cannot be reached"),
                fault("truncated", Interceptor.truncate(10), 6, "unreachable", "cannot be reached"),
                fault("200 HTML", answer(200, "<html>Welcome</html>"), 6, "unreadable-answer", "not valid JSON"),
                fault("200 empty", answer(200, ""), 6, "unreadable-answer", ""),
                fault("200 array", answer(200, "[]"), 6, "unreadable-answer", "not a JSON object"),
                fault(
                        "200 without has_more",
                        answer(200, "{\"jobs\":[],\"job_ids\":[],\"next_cursor\":null}"),
                        6,
                        "unreadable-answer",
                        "boolean has_more"),
                fault(
                        "200 has_more a text",
                        answer(200, "{\"jobs\":[],\"job_ids\":[],\"next_cursor\":null,\"has_more\":\"false\"}"),
                        6,
                        "unreadable-answer",
                        "boolean has_more"),
                fault(
                        "200 without rows",
                        answer(200, "{\"next_cursor\":null,\"has_more\":false}"),
                        6,
                        "unreadable-answer",
                        "lacks the array"));
    }

    private static Arguments fault(String name, Verdict verdict, int requests, String condition, String message) {
        return arguments(name, verdict, requests, condition, message);
    }

    private static Verdict answer(int status, String body) {
        return Interceptor.answer(status, Map.of(), body);
    }

    private void start() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(60))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", "0.001");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void failedFeedKeepsItsCheckpointAndContinuesThere(
            String name, Verdict verdict, int requests, String condition, String message) throws Exception {
        start();
        fixture.sandbox.intercept(request -> isSecondPage(request) ? verdict : Interceptor.pass());

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        assertThat(fixture.feed()).hasSize(1 + requests);
        assertThat(fixture.feedRequests().stream().distinct()).hasSize(2);
        Run failed = fixture.run();
        assertThat(failed.status()).isEqualTo("open");
        assertThat(failed.lastError()).contains(message).doesNotContain(Sandbox.TEST_KEY, "http://");
        assertThat(failed.nextCursor()).isEqualTo(cursor(fixture.feed().get(1)));
        assertThat(failed.pages()).isEqualTo(1);
        assertThat(failed.cursorResets()).isZero();
        assertThat(failed.requests()).isEqualTo(1 + requests);
        assertThat(failed.retries()).isEqualTo(requests - 1);
        assertThat(fixture.one("select count(*) from job", Integer.class)).isEqualTo(20);
        assertThat(fixture.state().lastRunStartedAt()).isNull();
        assertThat(fixture.state().openRunId()).isEqualTo(failed.id());

        assertThat(catchThrowable(fixture::sync)).isNotNull();
        assertThat(fixture.feed()).hasSize(1 + 2 * requests);
        assertOnlyAlertIs(condition, false);

        fixture.sandbox.intercept(null);
        Run recovered = fixture.sync();

        assertThat(recovered.id()).isEqualTo(failed.id());
        assertThat(recovered.status()).isEqualTo("succeeded");
        assertThat(recovered.lastError()).isNull();
        assertThat(recovered.runStartedAt()).isEqualTo(failed.runStartedAt());
        assertThat(recovered.requests())
                .isEqualTo(fixture.feed().size() + fixture.expired().size());
        assertThat(fixture.feed()).hasSize(3 + 2 * requests);
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(failed.runStartedAt());
        assertOnlyAlertIs(condition, true);
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void failedSweepMovesNoWatermarkAndPreventsTheFeed(
            String name, Verdict verdict, int requests, String condition, String message) throws Exception {
        start();
        fixture.sync();
        StreamState before = fixture.state();
        int pages = fixture.feed().size();
        fixture.sandbox.data().createJobs(2);
        fixture.sandbox.data().expireJobs(3);
        fixture.sandbox.intercept(
                request -> request.endpoint() == Endpoint.JOBS_EXPIRED ? verdict : Interceptor.pass());

        assertThat(catchThrowable(fixture::sync)).isNotNull();

        assertThat(fixture.expired()).hasSize(requests);
        assertThat(fixture.expired().stream().map(LoggedRequest::query).distinct())
                .hasSize(1);
        assertThat(fixture.feed()).hasSize(pages);
        Run failed = fixture.run();
        assertThat(failed.status()).isEqualTo("open");
        assertThat(failed.lastError()).doesNotContain(Sandbox.TEST_KEY, "http://");
        assertThat(failed.requests()).isEqualTo(requests);
        assertThat(failed.retries()).isEqualTo(requests - 1);
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());

        assertThat(catchThrowable(fixture::sync)).isNotNull();
        assertThat(fixture.feed()).hasSize(pages);
        assertOnlyAlertIs(condition, false);

        fixture.sandbox.intercept(null);
        Run recovered = fixture.sync();

        assertThat(recovered.id()).isEqualTo(failed.id());
        assertThat(recovered.status()).isEqualTo("succeeded");
        assertThat(recovered.expired()).isEqualTo(3);
        assertThat(fixture.state().lastSweepStartedAt()).isAfter(failed.runStartedAt());
        assertOnlyAlertIs(condition, true);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void redirectIsNeverFollowedWithTheKey() throws Exception {
        start();
        try (Sandbox other =
                Sandbox.start(SandboxOptions.builder().port(0).jobs(1).build())) {
            for (int status : new int[] {301, 302, 303, 307, 308}) {
                String location = other.baseUrl() + "/api/jobs/feed";
                fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                        ? Interceptor.answer(status, Map.of("Location", location), "")
                        : Interceptor.pass());

                assertThat(catchThrowable(fixture::sync)).isNotNull();

                assertThat(fixture.run().lastError()).startsWith("Jobo answered " + status + ". The key is never sent");
            }
            assertThat(other.log().entries()).isEmpty();
        }
        assertThat(fixture.feed()).hasSize(5);
        assertOnlyAlertIs("redirected", false);
    }

    @Test
    void failedNotificationIsRepeatedAfterTheNextAttempt() throws Exception {
        start();
        List<String> notified = new ArrayList<>();
        AtomicBoolean isPagerAvailable = new AtomicBoolean();
        fixture.context().getRouteController().stopRoute("alert-sink");
        fixture.context().removeRoute("alert-sink");
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from("direct:alert-sink").process(exchange -> {
                    if (!isPagerAvailable.get()) {
                        throw new IllegalStateException("The pager is broken.");
                    }
                    notified.add(exchange.getMessage().getBody(String.class));
                });
            }
        });
        fixture.sandbox.intercept(request -> answer(401, ""));

        assertThat(catchThrowable(fixture::sync)).isInstanceOf(HttpOperationFailedException.class);
        assertThat(fixture.run().lastError()).contains("401");
        assertThat(fixture.one("select notified_at is null from alert", Boolean.class))
                .isTrue();

        isPagerAvailable.set(true);
        assertThat(catchThrowable(fixture::sync)).isInstanceOf(HttpOperationFailedException.class);
        assertThat(catchThrowable(fixture::sync)).isInstanceOf(HttpOperationFailedException.class);
        fixture.sandbox.intercept(null);
        isPagerAvailable.set(false);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.state().lastRunStartedAt()).isNotNull();
        isPagerAvailable.set(true);
        fixture.sync();

        assertThat(notified).hasSize(2);
        JsonNode raised = SyncFixture.parse(notified.get(0));
        assertThat(raised.get("state").textValue()).isEqualTo("raised");
        assertThat(raised.get("stream").textValue()).isEqualTo("jobs");
        assertThat(raised.get("condition").textValue()).isEqualTo("unauthorized");
        assertThat(raised.get("message").textValue()).isEqualTo("Jobo answered 401.");
        assertThat(raised.get("remedy").textValue()).contains("jobo.api-key");
        assertThat(SyncFixture.parse(notified.get(1)).get("state").textValue()).isEqualTo("cleared");
    }

    @Test
    void anotherConditionClearsTheFirst() throws Exception {
        start();
        fixture.sandbox.intercept(request -> answer(401, ""));
        assertThat(catchThrowable(fixture::sync)).isNotNull();
        fixture.sandbox.intercept(request -> answer(403, ""));
        assertThat(catchThrowable(fixture::sync)).isNotNull();

        assertThat(fixture.alerts()).containsExactly("forbidden");
    }

    @Test
    void attemptUpToItsLimitClearsAnAlert() throws Exception {
        start();
        fixture.sandbox.intercept(request -> answer(401, ""));
        assertThat(catchThrowable(fixture::sync)).isNotNull();
        fixture.sandbox.intercept(null);

        Run run = fixture.syncPages(1);

        assertThat(run.status()).isEqualTo("open");
        assertThat(fixture.alerts()).isEmpty();
    }

    private void assertOnlyAlertIs(String condition, boolean cleared) {
        assertThat(fixture.database.queryForList("select condition from alert", String.class))
                .containsExactly(condition);
        Map<String, Object> alert = fixture.database.queryForMap("select * from alert");
        assertThat(alert.get("notified_at")).isNotNull();
        assertThat(alert.get("cleared_at") != null).isEqualTo(cleared);
        assertThat(alert.get("clearance_notified_at") != null).isEqualTo(cleared);
    }

    private static boolean isSecondPage(ApiRequest<?> request) {
        return request.endpoint() == Endpoint.JOBS_FEED && request.body().contains("cursor");
    }

    private static String cursor(LoggedRequest request) {
        return SyncFixture.parse(request.body()).path("cursor").textValue();
    }
}
