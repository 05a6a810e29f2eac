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

/** The steps of the loop over a feed that routes call: bean {@code jobfeedFeedSync}. */
public final class FeedSync {

    /** How many rows an estimate asks for, and may be charged for. */
    public static final int ESTIMATE_ROWS = 1;

    private static final Logger LOG = LoggerFactory.getLogger(FeedSync.class);

    /** How often the cursor of one run may be lost. */
    private static final int MOST_RESTARTS = 5;

    /** A page of at least so many rows of which none is usable is no page but a fault. */
    private static final int SUSPICIOUS = 20;

    private final TenantRegistry tenants;
    private final SyncCoordinator attempts;

    public FeedSync(TenantRegistry tenants, SyncCoordinator attempts) {
        this.tenants = tenants;
        this.attempts = attempts;
    }

    /**
     * The body of a request to the feed.
     *
     * @param cursor null for the first page
     */
    public String request(SyncAttempt attempt, String cursor) {
        return FeedRequestBuilder.of(attempt.source(), attempt.tenant().settings())
                .request(attempt.run().windowFrom(), cursor);
    }

    /** The path of a stream's endpoint. */
    public String path(String stream) {
        return FeedDefinition.of(stream).path();
    }

    /**
     * The body of a request that brings one row, and with it how many there are.
     *
     * @param tenant null for the default tenant
     */
    public String estimateRequest(String tenant, String stream) {
        Tenant asking = tenants.get(tenant);
        StreamState state = asking.runs().state(stream);
        return FeedRequestBuilder.of(FeedDefinition.of(stream), asking.settings())
                .withBatchSize(ESTIMATE_ROWS)
                .request(attempts.plan(asking, state).windowFrom(), null);
    }

    /**
     * What the next attempt would bring and cost.
     *
     * @param tenant null for the default tenant
     * @param deducted what the one row of {@code page} cost; null when nothing was charged
     */
    public CostEstimate estimate(String tenant, String stream, FeedPage page, BigDecimal deducted) {
        Tenant asking = tenants.get(tenant);
        RunRepository runs = asking.runs();
        StreamState state = runs.state(stream);
        RunMode mode = attempts.plan(asking, state).mode();
        Long rows = page.estimatedTotal().isPresent()
                ? Long.valueOf(page.estimatedTotal().getAsLong())
                : runs.lastReceived(stream, mode).orElse(null);
        if (state.openRunId() != null && rows != null) {
            rows = Math.max(0, rows - runs.run(state.openRunId()).counts().received());
        }
        Optional<BigDecimal> seen = page.received() > 0
                ? Optional.of(Objects.requireNonNullElse(deducted, BigDecimal.ZERO)
                        .divide(BigDecimal.valueOf(page.received()), 6, RoundingMode.HALF_UP))
                : runs.lastPrice(stream);
        FeedDefinition source = FeedDefinition.of(stream);
        return new CostEstimate(
                stream, mode, rows, Price.of(source, seen), source.batchSize(asking.settings()), deducted);
    }

    /**
     * Looks at a page before it is stored.
     *
     * @throws AttemptFailedException when the server ignored the window, or sent nothing usable
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
        if (page.received() >= SUSPICIOUS && page.rows().isEmpty()) {
            throw new AttemptFailedException(
                    "page-unusable",
                    "None of the " + page.received() + " rows of a page can be stored; the first one: "
                            + page.rejected().get(0).reason() + ".",
                    remedy + " Nothing was stored.");
        }
    }

    /** Servers overlap, too, and what little there is may be old: only a full page, with more behind it, tells. */
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

    /** Returns whether the page behind this one would be one that the run has received before. */
    static boolean leadsBack(SyncAttempt attempt, FeedPage page) {
        return attempt.cursors().contains(page.next().cursor());
    }

    /** Describes a run whose pagination has led back to a cursor that it has used; no request can continue it. */
    static AttemptFailedException stuck(SyncAttempt attempt) {
        Run run = attempt.run();
        return new AttemptFailedException(
                "cursor-stuck",
                "Run " + run.id() + " was answered with a cursor that it has used before, so it would never end. Its "
                        + run.pages() + " pages are stored, and no further page is requested.",
                "Close the run with " + abandon(attempt)
                        + "; the next attempt starts another. Or read the whole feed with "
                        + attempt.tenant().command("resync " + attempt.source().property())
                        + ". If this happens again, contact Jobo.");
    }

