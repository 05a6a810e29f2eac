package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamStateRepository;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.SyncCoordinator;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import org.apache.camel.builder.AdviceWith;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests when the whole feed is read again, and the jobs that it does not deliver any more. */
class ResyncTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(100).unknownExpired(0))
                .with("jobo.jobs.batch-size", "25")
                .with("jobo.retry.time-scale", "0.001");
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void requestedResyncExpiresMissingJobs(String database) throws Exception {
        start(database);
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(8);
        requestJobsResync();

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.expired()).isEqualTo(8);
        assertThat(run.costConfirmed()).isTrue();
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
        assertThat(fixture.state().resyncRequestedAt()).isNull();
        assertThat(fixture.state().lastRunStartedAt()).isEqualTo(run.runStartedAt());
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void changedFiltersExpireExcludedJobs(String database) throws Exception {
        start(database);
        fixture.sync();
        List<String> sources = fixture.database.queryForList("select distinct source from job", String.class);
        List<UUID> left =
                fixture.database.queryForList("select id from job where source = ?", UUID.class, sources.get(0));
        fixture.with("jobo.jobs.filter.sources", String.join(",", sources.subList(1, sources.size())));

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(left).isNotEmpty();
        assertThat(expired("filtered")).containsExactlyInAnyOrderElementsOf(left);
        assertThat(run.expired()).isEqualTo(left.size());
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void changedWatermarkParameterIsNoChangeOfFilters() throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(3);
        fixture.with("jobo.jobs.watermark-parameter", "posted_after");

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
    }

    @Test
    void storeWithoutASweepForAWeekIsResynced() throws Exception {
        start("h2");
        fixture.sync();
        long first = fixture.run().id();
        List<UUID> missingIds = removeFromFeed(3);
        makeSweepTooOld();

        Run run = fixture.sync();

        assertThat(run.id()).isGreaterThan(first);
        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
        assertThat(fixture.expired()).hasSize(1);
        assertThat(fixture.expired().get(0).status()).isEqualTo(200);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void openRunThatNeedsAResyncIsClosedAsFailed() throws Exception {
        start("h2");
        Run backfill = fixture.syncPages(1);
        makeSweepTooOld();

        Run resync = fixture.sync();

        Run closed = fixture.tenant().runs().run(backfill.id());
        assertThat(closed.status()).isEqualTo("failed");
        assertThat(closed.finishedAt()).isNotNull();
        assertThat(closed.lastError()).contains("resync").contains("longer ago");
        assertThat(resync.id()).isGreaterThan(backfill.id());
        assertThat(resync.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(resync.status()).isEqualTo("succeeded");
        fixture.assertStoreEqualsSandbox();
    }

    /** The run's own sweep moves the watermark that required the resync. */
    @ParameterizedTest
    @CsvSource({
        "h2, converted",
        "h2, asked",
        "h2, replaced",
        "postgresql, converted",
        "postgresql, asked",
        "postgresql, replaced"
    })
    void resyncAfterMissedSweepsStaysNecessaryUntilOneSucceeds(String database, String first) throws Exception {
        start(database);
        if (first.equals("replaced")) {
            fixture.syncPages(2);
        } else {
            fixture.sync();
        }
        List<UUID> missingIds = removeFromFeed(3);
        if (first.equals("asked")) {
            requestJobsResync();
        }
        makeSweepTooOld();
        Run stopped = fixture.syncPages(1);
        assertThat(stopped.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(fixture.state().lastSweepStartedAt())
                .isAfter(OffsetDateTime.now().minusHours(1));
        abandon();
        Run second = fixture.syncPages(1);
        assertThat(second.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(second.id()).isGreaterThan(stopped.id());
        assertThat(second.costConfirmed()).isFalse();
        assertThat(fixture.syncPages(1).id()).isEqualTo(second.id());
        abandon();

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
        assertThat(fixture.state().resyncNeededSince()).isNull();
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void abandonCancelsARequestedResync(String database) throws Exception {
        start(database);
        fixture.sync();
        requestJobsResync();
        assertThat(fixture.syncPages(1).mode()).isEqualTo(RunMode.RESYNC);

        abandon();

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    private void abandon() throws Exception {
        var tenant = fixture.tenant();
        assertThat(SyncCoordinator.abandon(tenant, "jobs")).isPresent();
    }

    @Test
    void resumedResyncKeepsItsReceivedIds() throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(2);
        requestJobsResync();
        Run stopped = fixture.syncPages(2);
        assertThat(seen()).isEqualTo(48);
        long requestsBefore = fixture.feed().size();

        Run run = fixture.sync();

        assertThat(run.id()).isEqualTo(stopped.id());
        assertThat(run.runStartedAt()).isEqualTo(stopped.runStartedAt());
        assertThat(fixture.feed()).hasSize((int) requestsBefore + 2);
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
    }

    @Test
    void resyncWithAnExpiredCursorKeepsItsReceivedIds() throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(2);
        requestJobsResync();
        fixture.syncPages(2);
        AtomicBoolean isCursorExpired = new AtomicBoolean();
        fixture.sandbox.intercept(
                request -> request.body().contains("cursor") && isCursorExpired.compareAndSet(false, true)
                        ? Interceptor.answer(409, Map.of(), "")
                        : rewriteWithout(missingIds, 98));

        Run run = fixture.sync();

        assertThat(run.cursorResets()).isEqualTo(1);
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
    }

    @Test
    void resyncRequestedTwiceRunsOnce() throws Exception {
        start("h2");
        fixture.sync();
        requestJobsResync();
        Run stopped = fixture.syncPages(1);
        requestJobsResync();

        Run run = fixture.sync();

        assertThat(run.id()).isEqualTo(stopped.id());
        assertThat(fixture.state().resyncRequestedAt()).isNull();
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void filtersChangedBackDuringAResyncNeedAnotherOne() throws Exception {
        start("h2");
        fixture.sync();
        fixture.with("jobo.jobs.filter.work_models", "remote,onsite");
        Run interrupted = fixture.syncPages(1);
        fixture.with("jobo.jobs.filter.work_models", "");

        Run back = fixture.sync();

        assertThat(fixture.tenant().runs().run(interrupted.id()).status()).isEqualTo("failed");
        assertThat(back.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(back.status()).isEqualTo("succeeded");
        fixture.assertStoreEqualsSandbox();
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void filtersChangedDuringABackfillNeedAResync() throws Exception {
        start("h2");
        fixture.syncPages(1);
        fixture.with("jobo.jobs.filter.work_models", "remote,onsite");

        Run run = fixture.sync();

        assertThat(run.mode()).isEqualTo(RunMode.RESYNC);
        assertThat(expired("filtered")).isNotEmpty();
        assertThat(expired("reconciled")).isEmpty();
        assertThat(fixture.one("select count(*) from active_job where workplace_type = 'Hybrid'", Integer.class))
                .isZero();
    }

    /** Provides how many of 100 jobs the resync does not deliver, and whether the limit holds them back. */
    @ParameterizedTest
    @CsvSource({"20, false", "21, true", "100, true"})
    void tooManyMissingJobsWaitForApproval(int missing, boolean pendingExpiries) throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(missing);
        requestJobsResync();

        Run run = fixture.sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).isEqualTo(pendingExpiries ? List.of("reconcile-held") : List.of());
        assertThat(expired("reconciled")).hasSize(pendingExpiries ? 0 : missing);
        assertThat(pending()).hasSize(pendingExpiries ? missing : 0);
        assertThat(missingIds).containsAll(pending());
    }

    /** Up to ten jobs never exceed the limit, however few jobs there are. */
    @ParameterizedTest
    @CsvSource({"10, false", "11, true"})
    void fewMissingJobsAreWithinTheLimit(int missing, boolean pendingExpiries) throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(12).unknownExpired(0));
        fixture.sync();
        removeFromFeed(missing);
        requestJobsResync();

        fixture.sync();

        assertThat(pending()).hasSize(pendingExpiries ? missing : 0);
    }

    @ParameterizedTest
    @CsvSource({"95, 0", "105, 0", "106, 5", "1000, 5"})
    void feedWithFarFewerRowsThanEstimatedExpiresNothingWithoutApproval(int announced, int pendingExpiries)
            throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(5);
        fixture.sandbox.intercept(request ->
                request.endpoint() == Endpoint.JOBS_FEED ? rewriteWithout(missingIds, announced) : Interceptor.pass());
        requestJobsResync();

        assertThat(fixture.sync().status()).isEqualTo("succeeded");

        assertThat(pending()).hasSize(pendingExpiries);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void pendingExpiriesStayActiveUntilApproved(String database) throws Exception {
        start(database);
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(40);
        requestJobsResync();
        Run resync = fixture.sync();
        assertThat(fixture.one("select count(*) from active_job", Integer.class))
                .isEqualTo(100);
        assertThat(fixture.one("select message from alert", String.class)).contains("40 of 100");

        fixture.sandbox.intercept(null);
        fixture.sandbox.data().updateJob(missingIds.get(0));
        fixture.sandbox.data().expireJob(missingIds.get(1));
        Run next = fixture.sync();

        assertThat(next.mode()).isEqualTo(RunMode.INCREMENTAL);
        assertThat(next.windowFrom()).isBefore(resync.runStartedAt());
        assertThat(pending()).hasSize(38).doesNotContain(missingIds.get(0), missingIds.get(1));
        assertThat(expired("swept")).containsExactly(missingIds.get(1));
        assertThat(fixture.alerts()).containsExactly("reconcile-held");

        ReconcileRepository pendingExpiries = fixture.tenant().reconcile();
        assertThat(pendingExpiries.pending()).isEqualTo(38);
        HeldLease attempt =
                fixture.tenant().leases().acquire("jobs", lease -> lease).orElseThrow();
        assertThatThrownBy(() -> PendingExpiryService.accept(fixture.tenant(), OffsetDateTime.now()))
                .isInstanceOf(StreamLockedException.class);
        assertThat(pendingExpiries.pending()).isEqualTo(38);
        attempt.close();
        assertThat(PendingExpiryService.accept(fixture.tenant(), OffsetDateTime.now()))
                .isEqualTo(38);
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds.subList(2, 40));
        fixture.sync();
        assertThat(fixture.alerts()).isEmpty();
    }

    /** More jobs than one step or one H2 query processes, some of them with history. */
    @ParameterizedTest
    @CsvSource({"h2, random_uuid(), system_range", "postgresql, gen_random_uuid(), generate_series"})
    void manyMissingJobsAreEachFoundOnce(String database, String id, String numbers) throws Exception {
        start(database);
        fixture.sync();
        fixture.database.update(
                "insert into job (id, content_hash, first_seen_at, last_changed_at, expired_at, expired_reason)"
                        + " select " + id + ", (select content_hash from job fetch first row only), current_timestamp,"
                        + " current_timestamp, case when mod(n, 3) = 0 then current_timestamp end,"
                        + " case when mod(n, 3) = 0 then 'swept' end from " + numbers + "(1, 120000) numbers (n)");
        requestJobsResync();

        Run resync = fixture.sync();

        assertThat(resync.status()).isEqualTo("succeeded");
        assertThat(fixture.one("select message from alert", String.class)).contains("80000 of 80100");
        assertThat(fixture.one("select count(*) from pending_expiry", Integer.class))
                .isEqualTo(80_000);
        assertThat(fixture.one(
                        "select count(*) from pending_expiry join active_job on id = job_id" + " where title is null",
                        Integer.class))
                .isEqualTo(80_000);
    }

    @Test
    void pendingExpiryEndsWhenItsJobReturns() throws Exception {
        start("h2");
        fixture.sync();
        removeFromFeed(40);
        requestJobsResync();
        fixture.sync();
        fixture.sandbox.intercept(null);
        requestJobsResync();

        fixture.sync();

        assertThat(pending()).isEmpty();
        assertThat(fixture.alerts()).isEmpty();
        fixture.assertStoreEqualsSandbox();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void quarantinedJobCountsAsReceived(String database) throws Exception {
        start(database);
        fixture.sync();
        UUID bad = fixture.sandbox.data().activeIds().findFirst().orElseThrow();
        requestJobsResync();
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? Interceptor.rewrite(body -> {
                    ObjectNode page = page(body);
                    page.get("jobs").forEach(job -> {
                        if (job.get("id").textValue().equals(bad.toString())) {
                            ((ObjectNode) job).put("created_at", "yesterday");
                        }
                    });
                    return text(page);
                })
                : Interceptor.pass());

        Run run = fixture.sync();

        assertThat(run.counts().quarantined()).isEqualTo(1);
        assertThat(run.expired()).isZero();
        assertThat(fixture.one("select count(*) from active_job where id = ?", Integer.class, bad))
                .isEqualTo(1);
        assertThat(fixture.one("select count(*) from quarantine where closed_at is null", Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void quarantinedJobMissingFromAResyncIsClosed(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.database.update(
                "insert into quarantine (stream, run_id, job_id, reason, payload, quarantined_at)"
                        + " values ('jobs', ?, ?, 'because', '{}', current_timestamp)",
                fixture.run().id(),
                UUID.randomUUID());
        requestJobsResync();

        fixture.sync();

        assertThat(fixture.one("select count(*) from quarantine where closed_at is null", Integer.class))
                .isZero();
    }

    @Test
    void resyncStoppedBeforeReconcilingKeepsItsReceivedIds() throws Exception {
        start("h2");
        fixture.sync();
        List<UUID> missingIds = removeFromFeed(5);
        requestJobsResync();
        var context = fixture.context();
        AdviceWith.adviceWith(context, "sync-reconcile", advice -> advice.weaveById("sync-reconcile-loop")
                .before()
                .process(exchange -> exchange.getVariable("jobfeedAttempt", SyncAttempt.class)
                        .stop()));

        Run stopped = fixture.sync();
        assertThat(stopped.phase()).isEqualTo(RunPhase.RECONCILE);
        assertThat(seen()).isEqualTo(95);
        fixture.with("jobo.retry.time-scale", "0.001");
        Run run = fixture.sync();

        assertThat(run.id()).isEqualTo(stopped.id());
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(expired("reconciled")).containsExactlyInAnyOrderElementsOf(missingIds);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void resyncRequestedDuringAResyncIsNotRepeated(String database) throws Exception {
        start(database);
        fixture.sync();
        StreamStateRepository states = fixture.tenant().states();
        List<Boolean> stored = new ArrayList<>();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                stored.add(states.requestResync("jobs", OffsetDateTime.now()));
            }
            return Interceptor.pass();
        });
        requestJobsResync();

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);

        assertThat(stored).isNotEmpty().containsOnly(false);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    /** The request reads the state before the run is opened, and is stored after that. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void resyncRequestStoredDuringAResyncEndsWithIt(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                fixture.database.update("update sync_state set resync_requested_at = current_timestamp");
            }
            return Interceptor.pass();
        });
        requestJobsResync();

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);

        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);
    }

    @Test
    void resyncRequestedDuringAnotherRunIsTheNextRun() throws Exception {
        start("h2");
        fixture.sync();
        StreamStateRepository states = fixture.tenant().states();
        fixture.sandbox.data().createJobs(1);
        fixture.sandbox.intercept(request -> {
            if (request.endpoint() == Endpoint.JOBS_FEED) {
                assertThat(states.requestResync("jobs", OffsetDateTime.now())).isTrue();
            }
            return Interceptor.pass();
        });

        assertThat(fixture.sync().mode()).isEqualTo(RunMode.INCREMENTAL);

        fixture.sandbox.intercept(null);
        assertThat(fixture.sync().mode()).isEqualTo(RunMode.RESYNC);
    }

    /** Removes jobs from the feed without listing them as expired. */
    private List<UUID> removeFromFeed(int count) {
        List<UUID> missingIds = fixture.sandbox.data().activeIds().limit(count).toList();
        int remainingJobs = fixture.sandbox.data().activeCount() - count;
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.JOBS_FEED
                ? rewriteWithout(missingIds, remainingJobs)
                : Interceptor.pass());
        return missingIds;
    }

    private static Interceptor.Verdict rewriteWithout(List<UUID> missingIds, int announced) {
        return Interceptor.rewrite(body -> {
            ObjectNode page = page(body);
            if (page.has("jobs")) {
                ArrayNode remainingJobs = page.arrayNode();
                page.get("jobs").forEach(job -> {
                    if (!missingIds.contains(UUID.fromString(job.get("id").textValue()))) {
                        remainingJobs.add(job);
                    }
                });
                page.set("jobs", remainingJobs);
                if (page.has("estimated_total")) {
                    page.put("estimated_total", announced);
                }
            }
            return text(page);
        });
    }

    private void requestJobsResync() throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
    }

    private void makeSweepTooOld() {
        fixture.database.update(
                "update sync_state set last_sweep_started_at = ? where stream = 'jobs'",
                OffsetDateTime.now().minusDays(8));
    }

    private List<UUID> expired(String reason) {
        return fixture.database.queryForList("select id from job where expired_reason = ?", UUID.class, reason);
    }

    private List<UUID> pending() {
        return fixture.database.queryForList("select job_id from pending_expiry", UUID.class);
    }

    /** Returns the number of rows that the open run has received. */
    private long seen() {
        return fixture.one(
                "select count(*) from resync_received where run_id = (select open_run_id from sync_state where stream = 'jobs')",
                Long.class);
    }

    private static ObjectNode page(byte[] body) {
        return (ObjectNode) SyncFixture.parse(new String(body, StandardCharsets.UTF_8));
    }

    private static byte[] text(JsonNode page) {
        return page.toString().getBytes(StandardCharsets.UTF_8);
    }
}
