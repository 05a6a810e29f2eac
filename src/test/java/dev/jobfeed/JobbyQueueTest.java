package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.ErrorCode;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.sync.StoreOriginMismatchException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the queue of a live event: one place for each join request, the polling, and the match. */
class JobbyQueueTest {

    private JobbyFixture fixture;

    private void start(String database) throws Exception {
        fixture = JobbyFixture.of(database, JobbyOptions.builder().rateLimits(false));
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void joiningTwiceTakesOnePlace(String database) throws Exception {
        start(database);

        JsonNode first = join(fixture.liveEvent());
        JsonNode second = join(fixture.liveEvent());

        assertThat(first.get("state").textValue()).isEqualTo("waiting");
        assertThat(first.get("rank").intValue()).isEqualTo(3);
        assertThat(second).isEqualTo(first);
        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(joins()).hasSize(1);
        assertThat(UUID.fromString(joins().get(0).idempotencyKey()).version()).isEqualTo(4);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void joiningTwiceAtTheSameTimeTakesOnePlace(String database) throws Exception {
        start(database);
        fixture.context();
        List<CompletableFuture<Void>> both = Stream.of(1, 2)
                .map(i -> CompletableFuture.runAsync(() -> {
                    try {
                        join(fixture.liveEvent());
                    } catch (Exception e) {
                        throw new IllegalStateException(e);
                    }
                }))
                .toList();
        both.forEach(CompletableFuture::join);

        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(fixture.one("select count(*) from jobby_queue", Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void lostResponseIsRequestedAgainWithTheSameKey(String database) throws Exception {
        start(database);
        fixture.jobby().intercept(request -> request.sequence() == 1 ? Interceptor.truncate(0) : Interceptor.pass());

        assertThat(join(fixture.liveEvent()).get("state").textValue()).isEqualTo("waiting");

        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(joins()).hasSize(2);
        assertThat(keys()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void laterPollRepeatsAnUnansweredRequestWithTheSameKey(String database) throws Exception {
        start(database);
        fixture.jobby().intercept(request -> Interceptor.truncate(0));
        assertThatThrownBy(() -> join(fixture.liveEvent())).isInstanceOf(java.io.IOException.class);
        assertThat(state()).isEqualTo("pending");

        poll();
        assertThat(fixture.alerts()).containsExactly("unreachable");
        fixture.jobby().intercept(null);
        poll();

        assertThat(state()).isEqualTo("waiting");
        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(keys()).hasSize(1);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void joinRequestIsCommittedBeforeItIsSentEvenInATransactionOfTheCaller() throws Exception {
        start("h2");
        int[] seen = {0};
        fixture.jobby().intercept(request -> {
            seen[0] = fixture.one("select count(*) from jobby_queue where state = 'pending'", Integer.class);
            return Interceptor.pass();
        });
        fixture.context().addRoutes(new org.apache.camel.builder.RouteBuilder() {
            @Override
            public void configure() {
                from("direct:caller").transacted("jobfeedTransaction").to("direct:jobby-queue-join");
            }
        });

        fixture.send("direct:caller", fixture.liveEvent(), Map.of(), String.class);

        assertThat(seen[0]).isEqualTo(1);
    }

    @Test
    void errorEndsTheJoinRequestAndTheNextJoinHasANewKey() throws Exception {
        start("h2");

        assertThatThrownBy(() -> join("evt_unknown"))
                .isInstanceOf(JobbyException.class)
                .hasMessageContaining("404 NOT_FOUND to POST /queue/join (No live event 'evt_unknown')");

        assertThat(state()).isEqualTo("refused");
        assertThatThrownBy(() -> join("evt_unknown")).isInstanceOf(JobbyException.class);
        assertThat(keys()).hasSize(2);
    }

    @Test
    void missingTokenOrInvalidIdCreatesNoJoinRequest() throws Exception {
        start("h2");

        assertThatThrownBy(() -> join("../matches")).hasRootCauseInstanceOf(IllegalArgumentException.class);
        fixture.with("jobby.token", "");
        assertThatThrownBy(() -> join(fixture.liveEvent())).hasRootCauseInstanceOf(ConfigurationException.class);

        assertThat(fixture.one("select count(*) from jobby_queue", Integer.class))
                .isZero();
        assertThat(fixture.jobby().requests()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oldUnansweredJoinRequestPollsFirstAndFindsItsPlace(String database) throws Exception {
        start(database);
        loseResponse();
        fixture.clock.forward(Duration.ofHours(25));

        assertThat(join(fixture.liveEvent()).get("state").textValue()).isEqualTo("waiting");

        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(joins()).hasSize(6);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oldUnansweredJoinRequestWithoutAPlaceGetsANewKey(String database) throws Exception {
        start(database);
        loseRequest();
        fixture.clock.forward(Duration.ofHours(25));

        assertThat(join(fixture.liveEvent()).get("state").textValue()).isEqualTo("waiting");

        assertThat(fixture.fair().places()).hasSize(1);
        assertThat(keys()).hasSize(2);
        assertThat(fixture.database.queryForList("select state from jobby_queue order by created_at", String.class))
                .containsExactly("expired", "waiting");
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void joinRequestExpiresAfterADay() throws Exception {
        start("h2");
        loseRequest();
        fixture.clock.forward(Duration.ofHours(25));

        poll();

        assertThat(fixture.fair().places()).isEmpty();
        assertThat(state()).isEqualTo("expired");
        assertThat(fixture.alerts()).containsExactly("join-expired " + fixture.liveEvent());
    }

    private void loseResponse() {
        fixture.jobby().intercept(request -> Interceptor.truncate(0));
        assertThatThrownBy(() -> join(fixture.liveEvent())).isInstanceOf(java.io.IOException.class);
        fixture.jobby().intercept(null);
    }

    private void loseRequest() {
        fixture.jobby().intercept(request -> Interceptor.drop());
        assertThatThrownBy(() -> join(fixture.liveEvent())).isInstanceOf(java.io.IOException.class);
        fixture.jobby().intercept(null);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void matchEndsTheJoinRequestAndIsNotifiedWithItsLink(String database, @TempDir Path out) throws Exception {
        start(database);
        fixture.with(
                "jobfeed.changes.to",
                "file:" + out + "?fileName=${header.jobfeedEventType}-${header.jobfeedEventId}.json");
        join(fixture.liveEvent());
        poll();
        assertThat(state()).isEqualTo("waiting");
        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();

        poll();
        relay();

        String link = fixture.sandbox.baseUrl() + "/account/matches/" + match;
        assertThat(state()).isEqualTo("matched");
        assertThat(fixture.alerts()).containsExactly("match " + match);
        assertThat(fixture.one("select message from alert where notified_at is not null", String.class))
                .endsWith(": " + link);
        JsonNode sent = SyncFixture.parse(Files.readString(out.resolve("dev.jobfeed.jobby.match-" + match + ".json")));
        assertThat(sent.at("/data/url").textValue()).isEqualTo(link);
        assertThat(sent.at("/data/event_id").textValue()).isEqualTo(fixture.liveEvent());
        assertThat(fixture.one("select count(*) from jobby_match where relayed_at is not null", Integer.class))
                .isEqualTo(1);

        fixture.clock.forward(Duration.ofMinutes(2));
        relay();
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.one("select count(*) from alert where clearance_notified_at is not null", Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void undeliverableMatchIsSentLaterAndOnce(String database) throws Exception {
        start(database);
        fixture.with("jobfeed.changes.to", "seda:matches?failIfNoConsumers=true");
        join(fixture.liveEvent());
        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();
        poll();

        relay();
        assertThat(fixture.alerts()).contains("relay-failed");
        fixture.with("jobfeed.changes.to", "seda:matches");
        try (ConsumerTemplate consumer = fixture.context().createConsumerTemplate()) {
            consumer.start();
            relay();
            relay();
            Exchange received = consumer.receive("seda:matches", 10_000);
            assertThat(received.getMessage().getHeader("jobfeedEventId")).isEqualTo(match);
            assertThat(received.getMessage().getHeaders())
                    .containsOnlyKeys(
                            "jobfeedEventId",
                            "jobfeedEventType",
                            "content-type",
                            "CamelKafkaKey",
                            "kafka.KEY",
                            "JMSXGroupID");
            assertThat(consumer.receiveNoWait("seda:matches")).isNull();
        }
        // the route's own trigger may send it, and the alert is cleared when the receiver has the match
        await().atMost(Duration.ofSeconds(30))
                .untilAsserted(() -> assertThat(fixture.alerts()).containsExactly("match " + match));
    }

    @ParameterizedTest
    @CsvSource({"cancelled, cancelled", "Canceled, cancelled", "timed_out, timed_out", "timed-out, timed_out"})
    void endedPlaceEndsTheJoinRequest(String queueStatus, String state) throws Exception {
        start("h2");
        join(fixture.liveEvent());
        status(queueStatus);

        poll();

        assertThat(state()).isEqualTo(state);
        assertThat(fixture.alerts()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"queued", "reviewing", "matched", "accepted", ""})
    void unknownStateAndMatchWithoutAnIdKeepWaiting(String queueStatus) throws Exception {
        start("h2");
        join(fixture.liveEvent());
        status(queueStatus);

        poll();

        assertThat(state()).isEqualTo("waiting");
    }

    @Test
    void unknownPlaceIsLostAfterAMinute() throws Exception {
        start("h2");
        join(fixture.liveEvent());
        fixture.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.QUEUE_STATUS)
                .code(ErrorCode.NOT_FOUND)
                .times(1000));

        poll();
        assertThat(state()).isEqualTo("waiting");
        fixture.clock.forward(Duration.ofMinutes(2));
        poll();
        assertThat(state()).isEqualTo("lost");
    }

    @Test
    void joiningAnotherEventReplacesTheFirst() throws Exception {
        start("h2");
        join(fixture.liveEvent());
        join(fixture.fair().liveEvents().get(1).id());

        assertThat(fixture.database.queryForList("select state from jobby_queue order by created_at", String.class))
                .containsExactly("replaced", "waiting");
    }

    @Test
    void revokedTokenIsNotRetriedEveryFewSeconds() throws Exception {
        start("h2");
        join(fixture.liveEvent());
        fixture.with("jobby.token", "jbb_revokedrevokedrevokedrevokedrev22");

        poll();
        pollOnce();

        assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_STATUS)).hasSize(1);
        assertThat(fixture.alerts()).containsExactly("invalid-token");
        assertThat(state()).isEqualTo("waiting");
    }

    @Test
    void queueOfAnotherServerIsNotPolled() throws Exception {
        start("h2");
        join(fixture.liveEvent());
        fixture.with("jobby.base-url", fixture.jobby().baseUrl().replace("127.0.0.1", "localhost"));

        poll();

        assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_STATUS)).isEmpty();
        assertThat(fixture.alerts()).containsExactly("configuration");
        assertThatThrownBy(() -> join(fixture.liveEvent())).hasRootCauseInstanceOf(StoreOriginMismatchException.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void twoProcessesTogetherObserveThePollInterval(String database) throws Exception {
        fixture = JobbyFixture.of(
                database, JobbyOptions.builder().rateLimits(false).pollFloor(Duration.ofMillis(300)));
        fixture.with("jobby.poll-interval", "300ms").withTimer();
        join(fixture.liveEvent());
        var other = fixture.newContext();
        try {
            await().atMost(JobbyFixture.DEADLINE)
                    .until(() ->
                            fixture.jobby().requests(JobbyEndpoint.QUEUE_STATUS).size() >= 8);
        } finally {
            other.stop();
        }
        assertThat(fixture.jobby().fastPolls()).isZero();
    }

    @Test
    void retriedStatusRequestKeepsTheInterval() throws Exception {
        Duration interval = Duration.ofMillis(300);
        fixture = JobbyFixture.of("h2", JobbyOptions.builder().rateLimits(false));
        fixture.with("jobby.poll-interval", "300ms");
        join(fixture.liveEvent());
        fixture.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.QUEUE_STATUS)
                .code(ErrorCode.DEPENDENCY_UNAVAILABLE)
                .times(3));

        pollOnce();

        List<Instant> requestTimes = fixture.sandbox.log().entries().stream()
                .filter(request -> request.path().endsWith("/queue/status"))
                .map(LoggedRequest::time)
                .toList();
        assertThat(requestTimes).hasSize(4);
        for (int i = 1; i < requestTimes.size(); i++) {
            assertThat(Duration.between(requestTimes.get(i - 1), requestTimes.get(i)))
                    .isGreaterThanOrEqualTo(interval);
        }
    }

    @ParameterizedTest
    @CsvSource({
        "https://jobby.dev/api/v1, 4999ms, false",
        "https://jobby.dev/api/v1, 5s, true",
        "http://10.0.0.1/api/v1, 1s, false",
        "http://127.example.com/api/v1, 1s, false",
        "http://127.0.0.1:8787/api/v1, 10ms, true",
        "http://[::1]:8787/api/v1, 10ms, true",
        "http://localhost/api/v1, 0, false"
    })
    void onlyALocalSandboxIsPolledFasterThanEveryFiveSeconds(String baseUrl, String interval, boolean accepted) {
        JobfeedProperties settings = JobfeedProperties.over(
                name -> java.util.Optional.ofNullable(Map.of("jobby.base-url", baseUrl, "jobby.poll-interval", interval)
                        .get(name)));
        if (accepted) {
            assertThat(settings.jobby().pollInterval()).isPositive();
        } else {
            assertThatThrownBy(() -> settings.jobby().pollInterval())
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageStartingWith("jobby.poll-interval is '" + interval + "'");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void tokenIsNotStored(String database) throws Exception {
        start(database);
        join(fixture.liveEvent());
        fixture.fair().match(fixture.fair().places().get(0).id());
        poll();
        relay();
        fixture.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.QUEUE_JOIN)
                .code(ErrorCode.INVALID_TOKEN)
                .times(1));
        assertThatThrownBy(() -> join(fixture.liveEvent())).isInstanceOf(JobbyException.class);

        for (String table : List.of("alert", "jobby_queue", "jobby_match", "jobby_live_event", "sync_state")) {
            assertThat(fixture.database.queryForList("select * from " + table).toString())
                    .doesNotContain(Jobby.TEST_TOKEN);
        }
    }

    /** "That tap is always human-driven." Only the table of operations has these paths; the next test calls them. */
    @Test
    void bundleNeverAcceptsAMatch() throws Exception {
        Pattern forbidden = Pattern.compile("(?i)/accept|accept_?match");
        List<Path> files;
        try (Stream<Path> sources = Files.walk(Path.of("src/main"));
                Stream<Path> routes = Files.list(Path.of("routes"))) {
            files = Stream.concat(sources.filter(Files::isRegularFile), routes)
                    .filter(file -> !file.endsWith("JobbyOperation.java"))
                    .toList();
        }

        assertThat(files).hasSizeGreaterThan(100).allSatisfy(file -> assertThat(
                        forbidden.matcher(Files.readString(file)).find())
                .as(file.toString())
                .isFalse());
    }

    @ParameterizedTest
    @CsvSource({"POST, accept", "PUT, accept", "DELETE, accept", "POST, join", "GET, join"})
    void operationsForHumansAreNotSent(String method, String tap) throws Exception {
        start("h2");

        Exception refusal = fixture.exchange(
                        "direct:jobby-api", "{}", Map.of("jobbyMethod", method, "jobbyPath", "/matches/mat_7/" + tap))
                .getException();

        assertThat(refusal)
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContainingAll(
                        method + " /matches/mat_7/" + tap, "not sent", "only humans", "account/matches/mat_7");
        assertThat(fixture.jobby().requests()).isEmpty();
    }

    private JsonNode join(String eventId) throws Exception {
        return SyncFixture.parse(fixture.send("direct:jobby-queue-join", eventId, Map.of(), String.class));
    }

    /** Polls once after the interval since the last poll. */
    private void poll() throws Exception {
        await().atMost(JobbyFixture.DEADLINE)
                .until(() -> fixture.one(
                                "select count(*) from sync_state where stream = 'jobby_queue'"
                                        + " and (lease_expires_at is null or lease_expires_at <= current_timestamp)",
                                Integer.class)
                        == 1);
        pollOnce();
    }

    private void pollOnce() throws Exception {
        fixture.send("direct:jobby-queue-poll", null, Map.of(), Object.class);
    }

    private void relay() throws Exception {
        fixture.send("direct:jobby-relay", null, Map.of(), Object.class);
    }

    private void status(String queueStatus) {
        fixture.jobby()
                .intercept(request -> Interceptor.rewrite(body -> new String(body, StandardCharsets.UTF_8)
                        .replace("\"status\":\"waiting\"", "\"status\":\"" + queueStatus + "\"")
                        .getBytes(StandardCharsets.UTF_8)));
    }

    private String state() {
        return fixture.one("select state from jobby_queue order by created_at desc limit 1", String.class);
    }

    private List<ApiRequest<JobbyEndpoint>> joins() {
        return fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN);
    }

    private List<String> keys() {
        return joins().stream().map(ApiRequest::idempotencyKey).distinct().toList();
    }
}
