package dev.jobfeed.sync;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRequestBuilder;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.math.BigDecimal;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;

/** Provides the steps of an attempt to routes: bean {@code jobfeedSync}. */
public final class SyncCoordinator {

    private static final Logger LOG = LoggerFactory.getLogger(SyncCoordinator.class);

    /** Alert conditions that last until a run has read the stream to its end. */
    private static final Set<String> UNTIL_SUCCESS = Set.of(
            "cursor-lost",
            "cursor-restarts",
            "cursor-stuck",
            "empty-pages",
            "feed-truncated",
            "feed-repeats",
            "page-unusable",
            "sweep-truncated",
            "sweep-unreadable",
            "window-ignored");

    private final TenantRegistry tenants;
    private final Clock clock;
    private final Set<SyncAttempt> active = ConcurrentHashMap.newKeySet();
    private volatile boolean paused;

    public SyncCoordinator(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /** Returns the active attempts of this process. */
    public Stream<SyncAttempt> active() {
        return active.stream();
    }

    /**
     * Acquires the stream's lease.
     *
     * @param tenant null for the default tenant
     * @param maxPages null for no limit
     * @param costConfirmed whether an operator confirmed the cost; null counts as no
     * @throws StreamLockedException if another attempt owns the lease
     */
    public SyncAttempt begin(String tenant, String stream, Integer maxPages, Boolean costConfirmed) {
        if (paused) {
            throw new StreamLockedException("The routes are being reloaded; the next trigger continues.");
        }
        Tenant target = tenants.get(tenant);
        SyncAttempt attempt = target.leases()
                .acquire(
                        stream,
                        lease -> new SyncAttempt(
                                target,
                                lease,
                                maxPages == null ? 0 : maxPages,
                                Boolean.TRUE.equals(costConfirmed),
                                new ServerClock(clock)))
                .orElseThrow(() -> new StreamLockedException("Another attempt is in progress on the stream "
                        + target.stream(stream) + ": " + target.leases().describeOwner(stream)
                        + ". If that process is dead, its lease runs out within "
                        + target.settings().lease().toSeconds() + " s."));
        active.add(attempt);
        MdcContext.set(attempt);
        return attempt;
    }

    /**
     * Acquires the stream's lease for a trigger, for the tenant and stream in the exchange's variables.
     *
     * @return null if another attempt owns the lease; the next trigger tries again
     */
    public SyncAttempt beginOrSkip(Exchange exchange) {
        String stream = exchange.getVariable("jobfeedStream", String.class);
        String name = exchange.getVariable("jobfeedTenant", String.class);
        try {
            return begin(name, stream, null, null);
        } catch (StreamLockedException e) {
            Tenant tenant = tenants.get(name);
            if (active().anyMatch(
                            other -> other.tenant() == tenant && other.stream().equals(stream))) {
                LOG.info("{}: previous attempt still in progress, skipping this trigger", tenant.stream(stream));
            } else {
                LOG.warn("{}: skipping this trigger. {}", tenant.stream(stream), e.getMessage());
            }
            return null;
        }
    }

    /**
     * Opens the stream's run, or resumes the open one with the parameters that it was opened with.
     *
     * @throws StoreOriginMismatchException if the store belongs to another server or environment
     */
    public void open(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        tenant.transaction().executeWithoutResult(status -> {
            StreamState state = runs.state(attempt.stream());
            if (!OriginGuard.bind(tenant, state)) {
                state = runs.state(attempt.stream());
            }
            attempt.clock().assume(state.clockDifference());
            Run open = openRun(tenant, state);
            RunPlan plan = plan(tenant, state, open, null);
            boolean confirmed = attempt.isCostConfirmed() || state.resyncRequestedAt() != null;
            if (!plan.resumes()) {
                if (open != null) {
                    close(attempt, open, plan.reason());
                }
                open = open(attempt, plan, confirmed);
            } else if (confirmed) {
                runs.confirmCost(open.id());
                runs.clearResyncRequest(open.stream());
            }
            runs.countAttempt(open.id());
            fence(attempt);
            attempt.opened(
                    state,
                    runs.run(open.id()),
                    runs.hasOpenIssues(attempt.stream()),
                    runs.lastPrice(attempt.stream()).orElse(null));
            attempt.cursors().addAll(runs.cursors(open.id()));
        });
        MdcContext.set(attempt);
        Run run = attempt.run();
        LOG.info(
                "run {} ({}) of {}: {}",
                run.id(),
                run.mode().name().toLowerCase(java.util.Locale.ROOT),
                attempt.name(),
                run.attempts() == 1
                        ? run.windowFrom() == null ? "started" : "started, from " + run.windowFrom()
                        : "resumed after " + run.pages() + " pages, attempt " + run.attempts());
        attempt.markStuck(runs.isStuck(run));
        attempt.markBeyondEstimate(run.scan().isFarBeyond(() -> FeedSync.expectedRows(attempt)));
    }

    private static Run open(SyncAttempt attempt, RunPlan plan, boolean costConfirmed) {
        Tenant tenant = attempt.tenant();
        return tenant.runs()
                .open(
                        attempt.stream(),
                        plan.mode(),
                        plan.windowFrom(),
                        attempt.clock().origin(),
                        fingerprint(tenant, attempt.stream()),
                        costConfirmed);
    }

    private static void close(SyncAttempt attempt, Run open, String reason) {
        attempt.tenant()
                .runs()
                .closeFailed(
                        open,
                        "Closed unfinished, because a resync is needed: " + reason + ".",
                        attempt.clock().now());
        LOG.warn("run {} of {} is closed unfinished: {}", open.id(), attempt.name(), reason);
    }

    /** State and run after alignment with the server's clock. */
    private record Aligned(StreamState state, Run run) {}

    /**
     * Converts watermarks, start and window to server time, before anything of the response that has shown it is
     * stored, and again when the server's clock was set back. If the first response does not show the server time, the
     * assumed difference is kept. Closes a run in favor of a resync if its last sweep turns out to be too long ago.
     */
    public void alignClock(SyncAttempt attempt) {
        ServerClock.Change change = attempt.clock().takeChange();
        if (change == null) {
            return;
        }
        long before = attempt.run().id();
        Aligned aligned = attempt.tenant().transaction().execute(status -> {
            Aligned result = align(attempt, change);
            fence(attempt);
            return result;
        });
        attempt.aligned(aligned.state(), aligned.run());
        if (aligned.run().id() != before) {
            MdcContext.set(attempt);
        }
    }

    private Aligned align(SyncAttempt attempt, ServerClock.Change change) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        OffsetDateTime now = attempt.clock().now();
        Run run = runs.run(attempt.run().id());
        StreamState stored = runs.state(attempt.stream());
        StreamState state = usable(tenant, Watermarks.fallen(stored, change.fallen(), now), now);
        OffsetDateTime start = start(attempt, run, change.fallen());
        if (run.runStartedAt().equals(stored.lastSweepStartedAt())) {
            // nothing was swept yet: all stored rows were delivered since the start of the run
            state = state.with(
                    state.lastRunStartedAt(), start, run.clockChecked() ? state.earliestSweepStartedAt() : null);
        }
        runs.alignClock(state, change.difference());
        if (!change.fallen().isZero() && attempt.source().isExpiring()) {
            tenant.deliveries().shift(Watermarks.inReach(change.fallen()));
        }
        if (attempt.clock().isDiffering()) {
            ClockAlert.raise(attempt);
        }
        if (run.status().equals("open")) {
            run = align(attempt, run, state, start);
        }
        return new Aligned(state, run);
    }

