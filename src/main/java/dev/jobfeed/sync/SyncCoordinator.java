package dev.jobfeed.sync;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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

    private final TenantRegistry tenants;
    private final Clock clock;
    private final Set<SyncAttempt> active = ConcurrentHashMap.newKeySet();
    private volatile boolean paused;
    private volatile boolean stopping;

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
     * @throws StreamLockedException if another attempt owns the lease, or the application is stopping
     */
    public SyncAttempt begin(String tenant, String stream, Integer maxPages, Boolean costConfirmed) {
        if (stopping) {
            throw new StreamLockedException("The application is stopping; the next start continues.");
        }
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
                .orElseThrow(() -> target.leases().locked(stream, target.stream(stream)));
        active.add(attempt);
        if (stopping) {
            // since it was read above
            attempt.stop();
        }
        MdcContext.set(attempt);
        return attempt;
    }

    /**
     * Acquires the stream's lease for a trigger, for the tenant and stream in the exchange's variables.
     *
     * @return null if another attempt owns the lease, or the application is stopping; the next trigger tries again
     */
    public SyncAttempt beginOrSkip(Exchange exchange) {
        String stream = exchange.getVariable("jobfeedStream", String.class);
        String name = exchange.getVariable("jobfeedTenant", String.class);
        try {
            return begin(name, stream, null, null);
        } catch (StreamLockedException e) {
            Tenant tenant = tenants.get(name);
            Optional<SyncAttempt> previous = active().filter(
                            other -> other.tenant() == tenant && other.stream().equals(stream))
                    .findFirst();
            if (previous.isEmpty()) {
                LOG.warn("{}: skipping this trigger. {}", tenant.stream(stream), e.getMessage());
            } else if (isExpectedToOutlastSchedule(previous.get())) {
                LOG.debug("{}: previous attempt still in progress, skipping this trigger", tenant.stream(stream));
            } else {
                LOG.info("{}: previous attempt still in progress, skipping this trigger", tenant.stream(stream));
            }
            return null;
        }
    }

    /** Returns whether an attempt reads the whole feed, or is about to open its run. */
    private static boolean isExpectedToOutlastSchedule(SyncAttempt attempt) {
        return attempt.run() == null || attempt.run().mode() != RunMode.INCREMENTAL;
    }

    /**
     * Opens the stream's run, or resumes the open one with the parameters that it was opened with.
     *
     * @throws StoreOriginMismatchException if the store belongs to another server or environment
     */
    public void open(SyncAttempt attempt) {
        RunOpening.open(attempt);
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
                Optional<Run> open = Optional.ofNullable(
                                tenant.states().get(stream).openRunId())
                        .map(runs::run);
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
        if (!target.states().requestResync(stream, now())) {
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
        if (!attempt.lease().isLost() && attempt.isStopping() || attempt.isLastTry()) {
            throw new AttemptStoppedException();
        }
        try {
            attempt.lease().check();
            if (metered) {
                if (attempt.pagination().isStuck()) {
                    throw PageValidator.stuck(attempt);
                }
                CreditPolicy.check(attempt);
            }
        } catch (DataAccessException e) {
            // without its cause: an I/O error would be taken for an API failure and retried
            throw new AttemptFailedException(ProblemTranslator.of(e, 0));
        }
        attempt.recordRequest(again);
    }

    /** Rolls a route's transaction back whose last statement found that the lease was lost. */
    public void leaseLost(HeldLease lease) {
        throw lease.lost();
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
        Tenant tenant = attempt.tenant();
        tenant.transaction().executeWithoutResult(status -> {
            OffsetDateTime now = attempt.clock().now();
            OffsetDateTime before = now.minus(tenant.settings().sync().retention());
            tenant.runs().succeed(attempt.run(), now);
            tenant.quarantine().purge(attempt.stream(), before);
            tenant.runs().purge(attempt.stream(), before);
            attempt.lease().fence();
        });
    }

    /** Saves the attempt's usage and failure, and releases the lease. Does not throw for a failed attempt. */
    public void end(SyncAttempt attempt, Exchange exchange) {
        Throwable failure = exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
        String outcome = "failed";
        try {
            if (attempt.run() != null) {
                AttemptRecorder.save(attempt, failure);
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
            LOG.warn("The result of this attempt was not stored. {}", ProblemTranslator.describe(e));
        } finally {
            attempt.tenant()
                    .meters()
                    .record(JobfeedMetric.ATTEMPTS, attempt.progress().elapsed(), attempt.stream(), outcome);
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

    /**
     * Asks every attempt of this process to stop at its next page boundary, and waits for those that are close to one.
     *
     * @param grace how long to wait for a response or a transaction; a wait before a retry is not waited for
     */
    public void stopAll(Duration grace) {
        active().forEach(SyncAttempt::stop);
        await(grace, () -> active().allMatch(SyncAttempt::isWaiting));
    }

    /** Allows attempts to start in an application that starts, also if it was stopped before. */
    public void start() {
        stopping = false;
    }

    /**
     * Prevents attempts from starting until {@link #start}, because a trigger that waits for an attempt fires when that
     * attempt ends, and stops the active ones as {@link #stopAll} does.
     */
    public void stop(Duration grace) {
        stopping = true;
        stopAll(grace);
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
