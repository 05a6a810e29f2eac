package dev.jobfeed.sync;

import dev.jobfeed.company.CompanyReference;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.feed.InvalidRecord;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.CompanyRepository;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.persistence.UuidArray;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.math.BigDecimal;
import java.math.RoundingMode;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Provides the steps of the feed loop to routes: bean {@code jobfeedFeedSync}. */
public final class FeedSync {

    /** Rows that an estimate requests, and may be charged for. */
    public static final int ESTIMATE_ROWS = 1;

    private static final Logger LOG = LoggerFactory.getLogger(FeedSync.class);

    /** How many cursor resets a run may have before its attempts fail. */
    private static final int MAX_CURSOR_RESETS = 5;

    /** From this number of rows on, a page without a usable row is an error. */
    private static final int MIN_ROWS_TO_JUDGE = 20;

    private final TenantRegistry tenants;
    private final SyncCoordinator coordinator;

    public FeedSync(TenantRegistry tenants, SyncCoordinator coordinator) {
        this.tenants = tenants;
        this.coordinator = coordinator;
    }

    /**
     * Returns the body of a request to the feed.
     *
     * @param cursor null for the first page
     */
    public String request(SyncAttempt attempt, String cursor) {
        return FeedRequestBuilder.of(attempt.source(), attempt.tenant().settings())
                .request(attempt.run().windowFrom(), cursor);
    }

    /** Returns the path of a stream's endpoint. */
    public String path(String stream) {
        return FeedDefinition.of(stream).path();
    }

    /**
     * Returns the body of a request for one row, whose response also carries the estimated total.
     *
     * @param tenant null for the default tenant
     */
    public String estimateRequest(String tenant, String stream) {
        Tenant target = tenants.get(tenant);
        StreamState state = target.runs().state(stream);
        return FeedRequestBuilder.of(FeedDefinition.of(stream), target.settings())
                .withBatchSize(ESTIMATE_ROWS)
                .request(coordinator.plan(target, state).windowFrom(), null);
    }

    /**
     * Estimates the rows and the cost of the next attempt.
     *
     * @param tenant null for the default tenant
     * @param deducted credits charged for the one row of {@code page}; null if none
     */
    public CostEstimate estimate(String tenant, String stream, FeedPage page, BigDecimal deducted) {
        Tenant target = tenants.get(tenant);
        RunRepository runs = target.runs();
        StreamState state = runs.state(stream);
        RunMode mode = coordinator.plan(target, state).mode();
        Long rows = page.estimatedTotal().isPresent()
                ? Long.valueOf(page.estimatedTotal().getAsLong())
                : runs.lastReceived(stream, mode).orElse(null);
        if (state.openRunId() != null && rows != null) {
            rows = Math.max(0, rows - runs.run(state.openRunId()).counts().received());
        }
        Optional<BigDecimal> observed = page.received() > 0
                ? Optional.of(Objects.requireNonNullElse(deducted, BigDecimal.ZERO)
                        .divide(BigDecimal.valueOf(page.received()), 6, RoundingMode.HALF_UP))
                : runs.lastPrice(stream);
        FeedDefinition source = FeedDefinition.of(stream);
        return new CostEstimate(
                stream, mode, rows, Price.of(source, observed), source.batchSize(target.settings()), deducted);
    }

    /**
     * Checks a page before it is stored.
     *
     * @throws AttemptFailedException if the server ignored the window or delivered no usable row
     */
    public void validate(SyncAttempt attempt, FeedPage page) {
        Run run = attempt.run();
        if (isWindowIgnored(attempt, page)) {
            throw new AttemptFailedException(
                    "window-ignored",
                    "The feed was asked for what came since " + run.windowFrom()
                            + ", and its first page is full of far older rows: the server ignores the window. Nothing"
                            + " was stored, so that the whole feed is not bought by accident.",
                    attempt.source() == FeedDefinition.JOBS
                            ? "Check jobo.jobs.watermark-parameter."
                            : "Tell Jobo; "
                                    + attempt.tenant()
                                            .command(
                                                    "resync " + attempt.source().property())
                                    + " reads the whole feed.");
        }
        checkUsable(page, "The API may have changed; look for a newer version of this bundle.");
    }