    private static String abandon(SyncAttempt attempt) {
        return attempt.tenant().command("abandon " + attempt.source().property());
    }

    /** What the page changes in the store, found with one look-up. */
    public List<RecordChange> diff(SyncAttempt attempt, FeedPage page) {
        List<FeedRecord> delivered = page.rows();
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        if (attempt.refused().isPresent()) {
            rows.checkAtOnce();
        }
        List<RecordChange> changes = delivered.isEmpty() ? List.of() : rows.changes(delivered);
        attempt.changes(changes, attempts.now());
        return changes;
    }

    /** Writes some of a page's changes. */
    public void upsert(SyncAttempt attempt, List<RecordChange> changes) {
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        attempt.refused()
                .ifPresentOrElse(refused -> refused.write(changes), () -> rows.write(changes, attempt.changedAt()));
    }

    /** Lets the page at hand be stored again, without the rows that the database refuses; returns it. */
    public FeedPage withoutRefused(SyncAttempt attempt, FeedPage page) {
        Tenant tenant = attempt.tenant();
        RecordRepository rows = tenant.rows().get(attempt.source());
        attempt.storeWithout(new RejectedRecordFinder<>(
                tenant.transaction().getTransactionManager(), changes -> rows.write(changes, attempt.changedAt())));
        return page;
    }

    /** The page as it is stored: what the database refused is among the rejected rows. */
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

    /** In the order of their ids over the whole page: two feeds that name the same companies would else deadlock. */
    private static void enqueueCompanies(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        if (tenant.settings().flag("jobfeed.companies.enabled")) {
            Map<UUID, CompanyRepository.Candidate> wanted = new TreeMap<>();
            attempt.changes().stream()
                    .filter(change -> change.action() != RecordChange.Action.REACTIVATE)
                    .flatMap(change -> CompanyReference.row(attempt.source(), change.row()).stream())
                    .forEach(company -> wanted.putIfAbsent(company.id(), company));
            tenant.companies()
                    .enqueue(
                            wanted.values(),
                            attempt.changedAt(),
                            tenant.settings().duration("jobo.companies.refresh-after"));
        }
    }

    /**
     * Change events, wanted companies, bad rows, counters, cursor and phase, and as the last statement the fence; in the
     * page's transaction.
     *
     * @throws AttemptFailedException when the database refused every row of a page that is no small one
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
            // a bad row without an id is one that no page answers
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
     * The page is in the database.
     *
     * @throws AttemptFailedException when its cursor is one that the run has used, or after too many empty pages in a row, behind
     *     which the next attempt continues
     */
    public void pageCommitted(SyncAttempt attempt, FeedPage received) {
        FeedPage page = stored(attempt, received);
        RecordCounts counts = RecordCounts.of(page, attempt.changes());
        attempt.committed(page);
        attempts.pageCommitted(attempt);
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
                    "The next attempt continues behind them. If this lasts, tell Jobo; " + abandon(attempt)
                            + " closes the run.");
        }
    }

    /** Returns how many rows the feed of an attempt's run has, as estimated or as stored. */
    static long expectedRows(SyncAttempt attempt) {
        Long estimated = attempt.run().estimatedTotal();
        return estimated == null ? attempt.storedRows() : estimated;
    }

    /** Raises an alert when the feed goes far beyond its size without anything new; from then on agreed costs are not. */
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
                                    + abandon(attempt) + " closes the run.");
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
     * Begins the pagination of the run again, because its cursor has expired. When that has happened too often, the next
     * attempt begins it: each later attempt on the run reads the feed once from its beginning.
     *
     * @throws AttemptFailedException when that has happened too often
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
        if (attempt.run().cursorResets() > MOST_RESTARTS) {
            throw new AttemptFailedException(
                    "cursor-restarts",
                    "The feed lost its cursor more than " + MOST_RESTARTS + " times in run " + run.id() + ", which has"
                            + " received " + run.counts().received() + " rows for "
                            + attempt.run().creditsSpent().stripTrailingZeros().toPlainString()
                            + " credits so far.",
                    "The next attempt reads the feed from its beginning. If this lasts, tell Jobo; " + abandon(attempt)
                            + " closes the run.");
        }
    }
}