    private Run align(SyncAttempt attempt, Run run, StreamState state, OffsetDateTime start) {
        RunRepository runs = attempt.tenant().runs();
        boolean measured = attempt.clock().isMeasured();
        OffsetDateTime now = attempt.clock().now();
        boolean needed = !attempt.isSwept() && RunPlan.isStalled(state, now);
        if (needed) {
            // the run's own sweep moves the watermark that shows it
            runs.needResync(attempt.stream(), now);
        }
        boolean stalled = needed && !RunPlan.isEnoughAfterStall(run);
        if (stalled && run.pages() > 0) {
            close(attempt, run, RunPlan.stall(state));
            RunPlan resync = new RunPlan(RunMode.RESYNC, null, RunPlan.stall(state), false);
            boolean confirmed = attempt.isCostConfirmed();
            Run opened = open(attempt, resync, confirmed);
            runs.countAttempt(opened.id());
            runs.alignClock(opened.id(), opened.runStartedAt(), null, RunMode.RESYNC, measured);
            return runs.run(opened.id());
        }
        RunMode mode = stalled ? RunMode.RESYNC : run.mode();
        OffsetDateTime window = run.clockChecked() || run.pages() > 0
                ? run.windowFrom()
                : state.lastRunStartedAt() == null
                        ? null
                        : state.lastRunStartedAt()
                                .minus(attempt.tenant().settings().overlap());
        if (attempt.isSwept() && isCovered(attempt, run.windowFrom(), window)) {
            window = run.windowFrom();
        }
        runs.alignClock(run.id(), start, mode == RunMode.INCREMENTAL ? window : null, mode, measured);
        if (stalled) {
            LOG.warn("run {} of {} is a resync: {}", run.id(), attempt.name(), RunPlan.stall(state));
        }
        return runs.run(run.id());
    }