    private static void checkUsable(FeedPage page, String remedy) {
        if (page.received() >= MIN_ROWS_TO_JUDGE && page.rows().isEmpty()) {
            throw new AttemptFailedException(
                    "page-unusable",
                    "None of the " + page.received() + " rows of a page can be stored; the first one: "
                            + page.rejected().get(0).reason() + ".",
                    remedy + " Nothing was stored.");
        }
    }

    /**
     * Returns whether the server ignored the window. Servers overlap as well, and a few rows may all be old, so only a
     * full page with a successor counts.
     */
    private static boolean isWindowIgnored(SyncAttempt attempt, FeedPage page) {
        Run run = attempt.run();
        JobfeedProperties settings = attempt.tenant().settings();
        if (run.mode() != RunMode.INCREMENTAL
                || run.nextCursor() != null
                || !page.next().hasNext()
                || page.rows().isEmpty()
                || page.received() < attempt.source().batchSize(settings)) {
            return false;
        }
        OffsetDateTime tolerated = run.windowFrom().minus(settings.overlap());
        return page.rows().stream()
                .allMatch(row ->
                        row.newestTime().map(time -> time.isBefore(tolerated)).orElse(false));
    }

    /** Returns whether the cursor of the next page is one that the run has used before. */
    static boolean leadsBack(SyncAttempt attempt, FeedPage page) {
        return attempt.cursors().contains(page.next().cursor());
    }

    /**
     * Describes a run whose pagination has led back to a cursor that it has used; no request can continue such a run.
     */
    static AttemptFailedException stuck(SyncAttempt attempt) {
        Run run = attempt.run();
        return new AttemptFailedException(
                "cursor-stuck",
                "Run " + run.id() + " was answered with a cursor that it has used before, so it would never end. Its "
                        + run.pages() + " pages are stored, and no further page is requested.",
                "Close the run with " + abandonCommand(attempt)
                        + "; the next attempt starts another. Or read the whole feed with "
                        + attempt.tenant().command("resync " + attempt.source().property())
                        + ". If this happens again, contact Jobo.");
    }

    private static String abandonCommand(SyncAttempt attempt) {
        return attempt.tenant().command("abandon " + attempt.source().property());
    }

    /** Returns the changes of a page compared with the stored rows, found with one query. */
    public List<RecordChange> diff(SyncAttempt attempt, FeedPage page) {
        List<FeedRecord> delivered = page.rows();
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        if (attempt.refused().isPresent()) {
            rows.checkAtOnce();
        }
        List<RecordChange> changes = delivered.isEmpty() ? List.of() : rows.changes(delivered);
        attempt.changes(changes, coordinator.now());
        return changes;
    }

    /** Writes a chunk of a page's changes. */
    public void upsert(SyncAttempt attempt, List<RecordChange> changes) {
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        attempt.refused()
                .ifPresentOrElse(refused -> refused.write(changes), () -> rows.write(changes, attempt.changedAt()));
    }

    /** Prepares the current page to be stored again without the rows that the database rejects; returns the page. */
    public FeedPage withoutRefused(SyncAttempt attempt, FeedPage page) {
        Tenant tenant = attempt.tenant();
        RecordRepository rows = tenant.rows().get(attempt.source());
        attempt.storeWithout(new RejectedRecordFinder<>(
                tenant.transaction().getTransactionManager(), changes -> rows.write(changes, attempt.changedAt())));
        return page;
    }

    /** Returns the page as it is stored: rows that the database rejected are among the invalid records. */
    private static FeedPage stored(SyncAttempt attempt, FeedPage received) {
        return attempt.refused()
                .map(refused -> {
                    Map<UUID, String> reasons = new HashMap<>();
                    refused.reasons()
                            .forEach(
                                    (change, reason) -> reasons.put(change.row().id(), reason));
                    return received.without(reasons);
                })
                .orElse(received);
    }

