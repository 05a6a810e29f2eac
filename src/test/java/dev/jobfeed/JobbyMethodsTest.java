package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests calls to Jobby.dev by every method: each has one effect, and a host can distinguish failures. */
class JobbyMethodsTest {

    private static final String ROOM = "/matches/%s/interview-room-url";

    private JobbyFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = JobbyFixture.of("h2", JobbyOptions.builder());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Stream<Arguments> codes() {
        return Stream.of(ErrorCode.values())
                .map(code -> Arguments.of(
                        code,
                        switch (code) {
                            case RATE_LIMITED -> 9;
                            case DEPENDENCY_UNAVAILABLE -> 6;
                            default -> 1;
                        }));
    }

    @ParameterizedTest(name = "{0}: {1} requests by each method")
    @MethodSource("codes")
    void eachCodeIsHandledAlikeForEachMethod(ErrorCode code, int requests) throws Exception {
        fixture.jobby()
                .intercept(request -> Interceptor.answer(
                        code.status(),
                        Map.of("Retry-After", "1"),
                        "{\"error\":\"Not now.\",\"code\":\"" + code + "\",\"details\":{\"left\":3}}"));
        for (String method : List.of("GET", "POST", "PUT", "PATCH", "DELETE")) {
            int before = fixture.jobby().requests().size();

            Exception failure = call(method, "/settings/digest", "{}").getException();

            assertThat(failure)
                    .isInstanceOf(JobbyException.class)
                    .hasMessageContaining(code.status() + " " + code + " to " + method + " /settings/digest (Not now)")
                    .extracting("code", "status", "details")
                    .containsExactly(code.name(), code.status(), Map.of("left", 3));
            List<? extends ApiRequest<?>> sent =
                    requests().subList(before, requests().size());
            assertThat(sent).hasSize(requests).allMatch(request -> request.method()
                    .equals(method));
            assertThat(sent.stream().map(ApiRequest::idempotencyKey).distinct())
                    .singleElement()
                    .satisfies(key -> assertThat(key == null).isEqualTo(method.equals("GET")));
        }
    }

    /** The server applies a request when it arrives, and stores its response by the key, as documented. */
    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void mutationWithLostResponsesIsAppliedOnce(String method) throws Exception {
        Map<String, Integer> answersByKey = new ConcurrentHashMap<>();
        AtomicInteger effects = new AtomicInteger();
        HostileServer[] itself = new HostileServer[1];
        try (HostileServer server = HostileServer.start(path -> {
            String head = itself[0].heads().get(itself[0].heads().size() - 1);
            assertThat(head).startsWith(method.toLowerCase());
            String key = head.replaceAll("(?s).*idempotency-key: ([0-9a-f-]{36}).*", "$1");
            int answers = answersByKey.merge(key, 1, Integer::sum);
            if (answers == 1) {
                effects.incrementAndGet();
            }
            byte[] answer = HostileServer.ascii("{\"data\":{\"effects\":" + effects + "}}");
            return answers == 1
                    ? client -> {}
                    : answers == 2
                            ? client -> client.write(
                                    HostileServer.ascii("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n{\"data\""))
                            : HostileServer.answer(200, "", answer);
        })) {
            itself[0] = server;
            fixture.with("jobby.base-url", server.url() + "/api/v1");

            Exchange done = call(method, "/events/evt_1", "{\"title\":\"Open hours\"}");

            assertThat(done.getException()).isNull();
            assertThat(done.getMessage().getBody(JsonNode.class).get("effects").intValue())
                    .isEqualTo(1);
            assertThat(server.heads()).hasSize(3);
            assertThat(answersByKey).hasSize(1);
            assertThat(done.getProperties()).doesNotContainKey("jobbyCall");
        }
    }

