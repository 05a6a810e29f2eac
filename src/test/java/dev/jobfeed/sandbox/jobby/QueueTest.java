package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.IOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class QueueTest {

    private static final String OTHER = "jbb_otherotherotherotherotherother22";
    private static final String KEY = "550e8400-e29b-41d4-a716-446655440000";

    private final JobbyCalls calls =
            new JobbyCalls(options -> options.token(OTHER, "queue:read", "queue:write", "matches:read"));

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void joinAndStatusReturnThePosition() throws Exception {
        String event = calls.liveEvent();

        JsonNode joined = JobbyCalls.data(calls.join(event));
        assertThat(joined).isEqualTo(JobbyCalls.MAPPER.readTree("""
                {"event_id":"%s","status":"waiting","rank":3,"estimated_wait_seconds":270}""".formatted(event)));
        assertThat(JobbyCalls.data(calls.get("/queue/status"))).isEqualTo(joined);

        calls.fair().advanceQueue(event);
        assertThat(JobbyCalls.data(calls.get("/queue/status")).get("rank").intValue())
                .isEqualTo(2);
    }

    @Test
    void firstPositionIsMatched() throws Exception {
        calls.join(calls.liveEvent());

        for (int i = 0; i < 3; i++) {
            calls.fair().advanceQueue(calls.liveEvent());
        }

        JsonNode status = JobbyCalls.data(calls.get("/queue/status"));
        assertThat(status.get("status").textValue()).isEqualTo("matched");
        assertThat(status.get("match_id").textValue())
                .isEqualTo(calls.fair().matches().get(0).id());
        assertThat(status.get("rank").isNull()).isTrue();
    }

    @Test
    void placeIsCancelledTimesOutOrEndsWithItsEvent() throws Exception {
        String event = calls.liveEvent();
        calls.join(event);
        calls.fair().cancelPlace(calls.fair().places().get(0).id());
        assertThat(status()).isEqualTo("cancelled");

        calls.join(event);
        calls.fair().timeOutPlace(calls.fair().places().get(1).id());
        assertThat(status()).isEqualTo("timed_out");

        calls.join(event);
        assertThat(status()).isEqualTo("waiting");
        calls.fair().endLiveEvent(event);
        assertThat(status()).isEqualTo("cancelled");
        assertThatThrownBy(() -> calls.fair().match(calls.fair().places().get(2).id()))
                .isInstanceOf(IllegalArgumentException.class);
    }

    private String status() throws Exception {
        return JobbyCalls.data(calls.get("/queue/status")).get("status").textValue();
    }

    @Test
    void statusWithoutAQueueIsNotFound() throws Exception {
        calls.join(calls.liveEvent());

        assertThat(JobbyCalls.error(calls.send(calls.as(OTHER, "/queue/status"))))
                .isEqualTo("404 NOT_FOUND");
    }

    @Test
    void eventThatIsNotLiveHasNoQueue() throws Exception {
        String event = calls.liveEvent();
        calls.fair().endLiveEvent(event);

        assertThat(JobbyCalls.error(calls.join(event))).isEqualTo("404 NOT_FOUND");
    }

    @Test
    void eachJoinWithoutAKeyTakesAnotherPlace() throws Exception {
        calls.join(calls.liveEvent());
        calls.join(calls.liveEvent());
        calls.join(calls.liveEvent(), KEY);
        calls.join(calls.liveEvent(), UUID.randomUUID().toString());

        assertThat(calls.fair().places()).extracting(QueuePlace::rank).containsExactly(3, 4, 5, 6);
    }

    @Test
    void repeatedKeyGetsTheOriginalResponseForADay() throws Exception {
        String body = calls.join(calls.liveEvent(), KEY).body();
        calls.fair().advanceQueue(calls.liveEvent());
        calls.clock.forward(Duration.ofHours(24).minusSeconds(1));

        HttpResponse<String> repeated = calls.join(calls.liveEvent(), KEY.toUpperCase());
        assertThat(repeated.statusCode()).isEqualTo(200);
        assertThat(repeated.body()).isEqualTo(body);
        assertThat(calls.join("evt_another", KEY).body()).isEqualTo(body);
        assertThat(calls.fair().places()).hasSize(1);

        calls.clock.forward(Duration.ofSeconds(1));
        calls.join(calls.liveEvent(), KEY);
        assertThat(calls.fair().places()).hasSize(2);
        assertThat(calls.jobby().requests(JobbyEndpoint.QUEUE_JOIN))
                .extracting(ApiRequest::idempotencyKey)
                .containsExactly(KEY, KEY.toUpperCase(), KEY, KEY);
    }

    @Test
    void keyBelongsToItsToken() throws Exception {
        calls.join(calls.liveEvent(), KEY);
        calls.send(calls.as(OTHER, "/queue/join")
                .header("Idempotency-Key", KEY)
                .POST(BodyPublishers.ofString("{\"event_id\":\"" + calls.liveEvent() + "\"}")));

        assertThat(calls.fair().places()).hasSize(2);
    }

    @Test
    void errorIsReplayedButAnOutageIsNot() throws Exception {
        String refusal = calls.join("evt_unknown", KEY).body();
        assertThat(calls.join(calls.liveEvent(), KEY).body()).isEqualTo(refusal);

        String other = UUID.randomUUID().toString();
        calls.sandbox.faults(FaultRule.of(Fault.JOBBY_ERROR)
                .on(JobbyEndpoint.QUEUE_JOIN)
                .code(ErrorCode.DEPENDENCY_UNAVAILABLE)
                .times(1));
        assertThat(calls.join(calls.liveEvent(), other).statusCode()).isEqualTo(503);
        assertThat(calls.join(calls.liveEvent(), other).statusCode()).isEqualTo(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"1", "550e8400-e29b-11d4-a716-446655440000", "550e8400-e29b-41d4-c716-446655440000"})
    void keyIsAUuidOfVersion4(String key) throws Exception {
        assertThat(JobbyCalls.error(calls.join(calls.liveEvent(), key))).isEqualTo("400 VALIDATION");
    }

    @Test
    void joinWithALostResponseIsRepeatedWithoutASecondPlace() throws Exception {
        calls.jobby().intercept(request -> request.sequence() == 1 ? Interceptor.truncate(0) : Interceptor.pass());

        assertThatThrownBy(() -> calls.join(calls.liveEvent(), KEY)).isInstanceOf(IOException.class);
        assertThat(calls.fair().places()).hasSize(1);
        JsonNode joined = JobbyCalls.data(calls.join(calls.liveEvent(), KEY));

        assertThat(calls.fair().places()).hasSize(1);
        assertThat(joined.get("rank").intValue())
                .isEqualTo(calls.fair().places().get(0).rank());
    }

    @Test
    void joinThatDoesNotArriveTakesNoPlace() throws Exception {
        calls.jobby().intercept(request -> request.sequence() == 1 ? Interceptor.drop() : Interceptor.pass());

        assertThatThrownBy(() -> calls.join(calls.liveEvent(), KEY)).isInstanceOf(IOException.class);
        assertThat(calls.fair().places()).isEmpty();
    }

    @Test
    void pollingFasterThanEveryFiveSecondsIsCounted() throws Exception {
        calls.join(calls.liveEvent());

        calls.get("/queue/status");
        calls.clock.forward(Duration.ofSeconds(5));
        calls.get("/queue/status");
        assertThat(calls.jobby().fastPolls()).isZero();

        calls.clock.forward(Duration.ofMillis(4999));
        calls.get("/queue/status");
        calls.send(calls.as(OTHER, "/queue/status"));
        assertThat(calls.jobby().fastPolls()).isEqualTo(1);
    }

    @Test
    void matchesAreListedNewestFirstForTheirSeeker() throws Exception {
        calls.join(calls.liveEvent());
        calls.join(calls.liveEvent());
        Match first = calls.fair().match(calls.fair().places().get(0).id());
        Match second = calls.fair().match(calls.fair().places().get(1).id());

        JsonNode matches = JobbyCalls.data(calls.get("/matches"));
        assertThat(matches.findValuesAsText("id")).containsExactly(second.id(), first.id());
        assertThat(matches.get(1)).isEqualTo(JobbyCalls.MAPPER.readTree("""
                {"id":"%s","status":"matched","event_id":"%s","seeker_id":"%s","recruiter_id":"%s","role_id":"%s",
                 "score":%s,"matched_at":"2026-11-10T12:00:00Z"}""".formatted(
                first.id(), first.eventId(), first.seekerId(), first.recruiterId(), first.roleId(), first.score())));
        assertThat(JobbyCalls.data(calls.get("/matches?limit=1"))).hasSize(1);
        assertThat(JobbyCalls.data(calls.send(calls.as(OTHER, "/matches")))).isEmpty();
        assertThat(JobbyCalls.error(calls.get("/matches?limit=x"))).isEqualTo("400 VALIDATION");
    }

    @Test
    void roomExistsAfterTheMatchIsAcceptedAndRequestsAreRecorded() throws Exception {
        calls.join(calls.liveEvent());
        Match match = calls.fair().match(calls.fair().places().get(0).id());
        String path = "/matches/" + match.id() + "/interview-room-url";

        assertThat(JobbyCalls.error(calls.get(path))).isEqualTo("404 NOT_FOUND");
        calls.fair().acceptMatch(match.id());
        assertThat(JobbyCalls.data(calls.get(path)).get("room_url").textValue()).endsWith(match.id());
        assertThat(JobbyCalls.error(calls.send(calls.as(OTHER, path)))).isEqualTo("404 NOT_FOUND");
        assertThat(calls.jobby().requests(JobbyEndpoint.INTERVIEW_ROOM_URL)).hasSize(3);
    }

    @Test
    void envelopeCanBeDisabled() throws Exception {
        try (JobbyCalls bare = new JobbyCalls(options -> options.dataEnvelope(false))) {
            assertThat(JobbyCalls.MAPPER
                            .readTree(bare.join(bare.liveEvent()).body())
                            .get("status")
                            .textValue())
                    .isEqualTo("waiting");
            assertThat(JobbyCalls.data(bare.get("/live-events"))).hasSize(3);
        }
    }

    @Test
    void queuesAdvanceByThemselvesUntilAMatchExpires() throws Exception {
        try (JobbyCalls advancing = new JobbyCalls(options -> options.queueMovesPerMinute(6000))) {
            advancing.join(advancing.liveEvent());
            await().until(() -> !advancing.fair().matches().isEmpty());
            assertThat(advancing.fair().places().get(0).status()).isEqualTo(QueueStatus.MATCHED);

            advancing.clock.forward(Duration.ofSeconds(31));

            await().until(() -> advancing.fair().matches().get(0).status() == MatchStatus.EXPIRED);
            assertThat(advancing.fair().places().get(0).status()).isEqualTo(QueueStatus.TIMED_OUT);
        }
    }
}