    /**
     * Returns whether the overlap of a requested window covers the other window, so that its page need not be paid for
     * twice.
     */
    private static boolean isCovered(SyncAttempt attempt, OffsetDateTime requested, OffsetDateTime other) {
        return requested != null
                && other != null
                && !other.isBefore(requested.minus(attempt.tenant().settings().overlap()));
    }

    /** Returns the start of a run in server time. A run without a response so far starts with this attempt. */
    private static OffsetDateTime start(SyncAttempt attempt, Run run, Duration fallen) {
        OffsetDateTime origin = attempt.clock().origin();
        if (run.clockChecked()) {
            return Watermarks.back(run.runStartedAt(), fallen);
        }
        // a run with pages was opened by a version that did not check the server's clock
        return run.pages() == 0
                ? origin
                : run.runStartedAt().isAfter(origin) ? origin.minusDays(1) : run.runStartedAt();
    }

    private static StreamState usable(Tenant tenant, StreamState state, OffsetDateTime now) {
        Optional<OffsetDateTime> substitute = Watermarks.substitute(state, now);
        StreamState usable = Watermarks.usable(
                state, now, substitute.flatMap(before -> tenant.runs().lastStart(state.stream(), before)));
        if (substitute.isPresent()) {
            LOG.warn(
                    "{}: the watermark {} is later than the server's time {}, as after a clock error; going by {}",
                    tenant.stream(state.stream()),
                    state.lastRunStartedAt(),
                    now,
                    usable.lastRunStartedAt());
        }
        return usable;
    }

    private static Run openRun(Tenant tenant, StreamState state) {
        return state.openRunId() == null ? null : tenant.runs().run(state.openRunId());
    }

    private static String fingerprint(Tenant tenant, String stream) {
        return FeedRequestBuilder.of(FeedDefinition.of(stream), tenant.settings())
                .fingerprint();
    }

    /** Plans what an attempt would do with a stream now. */
    RunPlan plan(Tenant tenant, StreamState state) {
        OffsetDateTime now = state.serverTime(now());
        return plan(tenant, usable(tenant, state, now), openRun(tenant, state), now);
    }

    private static RunPlan plan(Tenant tenant, StreamState state, Run open, OffsetDateTime now) {
        String fingerprint = fingerprint(tenant, state.stream());
        return RunPlan.of(
                state,
                open,
                open != null && tenant.runs().isStuck(open),
                tenant.runs().hasOtherFilters(state.stream(), fingerprint),
                fingerprint,
                now,
                tenant.settings().overlap());
    }

