package dev.jobfeed.lease;

import dev.jobfeed.problem.ProblemTranslator;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * A lease that this process has acquired. It is renewed after every quarter of its duration, until it is closed or
 * lost. Safe for use by several threads.
 */
public final class HeldLease implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(HeldLease.class);

    private final LeaseRepository leases;
    private final Lease lease;
    private final Duration duration;
    private final ScheduledFuture<?> renewals;
    private volatile long renewedNanos = System.nanoTime();
    private volatile boolean lost;
    private volatile boolean closed;

    /**
     * Starts to renew a lease.
     *
     * @param executor null for a lease that only {@link #fence} renews
     */
    HeldLease(LeaseRepository leases, Lease lease, Duration duration, ScheduledExecutorService executor) {
        this.leases = leases;
        this.lease = lease;
        this.duration = duration;
        long interval = Math.max(1, duration.toMillis() / 4);
        this.renewals = executor == null
                ? null
                : executor.scheduleWithFixedDelay(this::heartbeat, interval, interval, TimeUnit.MILLISECONDS);
    }

    /** Returns the stream that the lease is for. */
    public String stream() {
        return lease.stream();
    }

    /** Returns whether another owner is known to have acquired the lease. */
    public boolean isLost() {
        return lost;
    }

    /**
     * Renews the lease as the last statement of the caller's transaction, which must not commit if the lease is lost.
     *
     * @throws LeaseLostException if another owner has acquired the lease
     */
    public void fence() {
        if (!renew()) {
            throw lost();
        }
    }

    /**
     * Checks in the database that the lease is held.
     *
     * @throws LeaseLostException if another owner has acquired the lease
     */
    public void check() {
        if (!leases.holds(lease)) {
            throw lost();
        }
    }

    /**
     * Checks that the lease is held; asks the database only if the last renewal is overdue, as after the process was
     * suspended.
     *
     * @throws LeaseLostException if another owner has acquired the lease
     */
    public void confirm() {
        if (lost) {
            throw lost();
        }
        if (System.nanoTime() - renewedNanos > duration.toNanos() / 4) {
            fence();
        }
    }

    private boolean renew() {
        long nanos = System.nanoTime();
        boolean renewed = leases.renew(lease, duration);
        if (renewed) {
            renewedNanos = nanos;
        }
        return renewed;
    }

    private void heartbeat() {
        try {
            // a renewal that runs while the lease is released finds no lease, which is not a loss
            if (!renew() && !closed) {
                lost = true;
            }
        } catch (RuntimeException e) {
            LOG.warn("The lease of stream {} could not be renewed. {}", lease.stream(), ProblemTranslator.describe(e));
        }
    }

    /** Returns the parameters of {@code lease-renew}, whose update count is 1 unless the lease was lost. */
    public SqlParameterSource renewal() {
        return LeaseRepository.parameters(lease, duration);
    }

    /** Records that another owner has acquired the lease, and returns the exception that says so. */
    public LeaseLostException lost() {
        lost = true;
        return LeaseLostException.of(lease.stream());
    }

    /** Stops the renewals, then releases the lease. If that fails, the lease expires by itself. */
    @Override
    public void close() {
        closed = true;
        if (renewals != null) {
            renewals.cancel(false);
        }
        try {
            leases.release(lease);
        } catch (RuntimeException e) {
            LOG.warn(
                    "The lease of stream {} could not be released; it expires by itself. {}",
                    lease.stream(),
                    ProblemTranslator.describe(e));
        }
    }
}
