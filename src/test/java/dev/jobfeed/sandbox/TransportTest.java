package dev.jobfeed.sandbox;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class TransportTest {

    private static final String FEED = "/api/jobs/feed";

    private final Calls calls = new Calls();

    @AfterEach
    void close() {
        calls.close();
    }

    @Test
    void responseIsCompressedOnRequest() throws Exception {
        HttpResponse<byte[]> plain = feed("identity");
        HttpResponse<byte[]> packed = feed("br, gzip;q=0.8");

        assertThat(plain.headers().firstValue("Content-Encoding")).isEmpty();
        assertThat(packed.headers().firstValue("Content-Encoding")).contains("gzip");
        assertThat(packed.headers().firstValue("Content-Type")).contains("application/json");
        assertThat(packed.body().length).isLessThan(plain.body().length / 2);
        assertThat(new GZIPInputStream(new ByteArrayInputStream(packed.body())).readAllBytes())
                .isEqualTo(plain.body());
        assertThat(feed("gzip;q=0").headers().firstValue("Content-Encoding")).isEmpty();
    }

    private HttpResponse<byte[]> feed(String encodings) throws Exception {
        return calls.send(
                calls.to(FEED)
                        .header("X-Api-Key", Sandbox.TEST_KEY)
                        .header("Accept-Encoding", encodings)
                        .POST(BodyPublishers.noBody()),
                BodyHandlers.ofByteArray());
    }

    @Test
    void interceptorAnswersInsteadOfTheApi() throws Exception {
        calls.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 2
                ? Interceptor.answer(503, Map.of("Retry-After", "5"), "{\"error\":\"Service unavailable\"}")
                : Interceptor.pass());

        assertThat(calls.post(FEED, "{}").statusCode()).isEqualTo(200);
        assertThat(calls.expired("")).isNotNull();
        HttpResponse<String> second = calls.post(FEED, "{}");
        assertThat(second.statusCode()).isEqualTo(503);
        assertThat(second.headers().firstValue("Retry-After")).contains("5");
        assertThat(second.body()).isEqualTo("{\"error\":\"Service unavailable\"}");
        assertThat(calls.post(FEED, "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void interceptorSeesTheRequest() throws Exception {
        var seen = new CompletableFuture<ApiRequest<?>>();
        calls.sandbox.intercept(request -> {
            seen.complete(request);
            return Interceptor.pass();
        });

        calls.expired("?batch_size=3");

        Map<String, String> headers = seen.join().headers();
        assertThat(seen.join())
                .isEqualTo(new ApiRequest<>(
                        1, Endpoint.JOBS_EXPIRED, "GET", "/api/jobs/expired", "batch_size=3", "", headers));
        assertThat(headers).containsKey("user-agent").doesNotContainKey("x-api-key");
    }

    @Test
    void connectionIsDroppedWithoutAResponse() throws Exception {
        calls.sandbox.intercept(request -> Interceptor.drop());
        assertThatThrownBy(() -> calls.post(FEED, "{}")).isInstanceOf(IOException.class);
        assertThat(calls.sandbox.log().entries()).singleElement().matches(entry -> entry.status() == 0);

        calls.sandbox.intercept(null);
        assertThat(calls.post(FEED, "{}").statusCode()).isEqualTo(200);
    }

    @Test
    void bodyEndsTooEarly() throws Exception {
        calls.sandbox.intercept(request -> Interceptor.truncate(100_000));

        HttpResponse<InputStream> response = calls.send(
                calls.to(FEED).header("X-Api-Key", Sandbox.TEST_KEY).POST(BodyPublishers.noBody()),
                BodyHandlers.ofInputStream());

        assertThat(response.statusCode()).isEqualTo(200);
        assertThat(response.headers().firstValueAsLong("Content-Length").orElseThrow())
                .isGreaterThan(110_000);
        assertThat(response.body().readNBytes(100_000)).hasSize(100_000);
        assertThatThrownBy(() -> response.body().read()).isInstanceOf(IOException.class);
        assertThat(calls.sandbox.log().entries().get(0).bytes()).isEqualTo(100_000);
    }

    @Test
    void interceptorWithAnIoErrorDropsTheConnection() {
        calls.sandbox.intercept(request -> {
            throw new IOException("no");
        });

        assertThatThrownBy(() -> calls.post(FEED, "{}")).isInstanceOf(IOException.class);
    }

    @Test
    void pageIsRewrittenToContainAJobTwice() throws Exception {
        calls.sandbox.intercept(request -> Interceptor.rewrite(TransportTest::firstJobTwice));

        List<JsonNode> jobs = calls.scan("{\"batch_size\":60}");

        assertThat(jobs).hasSize(102);
        assertThat(jobs.get(0)).isEqualTo(jobs.get(1));
    }

    private static byte[] firstJobTwice(byte[] body) {
        try {
            ObjectNode page = (ObjectNode) Calls.MAPPER.readTree(body);
            page.withArray("jobs").insert(0, page.get("jobs").get(0));
            return Calls.MAPPER.writeValueAsBytes(page);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void blockedRequestDoesNotBlockOthers() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        CountDownLatch release = new CountDownLatch(1);
        calls.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                arrived.countDown();
                release.await();
            }
            return Interceptor.pass();
        });
        CompletableFuture<Integer> blocked = CompletableFuture.supplyAsync(() -> {
            try {
                return calls.post(FEED, "{}").statusCode();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        assertThat(calls.get("/api/jobs/expired").statusCode()).isEqualTo(200);
        assertThat(blocked).isNotDone();
        release.countDown();
        assertThat(blocked.get(10, TimeUnit.SECONDS)).isEqualTo(200);
    }

    @Test
    void closeReleasesABlockedRequest() throws Exception {
        CountDownLatch arrived = new CountDownLatch(1);
        calls.sandbox.intercept(request -> {
            arrived.countDown();
            new CountDownLatch(1).await();
            return Interceptor.pass();
        });
        CompletableFuture<HttpResponse<String>> blocked = CompletableFuture.supplyAsync(() -> {
            try {
                return calls.post(FEED, "{}");
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        assertThat(arrived.await(10, TimeUnit.SECONDS)).isTrue();

        calls.close();

        assertThatThrownBy(() -> blocked.get(10, TimeUnit.SECONDS)).hasRootCauseInstanceOf(IOException.class);
    }

    @Test
    void logContainsRequestsAndTheirResults() throws Exception {
        HttpResponse<String> page = calls.post(FEED, "{\"batch_size\":2}");
        HttpResponse<String> rejected = calls.get("/api/jobs/expired?batch_size=0");

        List<LoggedRequest> entries = calls.sandbox.log().entries();
        long first = entries.get(0).nanos();
        long second = entries.get(1).nanos();
        assertThat(second).isGreaterThan(first);
        assertThat(entries)
                .containsExactly(
                        new LoggedRequest(
                                1,
                                Calls.START,
                                first,
                                "POST",
                                FEED,
                                "",
                                "{\"batch_size\":2}",
                                200,
                                2,
                                page.body().getBytes(StandardCharsets.UTF_8).length,
                                null),
                        new LoggedRequest(
                                2,
                                Calls.START,
                                second,
                                "GET",
                                "/api/jobs/expired",
                                "batch_size=0",
                                "",
                                400,
                                0,
                                rejected.body().length(),
                                null));
        assertThat(calls.sandbox.log().entries(FEED)).hasSize(1);
        calls.sandbox.log().clear();
        assertThat(calls.sandbox.log().entries()).isEmpty();
    }

    @Test
    void logContainsNoKey() throws Exception {
        calls.post(FEED, "{}");

        String log = calls.send(calls.to("/sandbox/requests")).body();
        assertThat(log).contains("\"path\":\"" + FEED + "\"").doesNotContain(Sandbox.TEST_KEY);
        assertThat(calls.sandbox.log().entries().toString()).doesNotContain(Sandbox.TEST_KEY);
    }

    @Test
    void operatorChangesTheDatasetWithoutAKey() throws Exception {
        HttpResponse<String> changes = calls.send(calls.to("/sandbox/changes")
                .POST(BodyPublishers.ofString("{\"new\":3,\"updated\":2,\"expired\":4,\"returned\":1}")));

        assertThat(changes.statusCode()).isEqualTo(200);
        assertThat(Calls.json(changes).get("expired")).hasSize(4);
        JsonNode counts = Calls.ok(calls.send(calls.to("/sandbox/data")));
        assertThat(counts.get("active").intValue()).isEqualTo(100);
        assertThat(counts.get("expired").intValue()).isEqualTo(3);
        assertThat(counts.get("changes").get("updated").intValue()).isEqualTo(2);
        assertThat(calls.sandbox.log().entries()).isEmpty();
        assertThat(calls.send(calls.to("/sandbox/nothing")).statusCode()).isEqualTo(404);
    }
}
