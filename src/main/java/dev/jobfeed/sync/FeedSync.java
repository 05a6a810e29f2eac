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
import dev.jobfeed.persistence.DeliveredPageRepository;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.RecordBatch;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordCounts;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.tenant.TenantScoped;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
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
        PageValidator.checkUsable(page);
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
                resolves && expires ? List.of(ReconcileRepository.decided(delivered)) : List.of(),
                expires && !delivered.isEmpty()
                        ? List.of(DeliveredPageRepository.delivery(
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
    public void writeAgain(TenantScoped work, RecordBatch batch) {
        RecordRepository rows = work.tenant().rows().get(batch.source());
        rows.write(rows.changes(batch.changes().stream().map(RecordChange::row).toList()), batch.at());
    }

    /**
     * Finds the rows of a page that the database rejects, by writing them in a transaction that is rolled back. Unchanged
     * rows are not written, nor their hashes, because a constraint that is newer than a row may reject every update of it.
     *
     * @return the page with the rejected rows among the invalid ones
     * @throws AttemptFailedException if the database rejects every row of a page that is not small
     */
    public FeedPage withoutRefused(SyncAttempt attempt, FeedPage received) throws IOException {
        FeedPage page =
                FeedResponseParser.parse(received, row -> true, attempt.source().shape());
        TransactionTemplate transaction = attempt.tenant().transaction();
        RecordRepository rows = attempt.tenant().rows().get(attempt.source());
        RejectedRecordFinder<RecordChange> rejected = new RejectedRecordFinder<>(
                transaction.getTransactionManager(), changes -> rows.write(changes, coordinator.now()));
        Set<UUID> unchanged = new HashSet<>(page.ids());
        transaction.executeWithoutResult(status -> {
            attempt.tenant().sql().checkAtOnce();
            List<RecordChange> changes = rows.changes(page.rows()).stream()
                    .filter(change -> change.action() != RecordChange.Action.REHASH)
                    .toList();
            changes.forEach(change -> unchanged.remove(change.row().id()));
            rejected.write(changes);
            status.setRollbackOnly();
        });
        Map<UUID, String> reasons = new HashMap<>();
        rejected.reasons().forEach((change, reason) -> reasons.put(change.row().id(), reason));
        FeedPage accepted = page.without(reasons).withoutRawHashes(unchanged);
        PageValidator.checkUsable(accepted, "Change the constraint, trigger or limit that refuses them.");
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
        attempt.pagination().committed(changes.run(), changes.progress());
        CreditPolicy.afterPage(attempt);
        count(attempt.tenant().meters(), attempt.stream(), changes.counts());
        Run run = attempt.run();
        LOG.debug("run {}: page {} committed, {} rows", run.id(), run.pages(), page.received());
        if (page.next().hasNext()) {
            if (!attempt.pagination().advance(page)) {
                throw PageValidator.stuck(attempt);
            }
            PageValidator.checkProgress(attempt);
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
                            "The cursor of run " + run.id() + " expired after " + run.pages()
                                    + " pages; the feed is read from the beginning. Credits used so far: "
                                    + run.creditsSpent().stripTrailingZeros().toPlainString() + ".",
                            "None. If this happens often, contact Jobo.");
            attempt.lease().fence();
        });
        attempt.saved(usage, run);
        attempt.refreshRun(runs.run(run.id()));
        attempt.pagination().restart();
        attempt.progress().restarted();
        LOG.warn("run {}: cursor expired after {} pages, reading the feed from the beginning", run.id(), run.pages());
        if (attempt.run().cursorResets() > MAX_CURSOR_RESETS) {
            throw new AttemptFailedException(
                    AlertCondition.CURSOR_RESTARTS,
                    "The cursor expired more than " + MAX_CURSOR_RESETS + " times in run " + run.id() + ", which has"
                            + " received " + run.counts().received() + " rows for "
                            + attempt.run().creditsSpent().stripTrailingZeros().toPlainString() + " credits so far.",
                    "The next attempt reads the feed from its beginning. If this persists, contact Jobo; "
                            + PageValidator.abandonCommand(attempt) + " closes the run.");
        }
    }
}
