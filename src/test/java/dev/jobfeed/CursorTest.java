package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Tests expired cursors, of the feed and of the sweep. */
class CursorTest {

    private SyncFixture fixture;

    private void start() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(60).unknownExpired(0))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.expired.batch-size", "2")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    static Stream<Arguments> lostCursors() {
        return Stream.of(
                arguments(400, "{\"status\":400,\"error\":\"Bad Request\",\"message\":\"Invalid cursor\"}"),
                arguments(400, "{\"code\":\"invalid_cursor\",\"detail\":\"Start again.\"}"),
                arguments(400, "{\"detail\":\"The cursor has expired.\"}"),
                arguments(
                        409, "{\"code\":\"feed_cursor_restart_required\",\"detail\":\"x\",\"replacement_request\":{}}"),
                arguments(409, ""));
    }

    @ParameterizedTest
    @MethodSource("lostCursors")
    void expiredCursorRestartsThePaginationOfTheRun(int status, String body) throws Exception {
        start();
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED && request.sequence() == 3
                ? Interceptor.answer(status, Map.of(), body)
                : Interceptor.pass());

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.cursorResets()).isEqualTo(1);
        assertThat(run.pages()).isEqualTo(5);
        assertThat(run.requests()).isEqualTo(6);
        assertThat(run.lastError()).isNull();
        assertThat(run.counts().inserted()).isEqualTo(60);
        assertThat(run.counts().unchanged()).isEqualTo(40);
        assertThat(cursors()).hasSize(6).startsWith("").endsWith(cursors().get(2));
        assertThat(cursors().get(3)).isEmpty();
        assertThat(alertMessages()).containsExactly("cursor-lost raised", "cursor-lost cleared");
        assertThat(fixture.one("select message from alert", String.class)).contains("after 2 pages");
        fixture.assertStoreEqualsSandbox();
    }

    /** The sixth restart belongs to the next attempt, which sends none of the rejected cursors. */
    @Test
    void attemptEndsAfterFiveExpiredCursors() throws Exception {
        start();
        fixture.syncPages(1);
        rejectEveryCursor();

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("more than 5 times")
                .hasMessageContaining("jobfeed abandon jobs");

        Run run = fixture.run();
        assertThat(run.status()).isEqualTo("open");
        assertThat(run.cursorResets()).isEqualTo(6);
        assertThat(run.nextCursor()).isNull();
        assertThat(run.requests())
                .isEqualTo(fixture.feed().size() + fixture.expired().size());
        assertThat(fixture.alerts()).containsExactly("cursor-lost", "cursor-restarts");
        assertThat(fixture.state().lastRunStartedAt()).isNull();
        long requestsBefore = fixture.feed().size();

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
        assertThat(fixture.feed().size() - requestsBefore).isLessThanOrEqualTo(2);
        assertThat(cursors().get((int) requestsBefore)).isEmpty();
        assertThat(fixture.run().nextCursor()).isNull();

        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void errorForARequestWithoutACursorIsFinal() throws Exception {
        start();
        fixture.sandbox.intercept(request -> Interceptor.answer(409, Map.of(), "{\"detail\":\"Not now.\"}"));

        assertThatThrownBy(fixture::sync).isInstanceOf(HttpOperationFailedException.class);

        assertThat(fixture.feed()).hasSize(1);
        assertThat(fixture.run().cursorResets()).isZero();
        assertThat(fixture.run().lastError()).startsWith("Jobo answered 409 (Not now).");
        assertThat(fixture.alerts()).containsExactly("unexpected-answer");
    }

    @Test
    void errorThatOnlyMentionsACursorDoesNotRestart() throws Exception {
        start();
        fixture.sandbox.intercept(request ->
                Interceptor.answer(400, Map.of(), "{\"message\":\"batch_size next to a cursor must not change\"}"));

        assertThatThrownBy(fixture::sync);

        assertThat(fixture.feed()).hasSize(1);
        assertThat(fixture.run().cursorResets()).isZero();
        assertThat(fixture.alerts()).containsExactly("bad-request");
    }

    @Test
    void repeatedCursorFailsWithoutRequestingItsPageAgain() throws Exception {
        start();
        fixture.syncPages(1);
        String cursor = fixture.run().nextCursor();
        fixture.sandbox.intercept(rewriting(page -> page.put("next_cursor", cursor)));

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.run().nextCursor()).isNull();
        assertThat(fixture.run().pages()).isEqualTo(2);
        assertThat(fixture.run().counts().inserted()).isEqualTo(40);
        assertThat(fixture.feed()).hasSize(2);
        assertThat(fixture.alerts()).containsExactly("cursor-stuck");
        fixture.sandbox.intercept(null);
        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
        assertThat(fixture.feed()).hasSize(2);
        assertThat(fixture.expired()).hasSize(2);
    }

    @Test
    void emptyCursorIsNoCursor() throws Exception {
        start();
        fixture.sandbox.intercept(rewriting(page -> page.put("next_cursor", "").put("has_more", false)));

        assertThat(fixture.sync().pages()).isEqualTo(1);
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void sweepReadsEveryPageBeforeMovingItsWatermark() throws Exception {
        start();
        sweepOf(5);

        Run run = fixture.sync();

        assertThat(run.expired()).isEqualTo(5);
        assertThat(fixture.expired()).hasSize(3);
        assertThat(fixture.state().lastSweepStartedAt()).isAfterOrEqualTo(run.runStartedAt());
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @MethodSource("lostCursors")
    void sweepRestartsAfterAnExpiredCursor(int status, String body) throws Exception {
        start();
        sweepOf(5);
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_EXPIRED && request.sequence() == 2
                ? Interceptor.answer(status, Map.of(), body)
                : Interceptor.pass());

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.expired()).isEqualTo(5);
        assertThat(run.cursorResets()).isZero();
        assertThat(run.lastError()).isNull();
        assertThat(fixture.expired()).hasSize(5);
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void sweepFailsAfterRepeatedlyExpiredCursors() throws Exception {
        start();
        sweepOf(5);
        assertSweepFails(
                request -> request.query().contains("cursor=")
                        ? Interceptor.answer(409, Map.of(), "")
                        : Interceptor.pass(),
                12,
                "cursor-restarts");
    }

    @Test
    void sweepWithARepeatedCursorFails() throws Exception {
        start();
        sweepOf(5);
        assertSweepFails(
                request -> Interceptor.rewrite(body -> request.query().contains("cursor=")
                        ? text(page(body)
                                .put("has_more", true)
                                .put("next_cursor", request.query().replaceAll(".*cursor=", "")))
                        : body),
                2,
                "cursor-stuck");
    }

    private void sweepOf(int expired) throws Exception {
        fixture.sync();
        deleteDeliveredPages();
        fixture.sandbox.data().expireJobs(expired);
        fixture.sandbox.log().clear();
    }

    /** Deletes the record of delivered pages, so that the sweep does not ask for later expiries again. */
    private void deleteDeliveredPages() {
        fixture.database.update("delete from delivered_page");
    }

    private void assertSweepFails(Interceptor sweep, int requests, String condition) throws Exception {
        StreamState before = fixture.state();
        fixture.sandbox.intercept(
                request -> request.endpoint() == Endpoint.JOBS_EXPIRED ? sweep.decide(request) : Interceptor.pass());

        assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);

        assertThat(fixture.expired()).hasSize(requests);
        assertThat(fixture.feed()).isEmpty();
        assertThat(fixture.state().lastSweepStartedAt()).isEqualTo(before.lastSweepStartedAt());
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(before.lastRunStartedAt());
        assertThat(fixture.alerts()).containsExactly(condition);

        fixture.sandbox.intercept(null);
        fixture.sync();
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    private void rejectEveryCursor() {
        fixture.sandbox.intercept(request -> request.body().contains("cursor")
                ? Interceptor.answer(409, Map.of(), "{\"code\":\"feed_cursor_restart_required\"}")
                : Interceptor.pass());
    }

    /** Returns the cursors of the feed requests; empty for none. */
    private List<String> cursors() {
        return fixture.feedRequests().stream()
                .map(body -> SyncFixture.parse(body).path("cursor").asText(""))
                .toList();
    }

    /** Returns the messages that the alert route received, in order. */
    private List<String> alertMessages() {
        return fixture.database.queryForList(
                "select state from (select condition || ' raised' as state, notified_at as at from alert"
                        + " union all select condition || ' cleared', clearance_notified_at from alert)"
                        + " where at is not null order by at",
                String.class);
    }

    private static Interceptor rewriting(Consumer<ObjectNode> change) {
        return request -> request.endpoint() != Endpoint.JOBS_FEED
                ? Interceptor.pass()
                : Interceptor.rewrite(body -> {
                    ObjectNode page = page(body);
                    change.accept(page);
                    return text(page);
                });
    }

    private static ObjectNode page(byte[] body) {
        return (ObjectNode) SyncFixture.parse(new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] text(JsonNode page) {
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }
}