    /**
     * Enqueues the companies of a page in the order of their ids, because two feeds that name the same companies would
     * otherwise deadlock.
     */
    private static void enqueueCompanies(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        if (tenant.settings().flag("jobfeed.companies.enabled")) {
            Map<UUID, CompanyRepository.Candidate> candidates = new TreeMap<>();
            attempt.changes().stream()
                    .filter(change -> change.action() != RecordChange.Action.REACTIVATE)
                    .flatMap(change -> CompanyReference.row(attempt.source(), change.row()).stream())
                    .forEach(company -> candidates.putIfAbsent(company.id(), company));
            tenant.companies()
                    .enqueue(
                            candidates.values(),
                            attempt.changedAt(),
                            tenant.settings().duration("jobo.companies.refresh-after"));
        }
    }

    /**
     * Stores change events, companies to fetch, quarantined rows, counters, cursor and phase, with the fence as the
     * last statement. Runs in the page's transaction.
     *
     * @throws AttemptFailedException if the database rejected every row of a page that is not small
     */
    public void checkpoint(SyncAttempt attempt, FeedPage received) {
        FeedPage page = stored(attempt, received);
        checkUsable(page, "Change the constraint, trigger or limit that refuses them.");
        attempt.refused()
                .ifPresent(refused -> attempt.changes(
                        attempt.changes().stream()
                                .filter(change -> !refused.reasons().containsKey(change))
                                .toList(),
                        attempt.changedAt()));
        RunRepository runs = attempt.tenant().runs();
        Run run = attempt.run();
        OffsetDateTime at = attempt.changedAt();
        if (attempt.source() == FeedDefinition.JOBS) {
            attempt.tenant().outbox().append(run.id(), attempt.changes(), at);
        }
        enqueueCompanies(attempt);
        List<UUID> stored = page.rows().stream().map(FeedRecord::id).toList();
        List<UUID> delivered = Stream.concat(
                        stored.stream(),
                        page.rejected().stream().map(InvalidRecord::id).filter(Objects::nonNull))
                .toList();
        boolean reconciles = run.mode() == RunMode.RESYNC && attempt.source().isExpiring();
        if (!delivered.isEmpty()) {
            SyncCoordinator.resolveIssues(attempt, stored, delivered, at);
            if (attempt.source().isExpiring()) {
                attempt.tenant()
                        .deliveries()
                        .add(
                                run.id(),
                                attempt.pageRequestedAt(),
                                attempt.stateBefore().setBackFrom(),
                                new UuidArray(delivered));
            }
        }
        if (!page.rejected().isEmpty()) {
            runs.quarantine(run.stream(), run.id(), page.rejected(), at);
            // no later page can resolve an invalid row without an id
            if (delivered.size() > stored.size()) {
                attempt.markOpenIssues();
            }
        }
        RunPhase phase = page.next().hasNext() ? RunPhase.FEED : reconciles ? RunPhase.RECONCILE : RunPhase.COMMIT;
        RecordCounts counts = RecordCounts.of(page, attempt.changes());
        FeedProgress scan = run.scan().plus(counts);
        checkSize(attempt, scan);
        String cursor =
                page.next().hasNext() && !leadsBack(attempt, page) ? page.next().cursor() : null;
        attempt.checkpoint(runs.checkpoint(run.id(), page, cursor, counts, scan, phase, attempt.toSave()));
        if (cursor != null) {
            runs.addCursor(run.id(), cursor);
        }
        SyncCoordinator.fence(attempt);
    }

    /**
     * Updates attempt and metrics after the page's commit.
     *
     * @throws AttemptFailedException if the page's cursor is one that the run has used, or after too many empty pages
     *     in a row; the next attempt continues after those
     */
    public void pageCommitted(SyncAttempt attempt, FeedPage received) {
        FeedPage page = stored(attempt, received);
        RecordCounts counts = RecordCounts.of(page, attempt.changes());
        attempt.committed(page);
        coordinator.pageCommitted(attempt);
        count(attempt.tenant().meters(), attempt.stream(), counts);
        Run run = attempt.run();
        LOG.debug("run {}: page {} committed, {} rows", run.id(), run.pages(), page.received());
        if (page.next().hasNext()) {
            if (!attempt.cursors().add(page.next().cursor())) {
                throw stuck(attempt);
            }
            checkProgress(attempt);
        }
    }

