package dev.jobfeed.run;

import dev.jobfeed.Settings;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.JobFilters;
import dev.jobfeed.feed.Row;
import dev.jobfeed.store.RowChange;
import dev.jobfeed.store.RowStore;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.apache.camel.Exchange;
import org.quartz.CronExpression;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.transaction.support.TransactionTemplate;

/** The steps of an attempt that routes call: bean {@code jobfeedAttempts}. */
public final class Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final Settings settings;
    private final RunStore runs;
    private final RowStore rows;
    private final TransactionTemplate transaction;
    private final ScheduledExecutorService heartbeats;
    private final Clock clock;
    private final Map<String, Attempt> active = new ConcurrentHashMap<>();
    private final Map<Lease, ScheduledFuture<?>> beating = new ConcurrentHashMap<>();

    public Attempts(
            Settings settings,
            RunStore runs,
            RowStore rows,
            TransactionTemplate transaction,
            ScheduledExecutorService heartbeats,
            Clock clock) {
        this.settings = settings;
        this.runs = runs;
        this.rows = rows;
        this.transaction = transaction;
        this.heartbeats = heartbeats;
        this.clock = clock;
    }

    /** The attempt that is at work on a stream in this process. */
    public Optional<Attempt> active(String stream) {
        return Optional.ofNullable(active.get(stream));
    }

    /**
     * Whether a stream has something to do before its schedule comes round: an open run, or a run that was missed.
     *
     * @param cron the stream's Quartz schedule
     */
    public boolean isDue(String stream, String cron) throws ParseException {
        SyncState state = runs.state(stream);
        if (state.openRunId() != null || state.lastRunStartedAt() == null) {
            return true;
        }
        Date next = new CronExpression(cron)
                .getNextValidTimeAfter(Date.from(state.lastRunStartedAt().toInstant()));
        return next != null && next.toInstant().isBefore(clock.instant());
    }

    /**
     * Takes the stream's lease.
     *
     * @param maxPages null for no limit
     * @throws StreamBusyException when another attempt holds it
     */
    public Attempt begin(String stream, Integer maxPages) {
        Duration duration = settings.lease();
        String holder = ProcessHandle.current().pid() + "@" + HostName.LOCAL;
        Lease lease = runs.acquire(stream, holder, duration)
                .orElseThrow(() -> new StreamBusyException("Another attempt is at work on the stream " + stream + ": "
                        + runs.leaseHolder(stream) + ". If that process is dead, its lease runs out within "
                        + duration.toSeconds() + " s."));
        long beat = Math.max(1, duration.toMillis() / 4);
        beating.put(lease, heartbeats.scheduleWithFixedDelay(() -> beat(lease), beat, beat, TimeUnit.MILLISECONDS));
        Attempt attempt = new Attempt(lease, maxPages == null ? 0 : maxPages);
        active.put(stream, attempt);
        return attempt;
    }

    private void beat(Lease lease) {
        try {
            runs.renew(lease, settings.lease());
        } catch (LeaseLostException e) {
            active(lease.stream()).ifPresent(Attempt::stop);
        } catch (RuntimeException e) {
            LOG.warn("The lease of the stream {} was not extended: {}", lease.stream(), e.getMessage());
        }
    }

    /**
     * Opens the stream's run, or takes up the one that is open with everything it was opened with.
     *
     * @throws ForeignStoreException when the store belongs to another server or environment
     * @throws AttemptFailedException when a resync is needed
     */
    public void open(Attempt attempt) {
        transaction.executeWithoutResult(status -> {
            SyncState state = runs.state(attempt.lease().stream());
            checkOrigin(state);
            OffsetDateTime now = now();
            String fingerprint = JobFilters.of(settings).fingerprint();
            Run open = state.openRunId() == null ? null : runs.run(state.openRunId());
            RunPlan plan = RunPlan.of(state, fingerprint, now, settings.overlap());
            if (plan.mode() == RunMode.RESYNC || open != null && !open.filtersFingerprint().equals(fingerprint)) {
                throw new AttemptFailedException("The store needs a full resync, which this version cannot do yet: "
                        + (plan.reason() == null ? "the filters have changed since the open run began" : plan.reason())
                        + ". Set the filters back, or start over in an empty schema.");
            }
            if (open == null) {
                open = runs.open(state, plan.mode(), now, plan.windowFrom(), fingerprint);
            }
            runs.countAttempt(open.id());
            attempt.opened(state, runs.run(open.id()));
        });
        Run run = attempt.run();
        LOG.info(
                "run {} ({}) of {}: {}",
                run.id(),
                run.mode().name().toLowerCase(java.util.Locale.ROOT),
                run.stream(),
                run.attempts() == 1
                        ? run.windowFrom() == null ? "started" : "started, from " + run.windowFrom()
                        : "resumed after " + run.pages() + " pages, attempt " + run.attempts());
    }

    private void checkOrigin(SyncState state) {
        String baseUrl = settings.baseUrl();
        String environment = settings.apiKeyEnvironment();
        if (state.originBaseUrl() == null) {
            runs.setOrigin(state.stream(), baseUrl, environment);
        } else if (!state.originBaseUrl().equals(baseUrl) || !state.originEnvironment().equals(environment)) {
            throw new ForeignStoreException("This store was filled from " + state.originBaseUrl() + " with a key of the "
                    + state.originEnvironment() + " environment; now jobo.base-url is " + baseUrl
                    + " and the key's environment " + environment
                    + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
        }
    }

    /** The body of the next request to the feed. */
    public String request(Attempt attempt) {
        Run run = attempt.run();
        return JobFilters.of(settings).request(run.windowFrom(), run.nextCursor());
    }

    /**
     * Looks at a page before it is stored.
     *
     * @throws AttemptFailedException when the server ignored the window, or repeats a cursor
     */
    public void check(Attempt attempt, FeedPage page) {
        Run run = attempt.run();
        if (page.next().exists() && page.next().cursor().equals(run.nextCursor())) {
            throw new AttemptFailedException("The feed answered with the cursor it was asked with, so it would never"
                    + " end. The run stays open; tell Jobo if this goes on.");
        }
        if (run.mode() == RunMode.INCREMENTAL && run.nextCursor() == null && isOlderThanWindow(page, run.windowFrom())) {
            throw new AttemptFailedException("The feed was asked for what came since " + run.windowFrom()
                    + ", and its first page holds only older rows: the server ignores the window. Nothing was stored,"
                    + " so that the whole feed is not bought by accident. Check jobo.jobs.watermark-parameter.");
        }
        if (page.next().isCutShort()) {
            LOG.warn("run {}: the feed says there is more and gives no cursor; the run ends here", run.id());
        }
    }

    private static boolean isOlderThanWindow(FeedPage page, OffsetDateTime windowFrom) {
        return !page.rows().isEmpty()
                && page.rows().stream()
                        .allMatch(row -> row.newestTime()
                                .map(time -> time.isBefore(windowFrom))
                                .orElse(false));
    }

    /** What the page changes in the store, found with one look-up. */
    public List<RowChange> changes(Attempt attempt, FeedPage page) {
        List<Row> delivered = page.rows();
        List<RowChange> changes = delivered.isEmpty() ? List.of() : rows.changes(delivered);
        attempt.changes(changes);
        return changes;
    }

    /** Writes some of a page's changes. */
    public void write(List<RowChange> changes) {
        rows.write(changes, now());
    }

    /** Counters, cursor and phase, and as the last statement the fence; in the page's transaction. */
    public void checkpoint(Attempt attempt, FeedPage page) {
        Run run = attempt.run();
        if (!page.rejected().isEmpty()) {
            runs.quarantine(run, page.rejected(), now());
        }
        RunPhase phase = page.next().exists()
                ? RunPhase.FEED
                : run.mode() == RunMode.RESYNC ? RunPhase.RECONCILE : RunPhase.COMMIT;
        runs.checkpoint(run.id(), page, Counts.of(page, attempt.changes()), phase, attempt.toSave());
        runs.renew(attempt.lease(), settings.lease());
    }

    /** The page is in the database. */
    public void committed(Attempt attempt, FeedPage page) {
        attempt.committed(page, runs.run(attempt.run().id()));
        Run run = attempt.run();
        LOG.debug("run {}: page {} committed, {} rows", run.id(), run.pages(), page.received());
    }

    /** Moves the watermark and closes the run. */
    public void commit(Attempt attempt) {
        transaction.executeWithoutResult(status -> {
            runs.succeed(attempt.run(), now());
            runs.renew(attempt.lease(), settings.lease());
        });
    }

    /** Saves what the attempt cost and why it failed, and gives the lease back. Never throws for a failed attempt. */
    public void end(Attempt attempt, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        try {
            if (attempt.run() != null) {
                save(attempt, failure);
            }
        } catch (RuntimeException e) {
            LOG.warn("The end of the attempt on {} was not saved: {}", attempt.lease().stream(), e.getMessage());
        } finally {
            release(attempt);
        }
    }

    private void save(Attempt attempt, Throwable failure) {
        String error = failure == null ? null : Failures.describe(failure);
        transaction.executeWithoutResult(status -> {
            runs.endAttempt(attempt.run().id(), error, attempt.toSave());
            if (attempt.creditsBalance() != null) {
                runs.creditsBalance(attempt.lease().stream(), attempt.creditsBalance(), now());
            }
        });
        attempt.saved();
        attempt.reread(runs.run(attempt.run().id()));
        Run run = attempt.run();
        if (failure != null) {
            LOG.error("run {} of {} stays open: {}", run.id(), run.stream(), error);
        } else if (run.status().equals("open")) {
            LOG.info("run {} of {} stays open after {} pages", run.id(), run.stream(), run.pages());
        } else {
            LOG.info(
                    "run {} of {} succeeded: {} received ({} inserted, {} updated, {} unchanged, {} reactivated,"
                            + " {} duplicates, {} quarantined), {} expired, {} pages; fresh as of {}",
                    run.id(),
                    run.stream(),
                    run.counts().received(),
                    run.counts().inserted(),
                    run.counts().updated(),
                    run.counts().unchanged(),
                    run.counts().reactivated(),
                    run.counts().duplicates(),
                    run.counts().quarantined(),
                    run.expired(),
                    run.pages(),
                    run.runStartedAt());
        }
    }

    private void release(Attempt attempt) {
        Optional.ofNullable(beating.remove(attempt.lease())).ifPresent(beat -> beat.cancel(false));
        active.remove(attempt.lease().stream(), attempt);
        try {
            runs.release(attempt.lease());
        } catch (RuntimeException e) {
            LOG.warn(
                    "The lease of the stream {} was not given back and runs out by itself: {}",
                    attempt.lease().stream(),
                    e.getMessage());
        }
    }

    /** Asks every attempt of this process to end at its next page boundary. */
    public void stopAll() {
        active.values().forEach(Attempt::stop);
    }

    OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