    /** Creates a host's route whose error handler redelivers the call. */
    private void host(Runnable duringTheCall) throws Exception {
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(defaultErrorHandler()
                        .maximumRedeliveries(2)
                        .redeliveryDelay(1)
                        .onRedelivery(exchange -> duringTheCall.run()));
                from("direct:host").to("direct:jobby-api").to("direct:jobby-api");
            }
        });
    }

    private Exchange join() throws Exception {
        return fixture.exchange(
                "direct:host", "{\"event_id\":\"" + fixture.liveEvent() + "\"}", Map.of("jobbyPath", "/queue/join"));
    }

    private List<String> keys() {
        return requests().stream().map(ApiRequest::idempotencyKey).distinct().toList();
    }

    private List<? extends ApiRequest<?>> requests() {
        return fixture.jobby().requests();
    }

    @Test
    void redeliveryByTheHostRepeatsACallOfUnknownOutcomeWithItsKey() throws Exception {
        fixture.jobby().intercept(request -> request.sequence() <= 8 ? new Interceptor.Lose() : Interceptor.pass());
        host(() -> {});

        Exchange done = join();

        assertThat(requests()).hasSizeGreaterThanOrEqualTo(9);
        assertThat(requests().subList(0, 9).stream()
                        .map(ApiRequest::idempotencyKey)
                        .distinct())
                .hasSize(1);
        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(done.getProperty("jobbyCall")).isNull();
    }

    @Test
    void redeliveryAfterAnErrorIsANewCall() throws Exception {
        fixture.jobby()
                .intercept(request -> request.sequence() == 1
                        ? Interceptor.answer(402, Map.of(), "{\"code\":\"OFF_SESSION_CONSENT_REQUIRED\"}")
                        : Interceptor.pass());
        host(() -> {});

        join();

        assertThat(requests().get(0).idempotencyKey())
                .isNotEqualTo(requests().get(1).idempotencyKey());
    }

    @Test
    void keyIsNotReplayedAfterADay() throws Exception {
        fixture.jobby().intercept(request -> new Interceptor.Lose());
        host(() -> fixture.clock.forward(Duration.ofHours(24)));

        Exchange failed = join();

        assertThat(failed.getException())
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContainingAll("POST /queue/join", "not repeated", "unknown");
        assertThat(requests()).hasSize(6);
        assertThat(keys()).hasSize(1);
    }

    @Test
    void copiesOfAnExchangeMakeSeparateCalls() throws Exception {
        fixture.jobby().intercept(request -> request.sequence() <= 6 ? Interceptor.drop() : Interceptor.pass());
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:host")
                        .doTry()
                        .to("direct:jobby-api")
                        .doCatch(Exception.class)
                        .end()
                        .multicast()
                        .to("direct:jobby-api", "direct:jobby-api");
            }
        });

        join();

        assertThat(keys()).hasSize(3);
        assertThat(requests()).hasSize(8);
    }

    /** Runs the example of the documentation. */
    @Test
    void hostBranchesOnCodeAndDetails() throws Exception {
        fixture.jobby()
                .intercept(request -> Interceptor.answer(
                        402,
                        Map.of(),
                        "{\"error\":\"Off-session charges require one-time consent.\","
                                + "\"code\":\"OFF_SESSION_CONSENT_REQUIRED\","
                                + "\"details\":{\"target_plan\":\"pro\",\"interval\":\"monthly\"}}"));
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                onException(JobbyException.class)
                        .onWhen(simple("${exception.code} == 'OFF_SESSION_CONSENT_REQUIRED'"))
                        .handled(true)
                        .setBody(simple("ask for consent to ${exception.details[target_plan]}"))
                        .to("mock:consent");
                from("direct:host").to("direct:jobby-api");
            }
        });

        fixture.exchange("direct:host", "{}", Map.of("jobbyPath", "/billing/charge-offsession"));

        assertThat(fixture.context()
                        .getEndpoint("mock:consent", MockEndpoint.class)
                        .getReceivedExchanges())
                .singleElement()
                .satisfies(
                        exchange -> assertThat(exchange.getMessage().getBody()).isEqualTo("ask for consent to pro"));
    }

    @Test
    void callSendsMethodPathQueryAndBody() throws Exception {
        fixture.jobby().intercept(request -> Interceptor.answer(200, Map.of(), "{\"data\":{\"ok\":true}}"));

        Exchange done = fixture.exchange(
                "direct:jobby-api",
                Map.of("headline", "Engineer"),
                Map.of("jobbyMethod", "patch", "jobbyPath", "/profile", "jobbyQuery", "notify=false"));

        assertThat(done.getMessage().getBody(JsonNode.class).get("ok").booleanValue())
                .isTrue();
        assertThat(done.getVariables()).doesNotContainKeys("jobbyMethod", "jobbyPath", "jobbyQuery");
        assertThat(requests())
                .extracting(request ->
                        request.method() + " " + request.path() + "?" + request.query() + " " + request.body())
                .containsExactly("PATCH /profile?notify=false {\"headline\":\"Engineer\"}");
    }

    @ParameterizedTest
    @CsvSource({"DELETE, 204", "DELETE, 200", "PUT, 204"})
    void successWithoutContentIsAnEmptyBody(String method, int status) throws Exception {
        fixture.jobby().intercept(request -> Interceptor.answer(status, Map.of(), ""));

        Exchange done = call(method, "/webhooks/whk_1", "{}");

        assertThat(done.getException()).isNull();
        assertThat(done.getMessage().getBody()).isNull();
        assertThat(requests()).hasSize(1);
    }

    @ParameterizedTest
    @CsvSource(
            nullValues = "null",
            value = {
                "TRACE, /profile, null, jobbyMethod is 'TRACE'",
                "GET, null, null, jobbyPath is 'null'",
                "GET, profile, null, jobbyPath is 'profile'",
                "GET, /matches?limit=5, null, jobbyPath is '/matches?limit=5'",
                "GET, /matches/../profile, null, jobbyPath is '/matches/../profile'",
                "GET, //profile, null, jobbyPath is '//profile'",
                "POST, /matches/mat_1/%61ccept, null, jobbyPath is '/matches/mat_1/%61ccept'",
                "POST, /matches/mat_1%2Faccept, null, jobbyPath is '/matches/mat_1%2Faccept'",
                "POST, /matches/mat_1/accept;a=1, null, jobbyPath is '/matches/mat_1/accept;a=1'",
                "POST, /matches/mat_1/ACCEPT, null, POST /matches/mat_1/ACCEPT is not sent: only humans accept",
                "POST, /queue/join, 4711, jobbyIdempotencyKey is '4711'"
            })
    void invalidRequestIsRejectedWithTheNameOfItsVariable(String method, String path, String key, String message)
            throws Exception {
        Map<String, Object> variables = new HashMap<>(Map.of("jobbyMethod", method));
        variables.put("jobbyPath", path);
        variables.put("jobbyIdempotencyKey", key);

        assertThat(fixture.exchange("direct:jobby-api", "{}", variables).getException())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageStartingWith(message);
        assertThat(requests()).isEmpty();
    }

    @Test
    void roomLimitIsSharedByAllMatchesAndRaisesOneAlert() throws Exception {
        fixture.with("jobo.retry.time-scale", "0.05");
        Instant reset = Instant.now().plusSeconds(30);
        fixture.jobby()
                .intercept(request -> Interceptor.answer(
                        200,
                        Map.of(
                                "X-RateLimit-Limit", "3",
                                "X-RateLimit-Remaining", Long.toString(Math.max(0, 3 - request.sequence())),
                                "X-RateLimit-Reset", Long.toString(reset.getEpochSecond()),
                                "Deprecation", "true",
                                "Sunset", "Mon, 01 Mar 2027 08:00:00 GMT"),
                        "{\"data\":{\"room_url\":\"https://rooms.example/7\"}}"));

        for (String match : List.of("mat_1", "mat_2", "mat_3", "mat_4")) {
            assertThat(call("GET", ROOM.formatted(match), null).getException()).isNull();
        }

        List<LoggedRequest> log = fixture.sandbox.log().entries();
        assertThat(Duration.between(log.get(2).time(), log.get(3).time())).isGreaterThan(Duration.ofMillis(500));
        assertThat(fixture.alerts()).containsExactly("deprecated GET /matches/{id}/interview-room-url");
        assertThat(fixture.one("select message from alert", String.class))
                .contains("GET /matches/{id}/interview-room-url", "Mon, 01 Mar 2027 08:00:00 GMT");
    }

    @Test
    void givenKeyIsSentAndASecondCallGetsTheFirstResponse() throws Exception {
        Map<String, Object> variables = Map.of(
                "jobbyPath",
                "/queue/join",
                "jobbyIdempotencyKey",
                UUID.randomUUID().toString());
        String body = "{\"event_id\":\"" + fixture.liveEvent() + "\"}";

        JsonNode first = fixture.send("direct:jobby-api", body, variables, JsonNode.class);
        JsonNode second = fixture.send("direct:jobby-api", body, variables, JsonNode.class);

        assertThat(second).isEqualTo(first);
        assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN)).hasSize(2);
        assertThat(fixture.fair().places()).hasSize(1);
    }

    private Exchange call(String method, String path, Object body) throws Exception {
        return fixture.exchange("direct:jobby-api", body, Map.of("jobbyMethod", method, "jobbyPath", path));
    }
}
