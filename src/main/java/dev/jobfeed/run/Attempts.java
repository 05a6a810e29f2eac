package dev.jobfeed.run;

import dev.jobfeed.Settings;
import dev.jobfeed.feed.FeedFilters;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.ops.Alerts;
import java.math.BigDecimal;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.util.ObjectHelper;
import org.quartz.CronExpression;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.transaction.support.TransactionTemplate;

/** The steps of an attempt that routes call: bean {@code jobfeedAttempts}. */
public final class Attempts {

    private static final Logger LOG = LoggerFactory.getLogger(Attempts.class);

    private final Settings settings;
    private final RunStore runs;
    private final ReconcileStore reconcile;
    private final Alerts alerts;
    private final Credits credits;
    private final TransactionTemplate transaction;
    private final ScheduledExecutorService heartbeats;
    private final Clock clock;
    private final Holder holder;
    private final Map<String, Attempt> active = new ConcurrentHashMap<>();
    private final Map<Lease, ScheduledFuture<?>> beating = new ConcurrentHashMap<>();

    public Attempts(
            Settings settings,
            RunStore runs,
            ReconcileStore reconcile,
            Alerts alerts,
            TransactionTemplate transaction,
            ScheduledExecutorService heartbeats,
            Clock clock,
            Holder holder) {
        this.settings = settings;
        this.runs = runs;
        this.reconcile = reconcile;
        this.alerts = alerts;
        this.credits = new Credits(settings, runs);
        this.transaction = transaction;
        this.heartbeats = heartbeats;
        this.clock = clock;
        this.holder = holder;
    }

