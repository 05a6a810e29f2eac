package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.LoggedRequest;
import java.io.ByteArrayInputStream;
import java.net.http.HttpResponse;
import java.util.List;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LiveEventsTest {

    private final JobbyCalls calls = new JobbyCalls();

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void basePathIsTheDocumentedOne() {
        assertThat(calls.jobby().baseUrl()).isEqualTo(calls.sandbox.baseUrl() + "/api/v1");
    }

    @Test
    void listIsPublicAndNewestFirst() throws Exception {
        LiveEvent added = calls.fair().addLiveEvent("Night shift");

        HttpResponse<String> response = calls.send(calls.anonymous("/live-events?limit=50"));

        JsonNode events = JobbyCalls.data(response);
        assertThat(events).hasSize(4);
        assertThat(events.get(0)).isEqualTo(JobbyCalls.MAPPER.readTree("""
                {"id":"%1$s","slug":"%1$s","title":"Night shift","company":"%2$s","status":"live",
                 "visibility":"open_invite","started_at":"2026-11-10T12:00:00Z"}""".formatted(added.id(), added.company())));
        assertThat(added.id()).matches("evt_[a-z2-7]{12}");
        assertThat(response.headers().map().keySet()).noneMatch(name -> name.startsWith("x-ratelimit"));
        assertThat(JobbyCalls.header(response, "Cache-Control")).contains("s-maxage=15");
    }

    @Test
    void tokenIsCountedAndAWrongOneIsIgnored() throws Exception {
        assertThat(JobbyCalls.header(calls.get("/live-events"), "X-RateLimit-Remaining"))
                .isEqualTo("59");
        assertThat(calls.send(calls.as("jbb_unknown", "/live-events")).statusCode())
                .isEqualTo(200);
    }

    @Test
    void eventsStartPauseAndEnd() throws Exception {
        List<String> before = ids();
        String added = calls.fair().addLiveEvent().id();
        calls.fair().pauseLiveEvent(before.get(0), true);
        calls.fair().endLiveEvent(before.get(1));

        assertThat(ids()).containsExactly(added, before.get(0), before.get(2));
        assertThat(JobbyCalls.data(calls.get("/live-events"))
                        .get(1)
                        .get("status")
                        .textValue())
                .isEqualTo("paused");
        assertThatThrownBy(() -> calls.fair().endLiveEvent(before.get(1)))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(before.get(1));
    }

    private List<String> ids() throws Exception {
        return JobbyCalls.data(calls.send(calls.anonymous("/live-events"))).findValuesAsText("id");
    }

    @Test
    void limitTruncatesTheList() throws Exception {
        for (int i = 0; i < 30; i++) {
            calls.fair().addLiveEvent();
        }

        assertThat(JobbyCalls.data(calls.get("/live-events?limit=2"))).hasSize(2);
        assertThat(JobbyCalls.data(calls.get("/live-events?limit=100"))).hasSize(33);
        assertThat(JobbyCalls.data(calls.get("/live-events"))).hasSize(20);
    }

    @ParameterizedTest
    @ValueSource(strings = {"0", "101", "-1", "ten", ""})
    void malformedLimitIsInvalid(String limit) throws Exception {
        HttpResponse<String> response = calls.send(calls.anonymous("/live-events?limit=" + limit));

        assertThat(JobbyCalls.error(response)).isEqualTo("400 VALIDATION");
        assertThat(JobbyCalls.MAPPER.readTree(response.body()).at("/details/fieldErrors/limit"))
                .hasSize(1);
    }

    @Test
    void responseIsCompressedOnRequest() throws Exception {
        byte[] plain = calls.sendForBytes(calls.anonymous("/live-events")).body();

        HttpResponse<byte[]> packed =
                calls.sendForBytes(calls.anonymous("/live-events").header("Accept-Encoding", "gzip"));

        assertThat(JobbyCalls.header(packed, "Content-Encoding")).isEqualTo("gzip");
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .isEqualTo(plain);
    }

    @Test
    void requestsAreInTheLogOfTheSandboxWithoutTheirToken() throws Exception {
        calls.get("/live-events?limit=2");

        LoggedRequest logged =
                calls.sandbox.log().entries("/api/v1/live-events").get(0);
        assertThat(logged.status()).isEqualTo(200);
        assertThat(logged.rows()).isEqualTo(2);
        assertThat(logged.query()).isEqualTo("limit=2");
        assertThat(calls.jobby().requests(JobbyEndpoint.LIVE_EVENTS))
                .singleElement()
                .satisfies(request -> {
                    assertThat(request.sequence()).isEqualTo(1);
                    assertThat(request.headers()).containsKey("user-agent").doesNotContainKey("authorization");
                });
    }

    @Test
    void fairChangesByItselfAndKeepsItsSize() {
        try (JobbyCalls advancing = new JobbyCalls(options -> options.liveEventsPerMinute(6000))) {
            List<LiveEvent> before = advancing.fair().liveEvents();

            await().until(() -> advancing.fair().liveEvents().stream().noneMatch(before::contains));

            assertThat(advancing.fair().liveEvents()).hasSizeBetween(3, 4);
        }
    }
}
