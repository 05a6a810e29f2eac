package dev.jobfeed.sync;

import dev.jobfeed.company.CompanyReference;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.InvalidRecord;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.DeliveryRepository;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.RecordBatch;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.ResyncRepository;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.quarantine.QuarantineService;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.UUID;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.transaction.support.TransactionTemplate;

/** Provides the steps of the feed loop to routes: bean {@code jobfeedFeedSync}. */
public final class FeedSync {

    private static final Logger LOG = LoggerFactory.getLogger(FeedSync.class);

    /** How many cursor resets a run may have before its attempts fail. */
    private static final int MAX_CURSOR_RESETS = 5;

    private static final String NEWER_VERSION = "The API may have changed; look for a newer version of this bundle.";

    /** From this number of rows on, a page without a usable row is an error. */
    private static final int MIN_ROWS_TO_JUDGE = 20;

    private final SyncCoordinator coordinator;

    public FeedSync(SyncCoordinator coordinator) {
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

    /**
     * Checks a page before it is stored.
     *
     * @throws AttemptFailedException if the server ignored the window or delivered no usable row
     */
    public void validate(SyncAttempt attempt, FeedPage page) {
        Run run = attempt.run();
        if (isWindowIgnored(attempt, page)) {
            throw new AttemptFailedException(
                    AlertCondition.WINDOW_IGNORED,
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
        checkUsable(page, NEWER_VERSION);
    }

    private static void checkUsable(FeedPage page, String remedy) {
        if (page.received() >= MIN_ROWS_TO_JUDGE && page.isUnusable()) {
            throw new AttemptFailedException(
                    AlertCondition.PAGE_UNUSABLE,
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
        OffsetDateTime tolerated = run.windowFrom().minus(settings.sync().overlap());
        return page.rows().stream()
                .allMatch(row ->
                        row.newestTime().map(time -> time.isBefore(tolerated)).orElse(false));
    }

    /**
     * Describes a run whose pagination has led back to a cursor that it has used; no request can continue such a run.
     */
    static AttemptFailedException stuck(SyncAttempt attempt) {
        Run run = attempt.run();
        return new AttemptFailedException(
                AlertCondition.CURSOR_STUCK,
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

    /**
     * Compares a page with the stored rows, with one query, and returns what it changes.
     *
     * @throws AttemptFailedException if rows had to be parsed for that and none of the page can be stored
     */
    public PageChanges diff(SyncAttempt attempt, FeedPage received) throws IOException {
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        Run run = attempt.run();
        OffsetDateTime at = coordinator.now();
        RecordRepository.Comparison comparison = rows.compare(received);
        FeedPage page = comparison.page();
        List<RecordChange> changes = comparison.changes();
        checkUsable(page, NEWER_VERSION);
        RecordCounts counts = RecordCounts.of(page, changes);
        boolean expires = attempt.source().isExpiring();
        boolean reconciles = run.mode() == RunMode.RESYNC && expires;
        List<UUID> stored = page.ids();
        List<UUID> delivered = Stream.concat(
                        stored.stream(),
                        page.rejected().stream().map(InvalidRecord::id).filter(Objects::nonNull))
                .toList();
        boolean resolves = attempt.hasOpenIssues() && !delivered.isEmpty();
        return new PageChanges(
                page,
                run,
                changes,
                at,
                counts,
                run.scan().plus(counts),
                attempt.unsavedUsage(),
                page.next().hasNext() && !attempt.pagination().leadsBack(page)
                        ? page.next().cursor()
                        : null,
                page.next().hasNext() ? RunPhase.FEED : reconciles ? RunPhase.RECONCILE : RunPhase.COMMIT,
                rows.batches(changes, at),
                attempt.source() == FeedDefinition.JOBS
                        ? attempt.tenant().outbox().changed(run.id(), changes, at)
                        : List.of(),
                companies(attempt, changes, at),
                resolves ? List.of(QuarantineService.resolved(run.stream(), stored, at)) : List.of(),
                resolves && expires ? List.of(ResyncRepository.decided(delivered)) : List.of(),
                expires && !delivered.isEmpty()
                        ? List.of(DeliveryRepository.delivery(
                                run.id(),
                                attempt.clock().alignedAt(attempt.progress().pageRequestedNanos()),
                                attempt.stateBefore().setBackFrom(),
                                delivered))
                        : List.of());
    }

    /**
     * Returns the companies of a page in the order of their ids, because two feeds that name the same companies would
     * otherwise deadlock.
     */
    private static List<SqlParameterSource> companies(
            SyncAttempt attempt, List<RecordChange> changes, OffsetDateTime at) {
        JobfeedProperties settings = attempt.tenant().settings();
        if (!settings.flag("jobfeed.companies.enabled")) {
            return List.of();
        }
        Map<UUID, CompanyReference> candidates = new TreeMap<>();
        changes.stream()
                .filter(change -> change.action().isOfContent())
                .flatMap(change -> CompanyReference.of(attempt.source(), change.row()).stream())
                .forEach(company -> candidates.putIfAbsent(company.id(), company));
        return CompanyReference.due(candidates.values(), at, settings.duration("jobo.companies.refresh-after"));
    }

    /** Compares the rows of a batch again, because some of them changed in between, and writes what they change now. */
    public void writeAgain(SyncAttempt attempt, RecordBatch batch) {
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        rows.write(rows.changes(batch.changes().stream().map(RecordChange::row).toList()), batch.at());
    }

    /**
     * Finds the rows of a page that the database rejects, by writing them in a transaction that is rolled back.
     *
     * @return the page with these rows among the invalid ones
     * @throws AttemptFailedException if the database rejects every row of a page that is not small
     */
    public FeedPage withoutRefused(SyncAttempt attempt, FeedPage received) throws IOException {
        FeedPage page =
                FeedResponseParser.parse(received, row -> true, attempt.source().shape());
        TransactionTemplate transaction = attempt.tenant().transaction();
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        RejectedRecordFinder<RecordChange> rejected = new RejectedRecordFinder<>(
                transaction.getTransactionManager(), changes -> rows.write(changes, coordinator.now()));
        transaction.executeWithoutResult(status -> {
            attempt.tenant().sql().checkAtOnce();
            rejected.write(rows.changes(page.rows()));
            status.setRollbackOnly();
        });
        Map<UUID, String> reasons = new HashMap<>();
        rejected.reasons().forEach((change, reason) -> reasons.put(change.row().id(), reason));
        FeedPage accepted = page.without(reasons);
        checkUsable(accepted, "Change the constraint, trigger or limit that refuses them.");
        return accepted;
    }

    /** Returns the run with the page, which is read in the page's transaction. */
    public Run run(SyncAttempt attempt) {
        return attempt.tenant().runs().run(attempt.run().id());
    }

    /**
     * Updates attempt and metrics after the page's commit.
     *
     * @param stored the run with the page
     * @throws AttemptFailedException if the page's cursor is one that the run has used, or after too many empty pages
     *     in a row; the next attempt continues after those
     */
    public void pageCommitted(SyncAttempt attempt, PageChanges changes, Run stored) {
        FeedPage page = changes.page();
        if (changes.opensIssues()) {
            attempt.markOpenIssues();
        }
        attempt.saved(changes.usage(), stored);
        attempt.progress().committed(changes.counts());
        CreditPolicy.afterPage(attempt);
        count(attempt.tenant().meters(), attempt.stream(), changes.counts());
        Run run = attempt.run();
        LOG.debug("run {}: page {} committed, {} rows", run.id(), run.pages(), page.received());
        if (page.next().hasNext()) {
            if (!attempt.pagination().advance(page)) {
                throw stuck(attempt);
            }
            checkProgress(attempt);
        }
    }

    private static void checkProgress(SyncAttempt attempt) {
        Run run = attempt.run();
        if (run.scan().isEmptyForTooLong()) {
            throw new AttemptFailedException(
                    AlertCondition.EMPTY_PAGES,
                    "The feed of run " + run.id() + " delivered " + run.scan().emptyPages()
                            + " empty pages in a row and has more.",
                    "The next attempt continues behind them. If this lasts, tell Jobo; " + abandonCommand(attempt)
                            + " closes the run.");
        }
    }

    /**
     * Raises an alert if the feed goes far beyond its size without new rows. An earlier cost confirmation is void from
     * then on. Runs in the page's transaction, so that the alert is stored with the page.
     */
    public void checkSize(SyncAttempt attempt, PageChanges changes) {
        Run run = attempt.run();
        FeedProgress scan = changes.progress();
        if (attempt.pagination().checkSize(run, scan)) {
            long expected = attempt.pagination().expectedRows(run);
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
                            AlertCondition.FEED_REPEATS,
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
        RequestUsage usage = attempt.unsavedUsage();
        attempt.tenant().transaction().executeWithoutResult(status -> {
            runs.restart(run.id(), usage);
            attempt.tenant()
                    .alerts()
                    .raise(
                            run.stream(),
                            AlertCondition.CURSOR_LOST,
                            "The feed lost the cursor of run " + run.id() + " after " + run.pages()
                                    + " pages; it is read from"
                                    + " the beginning. Spent so far: "
                                    + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits.",
                            "Nothing, unless it happens often; then tell Jobo.");
            attempt.lease().fence();
        });
        attempt.saved(usage, run);
        attempt.refreshRun(runs.run(run.id()));
        attempt.pagination().restart();
        LOG.warn("run {}: the cursor was lost after {} pages; reading from the beginning", run.id(), run.pages());
        if (attempt.run().cursorResets() > MAX_CURSOR_RESETS) {
            throw new AttemptFailedException(
                    AlertCondition.CURSOR_RESTARTS,
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