    /**
     * Closes a stream's open run permanently, in a separate transaction.
     *
     * @return the run before it was closed; empty if none was open
     * @throws StreamLockedException if an attempt is active on it
     */
    public static Optional<Run> abandon(Tenant tenant, String stream) {
        RunRepository runs = tenant.runs();
        return tenant.transaction().execute(status -> {
            try (HeldLease lease = tenant.leases().acquireForAction(stream)) {
                Optional<Run> open =
                        Optional.ofNullable(runs.state(stream).openRunId()).map(runs::run);
                open.ifPresent(run -> runs.closeFailed(
                        run,
                        "Abandoned by an operator.",
                        OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS)));
                return open;
            }
        });
    }

    /**
     * Makes the next attempt on a stream, in whichever process, a resync, unless one is running.
     *
     * @param tenant null for the default tenant
     */
    public void requestResync(String tenant, String stream) {
        Tenant target = tenants.get(tenant);
        if (!target.runs().askForResync(stream, now())) {
            LOG.info("{}: a resync is already running, skipping this request for one", target.stream(stream));
        }
    }

    /**
     * Checks whether a request may be sent, and counts it.
     *
     * @param again whether it retries a failed request
     * @param metered whether the API may charge for it
     * @throws AttemptStoppedException if the attempt was asked to stop
     * @throws LeaseLostException if another attempt has taken over the stream
     * @throws AttemptFailedException if it could exceed a credit limit, or requests the feed of a run whose pagination
     *     cannot be continued
     */
    static void check(SyncAttempt attempt, boolean again, boolean metered) {
        if (!attempt.isLeaseLost() && attempt.isStopping() || attempt.isLastTry()) {
            throw new AttemptStoppedException();
        }
        try {
            attempt.lease().check();
            if (metered) {
                if (attempt.isStuck()) {
                    throw FeedSync.stuck(attempt);
                }
                CreditPolicy.check(attempt);
            }
        } catch (DataAccessException e) {
            // without its cause: an I/O error would be taken for an API failure and retried
            Problem failure = ProblemTranslator.of(e, 0);
            throw new AttemptFailedException(failure.condition(), failure.message(), failure.remedy());
        }
        attempt.recordRequest(again);
    }

    /** Rolls a route's transaction back whose last statement found that the lease was lost. */
    public void leaseLost(SyncAttempt attempt) {
        throw attempt.lease().lost();
    }

    /** Renews the lease as the last statement of a transaction, which is rolled back if the lease was lost. */
    public static void fence(SyncAttempt attempt) {
        attempt.lease().fence();
    }

    /** Returns whether the next page may be requested before the current one is stored. */
    public boolean mayPrefetch(SyncAttempt attempt, FeedPage page) {
        return page.next().hasNext()
                && !FeedSync.leadsBack(attempt, page)
                && !attempt.run().scan().isEmptyForTooLongWith(page.received())
                && attempt.mayPrefetch()
                && CreditPolicy.withinBudget(attempt);
    }

    void pageCommitted(SyncAttempt attempt) {
        CreditPolicy.afterPage(attempt);
    }

    /** Commits a run that has read its feed, and opens the next one for the same attempt. */
    public void goOnWithNextRun(SyncAttempt attempt) {
        Tenant tenant = attempt.tenant();
        RunRepository runs = tenant.runs();
        StreamState state = tenant.transaction().execute(status -> {
            runs.succeed(attempt.run(), attempt.clock().now());
            StreamState committed = runs.state(attempt.stream());
            RunPlan plan = plan(tenant, committed, null, attempt.clock().now());
            Run next = open(attempt, plan, attempt.isCostConfirmed() || committed.resyncRequestedAt() != null);
            runs.countAttempt(next.id());
            runs.alignClock(
                    next.id(),
                    next.runStartedAt(),
                    plan.windowFrom(),
                    plan.mode(),
                    attempt.clock().isMeasured());
            fence(attempt);
            return runs.state(attempt.stream());
        });
        attempt.aligned(state, runs.run(state.openRunId()));
        MdcContext.set(attempt);
    }

    /**
     * Moves the watermark and closes the run as succeeded.
     *
     * @throws AttemptFailedException if the attempt's sweep had unreadable ids; the run stays open at its end
     */
    public void commit(SyncAttempt attempt) {
        if (attempt.failureAtEnd() != null) {
            throw attempt.failureAtEnd();
        }
        attempt.tenant().transaction().executeWithoutResult(status -> {
            OffsetDateTime now = attempt.clock().now();
            attempt.tenant().runs().succeed(attempt.run(), now);
            attempt.tenant()
                    .runs()
                    .purge(
                            attempt.stream(),
                            now.minus(attempt.tenant().settings().keepRunsFor()));
            fence(attempt);
        });
    }

    /** Saves the attempt's usage and failure, and releases the lease. Does not throw for a failed attempt. */
    public void end(SyncAttempt attempt, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        String outcome = "failed";
        try {
            if (attempt.run() != null) {
                save(attempt, failure);
                outcome = attempt.isStopping() ? "stopped" : failure == null ? "succeeded" : "failed";
            }
        } catch (LeaseLostException e) {
            LOG.error("run {} of {}: {}", attempt.run().id(), attempt.name(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error(
                    "run {} of {} stays open: {}",
                    attempt.run().id(),
                    attempt.name(),
                    ProblemTranslator.describe(failure == null ? e : failure));
            LOG.warn("The end of this attempt is in no table. {}", ProblemTranslator.describe(e));
        } finally {
            attempt.tenant().meters().record(JobfeedMetric.ATTEMPTS, attempt.elapsed(), attempt.stream(), outcome);
            attempt.lease().close();
            // not earlier: a caller that waits for the end of this attempt closes the database afterwards
            active.remove(attempt);
            MdcContext.clear();
        }
    }

    /** Logs why a trigger failed, unless it started an attempt, which has logged its own failure. */
    public void logTriggerFailure(Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        SyncAttempt attempt = exchange.getVariable("jobfeedAttempt", SyncAttempt.class);
        if (attempt == null || attempt.run() == null) {
            LOG.warn(ProblemTranslator.describe(failure));
        }
    }

    private void save(SyncAttempt attempt, Throwable thrown) {
        if (attempt.isLeaseLost()) {
            throw LeaseLostException.of(attempt.stream());
        }
        RunRepository runs = attempt.tenant().runs();
        boolean stopped = attempt.isStopping();
        Problem failure = thrown == null || stopped ? null : failure(attempt, thrown);
        String error = failure == null ? null : failure.text();
        RequestUsage usage = attempt.unsavedUsage();
        ServerClock.Change change = attempt.clock().takeChange();
        attempt.tenant().transaction().executeWithoutResult(status -> {
            if (change != null) {
                Aligned aligned = align(attempt, change);
                attempt.aligned(aligned.state(), aligned.run());
            }
            runs.endAttempt(attempt.run().id(), error, usage);
            if (attempt.creditsBalance() != null) {
                runs.creditsBalance(
                        attempt.stream(),
                        attempt.creditsBalance(),
                        attempt.clock().now());
                alertLowCredits(attempt);
            }
            attempt.refreshRun(runs.run(attempt.run().id()));
            if (!stopped) {
                updateAlerts(attempt, failure);
            }
            fence(attempt);
        });
        attempt.saved(usage, attempt.run());
        Run run = attempt.run();
        if (attempt.pages() > 1) {
            LOG.info("run {} of {}: {} pages in {}", run.id(), attempt.name(), attempt.pages(), attempt.times());
        }
        if (error != null) {
            LOG.error("run {} of {} stays open: {}", run.id(), attempt.name(), error);
        } else if (run.status().equals("open")) {
            LOG.info(
                    "run {} ({}) interrupted after {} pages; the next attempt resumes at its checkpoint",
                    run.id(),
                    attempt.name(),
                    run.pages());
        } else {
            LOG.info(
                    "run {} of {} succeeded: {} received ({} inserted, {} updated, {} unchanged, {} reactivated,"
                            + " {} duplicates, {} quarantined), {} expired, {} pages; fresh as of {}",
                    run.id(),
                    attempt.name(),
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
            attempt.tenant()
                    .meters()
                    .record(
                            JobfeedMetric.RUNS,
                            Duration.between(run.runStartedAt(), run.finishedAt()),
                            run.stream(),
                            run.mode().name().toLowerCase(java.util.Locale.ROOT));
        }
    }

    private Problem failure(SyncAttempt attempt, Throwable thrown) {
        Problem failure = ProblemTranslator.of(
                thrown, attempt.source().batchSize(attempt.tenant().settings()));
        return attempt.detail() == null
                ? failure
                : new Problem(
                        failure.condition(),
                        failure.message().replaceFirst("[.]$", "") + "; " + attempt.detail() + ".",
                        failure.remedy());
    }

    /** Raises the alert of a failure and clears all others, except those that outlast one or more runs. */
    private void updateAlerts(SyncAttempt attempt, Problem failure) {
        AlertService alerts = attempt.tenant().alerts();
        Set<String> lasting = new HashSet<>(Set.of("credits-low", SchedulePauses.PAUSED));
        // a database that rejected a statement may reject this query, too
        boolean isRefused = failure != null && failure.condition().equals("database");
        if (isRefused || attempt.tenant().reconcile().pending() > 0) {
            lasting.add("reconcile-held");
        }
        if (!attempt.run().status().equals("succeeded")) {
            lasting.addAll(UNTIL_SUCCESS);
        }
        if (attempt.tenant().runs().state(attempt.stream()).unreadableSweepAt() != null) {
            lasting.add("sweep-unreadable");
        }
        if (!attempt.clock().isMeasured() || attempt.clock().isDiffering()) {
            lasting.add(ClockAlert.CONDITION);
        }
        if (failure != null) {
            alerts.raise(attempt.stream(), failure.condition(), failure.message(), failure.remedy());
            lasting.add(failure.condition());
        }
        alerts.clearAllBut(attempt.stream(), lasting);
    }

    private void alertLowCredits(SyncAttempt attempt) {
        AlertService alerts = attempt.tenant().alerts();
        Optional<BigDecimal> limit = attempt.tenant().settings().credits("jobo.credits.alert-below");
        List<String> streams =
                Stream.of(FeedDefinition.values()).map(FeedDefinition::stream).toList();
        if (limit.isEmpty() || attempt.creditsBalance().compareTo(limit.get()) >= 0) {
            // one wallet: an attempt on any stream sees the top-up
            streams.forEach(stream -> alerts.clear(stream, "credits-low"));
        } else if (streams.stream()
                .flatMap(stream -> alerts.open(stream).stream())
                .noneMatch(updateAlerts -> updateAlerts.condition().equals("credits-low"))) {
            alerts.raise(
                    attempt.stream(),
                    "credits-low",
                    "The balance is "
                            + attempt.creditsBalance().stripTrailingZeros().toPlainString()
                            + " credits, below jobo.credits.alert-below.",
                    "Top up the wallet.");
        }
    }

    /**
     * Asks every attempt of this process to stop at its next page boundary, and waits for those that are close to one.
     *
     * @param grace how long to wait for a response or a transaction; a wait before a retry is not waited for
     */
    public void stopAll(Duration grace) {
        active().forEach(SyncAttempt::stop);
        await(grace, () -> active().allMatch(SyncAttempt::isWaiting));
    }

    /** Prevents attempts from starting in this process until {@link #resume}. */
    public void pause() {
        paused = true;
    }

    /** Allows attempts to start again. */
    public void resume() {
        paused = false;
    }

    /** Waits until no attempt of this process is active; returns false on timeout. */
    public boolean awaitIdle(Duration atMost) {
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
