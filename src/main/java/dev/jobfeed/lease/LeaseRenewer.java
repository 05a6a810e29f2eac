package dev.jobfeed.lease;

import dev.jobfeed.problem.ProblemTranslator;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Renews a lease after every quarter of its duration, until it is closed or the lease is lost. */
public final class LeaseRenewer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);

    private final LeaseRepository leases;
    private final Lease lease;
    private final Duration duration;
    private final Runnable lost;
    private final ScheduledFuture<?> renewals;
    private volatile boolean closed;

    private LeaseRenewer(
            ScheduledExecutorService executor, LeaseRepository leases, Lease lease, Duration duration, Runnable lost) {
        this.leases = leases;
        this.lease = lease;
        this.duration = duration;
        this.lost = lost;
        long interval = Math.max(1, duration.toMillis() / 4);
        this.renewals = executor.scheduleWithFixedDelay(this::renew, interval, interval, TimeUnit.MILLISECONDS);
    }

    /**
     * Starts to renew a lease.
     *
     * @param lost called when another owner has acquired the lease
     */
    public static LeaseRenewer of(
            ScheduledExecutorService executor, LeaseRepository leases, Lease lease, Duration duration, Runnable lost) {
        return new LeaseRenewer(executor, leases, lease, duration, lost);
    }

    private void renew() {
        try {
            leases.renew(lease, duration);
        } catch (LeaseLostException e) {
            // a renewal that runs while the lease is released finds no lease, which is not a loss
            if (!closed) {
                lost.run();
            }
        } catch (RuntimeException e) {
            LOG.warn("The lease of the stream {} was not extended. {}", lease.stream(), ProblemTranslator.describe(e));
        }
    }

    /** Stops renewing. Must be called before the lease is released, so that the release is not taken for a loss. */
    @Override
    public void close() {
        closed = true;
        renewals.cancel(false);
    }
}
