package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Interceptor.Verdict;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.CountDownLatch;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the waits and budgets of a repeated request, as the server sees them. */
class RetryTest {

    private static final Verdict TOO_MANY = Interceptor.answer(429, Map.of("Retry-After", "1"), "");
    private static final Verdict BROKEN = Interceptor.answer(500, Map.of(), "");
    private static final Verdict UNAVAILABLE = Interceptor.answer(503, Map.of("Retry-After", "1"), "");

    private SyncFixture fixture;
    private final Queue<Verdict> answers = new ConcurrentLinkedQueue<>();

    private void start(String timeScale) throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(40))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", timeScale);
        fixture.sandbox.intercept(request -> {
            Verdict next = request.endpoint() == Endpoint.JOBS_FEED ? answers.poll() : null;
            return next == null ? Interceptor.pass() : next;
        });
    }

    private void answers(Verdict verdict, int times) {
        answers.addAll(Collections.nCopies(times, verdict));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void recoveredRequestRaisesNoAlert() throws Exception {
        start("0.001");
        answers(TOO_MANY, 3);
        answers(BROKEN, 5);

        Run run = fixture.sync();

        assertThat(fixture.feed()).hasSize(10);
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.lastError()).isNull();
        assertThat(run.requests()).isEqualTo(10);
        assertThat(run.retries()).isEqualTo(8);
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isZero();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void nineConsecutive429sEndTheAttempt() throws Exception {
        start("0.001");
        answers(TOO_MANY, 9);

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(9);
        assertThat(fixture.run().lastError()).startsWith("Jobo answered 429");
    }

    @Test
    void attemptRecordsItsResponsesAndWaits() throws Exception {
        start("0.001");
        answers(TOO_MANY, 9);
        assertThatThrownBy(fixture::sync);
        answers(BROKEN, 2);

        fixture.sync();

        assertThat(fixture.one("select count(*) from run_attempt where ended_at >= started_at", Integer.class))
                .isEqualTo(2);
        assertThat(fixture.one("select error from run_attempt where number = 1", String.class))
                .startsWith(fixture.one("select message from alert", String.class));
        assertThat(responses(1)).isEqualTo(SyncFixture.parse("{\"429\":9}"));
        assertThat(responses(2)).isEqualTo(SyncFixture.parse("{\"200\":3,\"500\":2}"));
        assertThat(fixture.one("select waited_ms from run_attempt where number = 1", Integer.class))
                .as("eight waits of at least a second, scaled to a thousandth")
                .isGreaterThanOrEqualTo(8);
    }

    private JsonNode responses(int attempt) {
        return SyncFixture.parse(fixture.one(
                "select cast(responses as varchar) from run_attempt where number = " + attempt, String.class));
    }

    @Test
    void only429sInARowAreCounted() throws Exception {
        start("0.001");
        answers(TOO_MANY, 8);
        answers(BROKEN, 1);
        answers(TOO_MANY, 8);

        assertThat(fixture.sync().retries()).isEqualTo(17);
    }

    @Test
    void eachRequestHasItsOwnRetryBudget() throws Exception {
        start("0.001");
        answers(BROKEN, 5);
        answers(Interceptor.pass(), 1);
        answers(BROKEN, 5);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.retries()).isEqualTo(10);
        fixture.assertStoreEqualsSandbox();
    }

    static Stream<Arguments> alternatingFailures() {
        return Stream.of(
                arguments("500 and dropped connections", List.of(BROKEN, Interceptor.drop()), 6),
                arguments("500 and 429", List.of(BROKEN, TOO_MANY), 11),
                arguments("500 and 503", List.of(BROKEN, UNAVAILABLE), 11),
                arguments("503 and 429", List.of(UNAVAILABLE, TOO_MANY), 11));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("alternatingFailures")
    void alternatingFailuresExhaustTheRetries(String name, List<Verdict> verdicts, int requests) throws Exception {
        start("0.001");
        for (int i = 0; i < 50; i++) {
            answers.addAll(verdicts);
        }

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(requests);
    }

    /** Provides a response with a requested wait, and the minimum wait in seconds. */
    static Stream<Arguments> waits() {
        return Stream.of(
                arguments("429, header in seconds", answer(429, Map.of("Retry-After", "7"), ""), 7),
                arguments("429, header before body", answer(429, Map.of("Retry-After", "7"), "{\"retry_after\":1}"), 7),
                arguments("429, retry_after", answer(429, Map.of(), "{\"retry_after\":5}"), 5),
                arguments("429, retry_after_seconds", answer(429, Map.of(), "{\"retry_after_seconds\":6}"), 6),
                arguments("429, header of another case", answer(429, Map.of("RETRY-AFTER", "7"), ""), 7),
                arguments("429, HTTP date", (Supplier<Verdict>) RetryTest::inTwentySeconds, 18),
                arguments("429 without a word", answer(429, Map.of(), "slow down"), 60),
                arguments("503, header", answer(503, Map.of("Retry-After", "5"), ""), 5),
                arguments("503 without a word", answer(503, Map.of(), ""), 30),
                arguments("500", answer(500, Map.of(), ""), 1),
                arguments("dropped", (Supplier<Verdict>) Interceptor::drop, 1));
    }

    private static Supplier<Verdict> answer(int status, Map<String, String> headers, String body) {
        return () -> Interceptor.answer(status, headers, body);
    }

    private static Verdict inTwentySeconds() {
        String date = DateTimeFormatter.RFC_1123_DATE_TIME.format(
                Instant.now().plusSeconds(20).atOffset(ZoneOffset.UTC));
        return Interceptor.answer(429, Map.of("Retry-After", date), "");
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("waits")
    void retryAfterIsObserved(String name, Supplier<Verdict> answer, int seconds) throws Exception {
        start("0.01");
        answers.add(answer.get());

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.retries()).isEqualTo(1);
        assertThat(requestIntervals().get(0)).isGreaterThanOrEqualTo(Duration.ofMillis(seconds * 10L));
    }

    @Test
    void waitsGrowWithEachTry() throws Exception {
        start("0.01");
        answers(BROKEN, 5);
        answers(Interceptor.pass(), 1);
        answers(Interceptor.answer(429, Map.of("Retry-After", "2"), ""), 3);

        fixture.sync();

        List<Long> least = List.of(10L, 20L, 40L, 80L, 160L, 0L, 20L, 30L, 40L);
        assertThat(requestIntervals()).hasSameSizeAs(least);
        for (int i = 0; i < least.size(); i++) {
            assertThat(requestIntervals().get(i))
                    .as("wait " + i)
                    .isGreaterThanOrEqualTo(Duration.ofMillis(least.get(i)));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"901", "86400", "99999999999999999999", "1e400"})
    void waitAboveTheMaximumEndsTheAttemptAndTheNextOneContinues(String seconds) throws Exception {
        start("0.001");
        answers(Interceptor.pass(), 1);
        answers(Interceptor.answer(429, Map.of("Retry-After", seconds), "{\"message\":\"Too many.\"}"), 1);

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(2);
        assertThat(fixture.run().lastError())
                .startsWith("Jobo answered 429 (Too many); it requests a wait of ")
                .contains("jobo.retry.max-wait");
        assertThat(fixture.alerts()).containsExactly("rate-limited");

        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.feed()).hasSize(3);
        assertThat(fixture.alerts()).isEmpty();
    }

    /** The longest wait lies between the requested and the default wait, so that only one of them is continued. */
    @ParameterizedTest
    @ValueSource(ints = {429, 503})
    void requestedWaitReplacesTheDefault(int status) throws Exception {
        start("0.001");
        fixture.with("jobo.retry.max-wait", "20s");
        answers(Interceptor.answer(status, Map.of("Retry-After", "19"), ""), 1);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");

        answers(Interceptor.answer(status, Map.of(), ""), 1);
        assertThatThrownBy(fixture::sync);
    }

    @Test
    void timeoutIsRetried() throws Exception {
        start("0.001");
        fixture.with("jobo.http.response-timeout", "5s");
        CountDownLatch requestBlocked = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 1) {
                requestBlocked.await();
            }
            return Interceptor.pass();
        });

        Run run = fixture.sync();
        requestBlocked.countDown();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.requests()).isEqualTo(3);
        assertThat(run.retries()).isEqualTo(1);
        assertThat(run.lastError()).isNull();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void repeatedTimeoutsEndTheAttempt() throws Exception {
        start("0.001");
        fixture.with("jobo.http.response-timeout", "50ms");
        CountDownLatch requestBlocked = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            requestBlocked.await();
            return Interceptor.pass();
        });

        assertThatThrownBy(fixture::sync);
        requestBlocked.countDown();

        assertThat(fixture.run().requests()).isEqualTo(6);
        assertThat(fixture.run().lastError()).contains("cannot be reached");
        assertThat(fixture.alerts()).containsExactly("unreachable");
    }

    @Test
    void unreachableServerIsNamed() throws Exception {
        start("0.001");
        fixture.sandbox.close();

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.run().requests()).isEqualTo(6);
        assertThat(fixture.run().lastError()).contains("cannot be reached").contains("jobo.base-url");
    }

    /** Returns the time between each feed request and the previous one. */
    private List<Duration> requestIntervals() {
        List<Instant> times = fixture.feed().stream().map(LoggedRequest::time).toList();
        List<Duration> requestIntervals = new ArrayList<>();
        for (int i = 1; i < times.size(); i++) {
            requestIntervals.add(Duration.between(times.get(i - 1), times.get(i)));
        }
        return requestIntervals;
    }
}