    private static void checkProgress(SyncAttempt attempt) {
        Run run = attempt.run();
        if (run.scan().isEmptyForTooLong()) {
            throw new AttemptFailedException(
                    "empty-pages",
                    "The feed of run " + run.id() + " delivered " + run.scan().emptyPages()
                            + " empty pages in a row and has more.",
                    "The next attempt continues behind them. If this lasts, tell Jobo; " + abandonCommand(attempt)
                            + " closes the run.");
        }
    }

    /**
     * Returns the number of rows in the feed of the attempt's run, as estimated or, without an estimate, as stored.
     */
    static long expectedRows(SyncAttempt attempt) {
        Long estimated = attempt.run().estimatedTotal();
        return estimated == null ? attempt.storedRows() : estimated;
    }

    /**
     * Raises an alert if the feed goes far beyond its size without new rows. An earlier cost confirmation is void from
     * then on.
     */
    private static void checkSize(SyncAttempt attempt, FeedProgress scan) {
        Run run = attempt.run();
        if (!attempt.isBeyondEstimate() && scan.isFarBeyond(() -> expectedRows(attempt))) {
            attempt.markBeyondEstimate(true);
            long expected = expectedRows(attempt);
            String message = "Run " + run.id() + " has received " + scan.received() + " rows where "
                    + (run.estimatedTotal() == null
                            ? expected + " are stored"
                            : "about " + expected + " were estimated")
                    + "; the last " + scan.repeated() + " brought nothing new.";
            LOG.warn("{}", message);
            attempt.tenant()
                    .alerts()
                    .raise(
                            run.stream(),
                            "feed-repeats",
                            message,
                            "The attempt continues, within jobo.credits.confirm-above and"
                                    + " jobo.credits.max-per-attempt. If this lasts, tell Jobo; stop the attempt, then "
                                    + abandonCommand(attempt) + " closes the run.");
        }
    }

    private static void count(MetricsRecorder meters, String stream, RecordCounts counts) {
        meters.add(JobfeedMetric.PAGES, 1, stream);
        meters.add(JobfeedMetric.ROWS, counts.inserted(), stream, "inserted");
        meters.add(JobfeedMetric.ROWS, counts.updated(), stream, "updated");
        meters.add(JobfeedMetric.ROWS, counts.unchanged(), stream, "unchanged");
        meters.add(JobfeedMetric.ROWS, counts.reactivated(), stream, "reactivated");
        meters.add(JobfeedMetric.ROWS, counts.duplicates(), stream, "duplicate");
        meters.add(JobfeedMetric.ROWS, counts.quarantined(), stream, "quarantined");
    }

    /**
     * Restarts the pagination of the run, because its cursor has expired. After too many resets the restart is left to
     * the next attempt, so that each later attempt reads the feed at most once from its beginning.
     *
     * @throws AttemptFailedException after too many resets
     */
    public void restart(SyncAttempt attempt) {
        RunRepository runs = attempt.tenant().runs();
        Run run = attempt.run();
        attempt.tenant().transaction().executeWithoutResult(status -> {
            runs.restart(run.id(), attempt.toSave());
            attempt.tenant()
                    .alerts()
                    .raise(
                            run.stream(),
                            "cursor-lost",
                            "The feed lost the cursor of run " + run.id() + " after " + run.pages()
                                    + " pages; it is read from"
                                    + " the beginning. Spent so far: "
                                    + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits.",
                            "Nothing, unless it happens often; then tell Jobo.");
            SyncCoordinator.fence(attempt);
        });
        attempt.saved();
        attempt.refreshRun(runs.run(run.id()));
        attempt.cursors().clear();
        LOG.warn("run {}: the cursor was lost after {} pages; reading from the beginning", run.id(), run.pages());
        if (attempt.run().cursorResets() > MAX_CURSOR_RESETS) {
            throw new AttemptFailedException(
                    "cursor-restarts",
                    "The feed lost its cursor more than " + MAX_CURSOR_RESETS + " times in run " + run.id()
                            + ", which has"
                            + " received " + run.counts().received() + " rows for "
                            + attempt.run().creditsSpent().stripTrailingZeros().toPlainString()
                            + " credits so far.",
                    "The next attempt reads the feed from its beginning. If this lasts, tell Jobo; "
                            + abandonCommand(attempt) + " closes the run.");
        }
    }
}
