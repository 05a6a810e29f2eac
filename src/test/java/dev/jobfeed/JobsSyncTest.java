package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sync.StoreOriginMismatchException;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.TimeZone;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the shipped routes against the sandbox over HTTP, and compares the database with the sandbox. */
class JobsSyncTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(700)).with("jobo.jobs.batch-size", "250");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void backfillStoresEveryActiveJob(String database) throws Exception {
        start(database);

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.mode()).isEqualTo(RunMode.BACKFILL);
        assertThat(run.counts().inserted()).isEqualTo(700);
        assertThat(run.pages()).isEqualTo(3);
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void unchangedRowIsNotWritten(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().createJobs(5);
        fixture.sync();
        List<OffsetDateTime> before =
                fixture.database.queryForList("select last_changed_at from job order by id", OffsetDateTime.class);

        Run second = fixture.sync();

        assertThat(second.counts().received()).isEqualTo(5);
        assertThat(second.counts().unchanged()).isEqualTo(5);
        assertThat(fixture.database.queryForList("select last_changed_at from job order by id", OffsetDateTime.class))
                .isEqualTo(before);
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void incrementalRunStoresNewEditedExpiredAndReturnedJobs(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().createJobs(12);
        fixture.sandbox.data().updateJobs(9);
        List<UUID> expired = fixture.sandbox.data().expireJobs(7);
        fixture.sandbox.data().returnJob(expired.get(0));

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(run.expired()).isEqualTo(7);
        assertThat(run.counts().inserted()).isEqualTo(12);
        assertThat(run.counts().reactivated()).isEqualTo(1);
        assertThat(fixture.one("select count(*) from job where expired_reason = 'swept'", Integer.class))
                .isEqualTo(6);
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void postedAfterDeliversNewPostingsAndNoEdits(String database) throws Exception {
        start(database);
        fixture.with("jobo.jobs.watermark-parameter", "posted_after");
        fixture.sync();
        List<UUID> created = fixture.sandbox.data().createJobs(4);
        UUID edited = fixture.sandbox
                .data()
                .activeIds()
                .filter(id -> !created.contains(id))
                .findFirst()
                .orElseThrow();
        String titleBefore = fixture.one("select title from job where id = ?", String.class, edited);
        fixture.sandbox.data().updateJob(edited);

        Run run = fixture.sync();

        assertThat(fixture.feedRequests()).last().asString().contains("posted_after");
        assertThat(run.counts().inserted()).isEqualTo(4);
        assertThat(run.counts().received()).isEqualTo(4);
        assertThat(fixture.one("select title from job where id = ?", String.class, edited))
                .isEqualTo(titleBefore);
        assertThat(fixture.database.queryForList("select id from active_job", UUID.class))
                .containsExactlyInAnyOrderElementsOf(
                        fixture.sandbox.data().activeIds().toList());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void stoppedRunResumesAtItsCursorWithoutRequestingAPageTwice(String database) throws Exception {
        start(database);
        Run stopped = fixture.syncPages(1);
        assertThat(stopped.status()).isEqualTo("open");

        Run resumed = fixture.sync();

        assertThat(resumed.id()).isEqualTo(stopped.id());
        assertThat(resumed.runStartedAt()).isEqualTo(stopped.runStartedAt());
        assertThat(fixture.feedRequests()).hasSize(3).doesNotHaveDuplicates();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void newestOfTwoRowsWithAnIdInOnePageIsStored(String database) throws Exception {
        start(database);
        UUID id = fixture.sandbox.data().activeIds().findFirst().orElseThrow();
        rewriteFirstPage(page -> {
            ArrayNode jobs = (ArrayNode) page.get("jobs");
            ObjectNode newer = jobs.get(0).deepCopy();
            newer.put("title", "the newer one").put("updated_at", "2026-11-22T00:00:00.000001Z");
            ObjectNode older = jobs.get(0).deepCopy();
            older.put("title", "the oldest one").put("updated_at", "2001-01-01T00:00:00Z");
            jobs.insert(0, newer);
            jobs.add(older);
        });

        Run run = fixture.sync();

        assertThat(run.counts().duplicates()).isEqualTo(2);
        assertThat(run.counts().received()).isEqualTo(702);
        assertThat(run.counts().inserted()).isEqualTo(700);
        assertThat(fixture.one("select title from job where id = ?", String.class, id))
                .isEqualTo("the newer one");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void olderVersionNeverOverwritesANewerOne(String database) throws Exception {
        start(database);
        fixture.sync();
        UUID id = fixture.sandbox.data().createJobs(1).get(0);
        fixture.sync();
        rewriteFirstPage(page -> ((ObjectNode) page.get("jobs").get(0))
                .put("title", "an old title")
                .put("updated_at", "2001-01-01T00:00:00Z"));

        Run run = fixture.sync();

        assertThat(run.counts().unchanged()).isEqualTo(1);
        assertThat(fixture.one("select title from job where id = ?", String.class, id))
                .isNotEqualTo("an old title");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void emptyFeedIsASuccessWithZeroRows(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(0));

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().received()).isZero();
        assertThat(run.pages()).isEqualTo(1);
        assertThat(fixture.feedRequests()).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyFieldIsStoredAsItWasDelivered(String database) throws Exception {
        start(database);
        TimeZone before = TimeZone.getDefault();
        TimeZone.setDefault(TimeZone.getTimeZone("America/St_Johns"));
        try {
            rewriteFirstPage(page -> ((ObjectNode) page.get("jobs").get(0))
                    .put("created_at", "2026-04-29T05:00:03.198870Z")
                    .put("workplace_type", "On-site")
                    .put("external_id", "x-1")
                    .putNull("description"));
            fixture.sync();
        } finally {
            TimeZone.setDefault(before);
        }
        UUID id = fixture.sandbox.data().activeIds().findFirst().orElseThrow();

        JsonNode delivered = SyncFixture.parse(fixture.sandbox.data().json(id));
        assertThat(fixture.one("select created_at from job where id = ?", OffsetDateTime.class, id))
                .isEqualTo(OffsetDateTime.parse("2026-04-29T05:00:03.198870Z"));
        assertThat(fixture.one("select workplace_type from job where id = ?", String.class, id))
                .isEqualTo("On-site");
        assertThat(fixture.one("select description from job where id = ?", String.class, id))
                .isNull();
        assertThat(fixture.one("select company_name from job where id = ?", String.class, id))
                .isEqualTo(delivered.at("/company/name").textValue());
        for (String column : List.of("company", "locations", "qualifications", "responsibilities", "benefits")) {
            assertThat(SyncFixture.parse(
                            fixture.one("select cast(" + column + " as text) from job where id = ?", String.class, id)))
                    .as(column)
                    .isEqualTo(delivered.get(column));
        }
        assertThat(SyncFixture.parse(fixture.one("select cast(extra as text) from job where id = ?", String.class, id))
                        .get("external_id")
                        .textValue())
                .isEqualTo("x-1");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void ignoredWindowEndsTheAttemptBeforeAnythingIsStored(String database) throws Exception {
        start(database);
        fixture.sync();
        long requests = fixture.feedRequests().size();
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.rewrite(body ->
                        text(page(fixture.sandbox.data().activeIds().limit(250).toList())
                                .put("has_more", true)
                                .put("next_cursor", "c")))
                : Interceptor.pass());

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(AttemptFailedException.class)
                .hasMessageContaining("ignores the window");

        assertThat(fixture.feedRequests()).hasSize((int) requests + 1);
        assertThat(fixture.one("select pages from sync_run order by id desc limit 1", Integer.class))
                .isZero();
    }

    /** The overlap is 15 minutes; a page has 250 rows. */
    @ParameterizedTest
    @CsvSource({
        "h2, 300, 3, true",
        "postgresql, 300, 14, true",
        "h2, 300, 16, false",
        "h2, 249, 1000, true",
        "h2, 250, 1000, true"
    })
    void onlyAFullFirstPageFarOlderThanTheWindowIsAnIgnoredWindow(
            String database, int rows, int minutesOlder, boolean isStored) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.data().createJobs(rows);
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.rewrite(body -> {
                    OffsetDateTime window = OffsetDateTime.parse(SyncFixture.parse(request.body())
                            .get("updated_after")
                            .textValue());
                    String older = window.minusMinutes(minutesOlder).toString();
                    ObjectNode page = (ObjectNode) SyncFixture.parse(text(body));
                    page.get("jobs").forEach(job -> ((ObjectNode) job)
                            .put("created_at", older)
                            .put("updated_at", older)
                            .put("date_posted", older));
                    return text(page);
                })
                : Interceptor.pass());

        if (isStored) {
            assertThat(fixture.sync().counts().inserted()).isEqualTo(rows);
            assertThat(fixture.alerts()).isEmpty();
        } else {
            assertThatThrownBy(fixture::sync).isInstanceOf(AttemptFailedException.class);
            assertThat(fixture.alerts()).containsExactly("window-ignored");
            assertThat(fixture.run().pages()).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void repeatedCursorEndsTheAttempt(String database) throws Exception {
        start(database);
        fixture.syncPages(1);
        String cursor = fixture.one("select next_cursor from sync_run", String.class);
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.rewrite(body -> text(((ObjectNode) SyncFixture.parse(text(body)))
                        .put("has_more", true)
                        .put("next_cursor", cursor)))
                : Interceptor.pass());

        assertThatThrownBy(fixture::sync).hasMessageContaining("never end");

        assertThat(fixture.feedRequests()).hasSize(2);
        assertThat(fixture.one(
                        "select pages from sync_run where status = 'open' and next_cursor is null", Integer.class))
                .isEqualTo(2);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void storeOfAnotherServerIsRejected(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.with("jobo.base-url", fixture.sandbox.baseUrl().replace("127.0.0.1", "localhost"));

        assertThatThrownBy(fixture::sync)
                .isInstanceOf(StoreOriginMismatchException.class)
                .hasMessageContaining("127.0.0.1")
                .hasMessageContaining("localhost");
    }

    /** Changes the JSON of the next first page of the feed. */
    private void rewriteFirstPage(java.util.function.Consumer<ObjectNode> change) {
        fixture.sandbox.intercept(request ->
                request.endpoint() == Endpoint.JOBS_FEED && !request.body().contains("cursor")
                        ? Interceptor.rewrite(body -> {
                            ObjectNode page = (ObjectNode) SyncFixture.parse(text(body));
                            change.accept(page);
                            return text(page);
                        })
                        : Interceptor.pass());
    }

    private ObjectNode page(List<UUID> ids) {
        String jobs =
                String.join(",", ids.stream().map(fixture.sandbox.data()::json).toList());
        return (ObjectNode) SyncFixture.parse("{\"jobs\":[" + jobs + "],\"next_cursor\":null,\"has_more\":false}");
    }

    private static String text(byte[] body) {
        return new String(body, StandardCharsets.UTF_8);
    }

    private static byte[] text(JsonNode json) {
        return json.toString().getBytes(StandardCharsets.UTF_8);
    }

    @Test
    void triggerDuringABackfillIsSkippedWithoutALogLine() throws Exception {
        start("h2");
        try (LogLines log = LogLines.record()) {
            triggerDuringASync();
            assertThat(log.lines("INFO")).noneMatch(line -> line.contains("skipping this trigger"));

            triggerDuringASync();
            assertThat(log.lines("INFO"))
                    .anyMatch(line -> line.startsWith("jobs: ") && line.contains("skipping this trigger"));
        }
    }

    private void triggerDuringASync() throws Exception {
        CountDownLatch requestReceived = new CountDownLatch(1);
        CountDownLatch released = new CountDownLatch(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                requestReceived.countDown();
                released.await();
            }
            return Interceptor.pass();
        });
        Thread sync = new Thread(() -> {
            try {
                fixture.sync();
            } catch (Exception e) {
                throw new IllegalStateException(e);
            }
        });
        sync.start();
        requestReceived.await();
        try (var template = fixture.context().createProducerTemplate()) {
            template.send("direct:sync-scheduled", trigger -> trigger.setVariable("jobfeedStream", "jobs"));
        } finally {
            released.countDown();
        }
        sync.join();
        assertThat(fixture.run().status()).isEqualTo("succeeded");
    }
}