    /** The attempts that are at work in this process. */
    public Stream<Attempt> active() {
        return active.values().stream();
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
     * @param costConfirmed whether a person agreed to what it costs; null counts as no
     * @throws StreamBusyException when another attempt holds it
     */
    public Attempt begin(String stream, Integer maxPages, Boolean costConfirmed) {
        Duration duration = settings.lease();
        Lease lease = runs.acquire(stream, holder, duration)
                .orElseThrow(() -> new StreamBusyException("Another attempt is at work on the stream " + stream + ": "
                        + runs.leaseHolder(stream).orElse("it has just begun")
                        + ". If that process is dead, its lease runs out within "
                        + duration.toSeconds() + " s."));
        long beat = Math.max(1, duration.toMillis() / 4);
        beating.put(lease, heartbeats.scheduleWithFixedDelay(() -> beat(lease), beat, beat, TimeUnit.MILLISECONDS));
        Attempt attempt = new Attempt(lease, maxPages == null ? 0 : maxPages, Boolean.TRUE.equals(costConfirmed));
        active.put(stream, attempt);
        return attempt;
    }

    private void beat(Lease lease) {
        try {
            runs.renew(lease, settings.lease());
        } catch (LeaseLostException e) {
            active(lease.stream())
                    .filter(attempt -> attempt.lease().equals(lease))
                    .ifPresent(Attempt::loseLease);
        } catch (RuntimeException e) {
            LOG.warn("The lease of the stream {} was not extended. {}", lease.stream(), Failures.describe(e));
        }
    }

    /**
     * Opens the stream's run, or takes up the one that is open with everything it was opened with.
     *
     * @throws ForeignStoreException when the store belongs to another server or environment
     */
    public void open(Attempt attempt) {
        transaction.executeWithoutResult(status -> {
            SyncState state = runs.state(attempt.stream());
            checkOrigin(state);
            Run open = openRun(state);
            RunPlan plan = plan(state);
            boolean confirmed = attempt.isCostConfirmed() || state.resyncRequestedAt() != null;
            if (!plan.resumes()) {
                if (open != null) {
                    runs.closeFailed(
                            open, "Closed unfinished, because a resync is needed: " + plan.reason() + ".", now());
                    LOG.warn("run {} of {} is closed unfinished: {}", open.id(), open.stream(), plan.reason());
                }
                open = runs.open(state, plan, now(), fingerprint(state.stream()), confirmed);
            } else if (confirmed) {
                runs.confirmCost(open.id());
                runs.clearResyncRequest(open.stream());
            }
            runs.countAttempt(open.id());
            fence(attempt);
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

    private Run openRun(SyncState state) {
        return state.openRunId() == null ? null : runs.run(state.openRunId());
    }

    private String fingerprint(String stream) {
        return FeedFilters.of(FeedSource.of(stream), settings).fingerprint();
    }

    /** What an attempt would do with a stream now. */
    RunPlan plan(SyncState state) {
        String fingerprint = fingerprint(state.stream());
        return RunPlan.of(
                state,
                openRun(state),
                runs.hasOtherFilters(state.stream(), fingerprint),
                fingerprint,
                now(),
                settings.overlap());
    }

    private void checkOrigin(SyncState state) {
        String baseUrl = settings.baseUrl();
        String environment = settings.apiKeyEnvironment();
        if (state.originBaseUrl() == null) {
            runs.setOrigin(state.stream(), baseUrl, environment);
        } else if (!state.originBaseUrl().equals(baseUrl)
                || !state.originEnvironment().equals(environment)) {
            throw new ForeignStoreException(
                    "This store was filled from " + state.originBaseUrl() + " with a key of the "
                            + state.originEnvironment() + " environment; now jobo.base-url is " + baseUrl
                            + " and the key's environment " + environment
                            + ". Use another database or schema (jobfeed.datasource.url, jobfeed.datasource.schema).");
        }
    }

    /** Makes the next attempt on a stream, whichever process does it, a resync. */
    public void askForResync(String stream) {
        runs.askForResync(stream, now());
    }

    /**
     * Lets a request be sent, and counts it.
     *
     * @param again whether it repeats a failed one
     * @param metered whether the API may charge for it
     * @throws AttemptStoppedException when the attempt was asked to end
     * @throws LeaseLostException when another attempt has the stream by now
     * @throws AttemptFailedException when it could cost more than the owner allows
     */
    public void permit(Attempt attempt, boolean again, boolean metered) {
        if (!attempt.isLeaseLost() && attempt.isStopping() || attempt.isSettling()) {
            throw new AttemptStoppedException();
        }
        try {
            if (!runs.holds(attempt.lease())) {
                attempt.loseLease();
                throw LeaseLostException.of(attempt.stream());
            }
            if (metered) {
                credits.check(attempt);
            }
        } catch (DataAccessException e) {
            // without its cause, an I/O error that would pass for trouble with the API and be tried again
            Failure failure = Failures.of(e, 0);
            throw new AttemptFailedException(failure.condition(), failure.message(), failure.remedy());
        }
        attempt.requested(again);
    }

    /** The last statement of a transaction: nothing of it is kept when the lease is another's by now. */
    void fence(Attempt attempt) {
        runs.renew(attempt.lease(), settings.lease());
    }

    /** Whether the page behind the one at hand may be asked for before that is stored. */
    public boolean mayFetchAhead(Attempt attempt) {
        return attempt.isRoomAhead() && credits.leavesRoom(attempt);
    }

    /** Notes that another page is committed. */
    void pageCommitted(Attempt attempt) {
        credits.noteSpent(attempt);
    }

    /** Moves the watermark and closes the run. */
    public void commit(Attempt attempt) {
        transaction.executeWithoutResult(status -> {
            runs.succeed(attempt.run(), now());
            fence(attempt);
        });
    }

    /** Saves what the attempt cost and why it failed, and gives the lease back. Never throws for a failed attempt. */
    public void end(Attempt attempt, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        try {
            if (attempt.run() != null) {
                save(attempt, failure);
            }
        } catch (LeaseLostException e) {
            attempt.loseLease();
            LOG.error("run {} of {}: {}", attempt.run().id(), attempt.stream(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error(
                    "run {} of {} stays open: {}",
                    attempt.run().id(),
                    attempt.stream(),
                    Failures.describe(failure == null ? e : failure));
            LOG.warn("The end of this attempt is in no table. {}", Failures.describe(e));
        } finally {
            release(attempt);
        }
    }

    /** Says in the log why a trigger came to nothing, unless it came to an attempt, which has said so itself. */
    public void tell(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        Attempt attempt = exchange.getVariable("jobfeedAttempt", Attempt.class);
        String stream = exchange.getVariable("jobfeedStream", String.class);
        if (attempt != null && attempt.run() != null) {
            return;
        }
        if (ObjectHelper.getException(StreamBusyException.class, failure) != null
                && stream != null
                && active.containsKey(stream)) {
            LOG.info("{}: still at work, so this trigger is passed over", stream);
        } else {
            LOG.warn(Failures.describe(failure));
        }
    }

    private void save(Attempt attempt, Throwable thrown) {
        if (attempt.isLeaseLost() || ObjectHelper.getException(LeaseLostException.class, thrown) != null) {
            throw LeaseLostException.of(attempt.stream());
        }
        boolean stopped = attempt.isStopping();
        Failure failure = thrown == null || stopped ? null : failure(attempt, thrown);
        String error = failure == null ? null : failure.text();
        transaction.executeWithoutResult(status -> {
            runs.endAttempt(attempt.run().id(), error, attempt.toSave());
            if (attempt.creditsBalance() != null) {
                runs.creditsBalance(attempt.stream(), attempt.creditsBalance(), now());
                alertLowCredits(attempt);
            }
            attempt.reread(runs.run(attempt.run().id()));
            if (!stopped) {
                alert(attempt, failure);
            }
            fence(attempt);
        });
        attempt.saved();
        Run run = attempt.run();
        if (error != null) {
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

    private Failure failure(Attempt attempt, Throwable thrown) {
        Failure failure = Failures.of(thrown, attempt.source().batchSize(settings));
        return attempt.explanation() == null
                ? failure
                : new Failure(
                        failure.condition(),
                        failure.message().replaceFirst("[.]$", "") + "; " + attempt.explanation() + ".",
                        failure.remedy());
    }

    /** A failure's condition begins, or goes on; every other one has ended, but those that a run or more outlast. */
    private void alert(Attempt attempt, Failure failure) {
        Set<String> lasting = new HashSet<>(Set.of("credits-low"));
        if (reconcile.pending() > 0) {
            lasting.add("reconcile-held");
        }
        boolean succeeded = attempt.run().status().equals("succeeded");
        if (!succeeded || attempt.run().cutShort()) {
            lasting.add("feed-cut-short");
        }
        if (!succeeded) {
            lasting.add("cursor-lost");
        }
        if (failure != null) {
            alerts.raise(attempt.stream(), failure.condition(), failure.message(), failure.remedy());
            lasting.add(failure.condition());
        }
        alerts.clearAllBut(attempt.stream(), lasting);
    }

    private void alertLowCredits(Attempt attempt) {
        Optional<BigDecimal> limit = settings.credits("jobo.credits.alert-below");
        if (limit.isPresent() && attempt.creditsBalance().compareTo(limit.get()) < 0) {
            alerts.raise(
                    attempt.stream(),
                    "credits-low",
                    "The balance is "
                            + attempt.creditsBalance().stripTrailingZeros().toPlainString()
                            + " credits, below jobo.credits.alert-below.",
                    "Top up the wallet.");
        } else {
            alerts.clear(attempt.stream(), "credits-low");
        }
    }

    private void release(Attempt attempt) {
        Optional.ofNullable(beating.remove(attempt.lease())).ifPresent(beat -> beat.cancel(false));
        try {
            runs.release(attempt.lease());
        } catch (RuntimeException e) {
            LOG.warn(
                    "The lease of the stream {} was not given back and runs out by itself. {}",
                    attempt.stream(),
                    Failures.describe(e));
        } finally {
            // not before: who waits for the end of this attempt closes the database
            active.remove(attempt.stream(), attempt);
        }
    }

    /**
     * Asks every attempt of this process to end at its next page boundary, and waits for those that are at one soon.
     *
     * @param grace how long to wait for an answer or a transaction; a wait before a retry is not waited for
     */
    public void stopAll(Duration grace) {
        active.values().forEach(Attempt::stop);
        await(grace, () -> active.values().stream().allMatch(Attempt::isPausing));
    }

    /** Waits until no attempt of this process is at work; false when one still is. */
    public boolean awaitEnd(Duration atMost) {
        return await(atMost, active::isEmpty);
    }

    private static boolean await(Duration atMost, BooleanSupplier condition) {
        long deadline = System.nanoTime() + atMost.toNanos();
        try {
            while (!condition.getAsBoolean() && System.nanoTime() < deadline) {
                TimeUnit.MILLISECONDS.sleep(20);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        return condition.getAsBoolean();
    }

    OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }
}
