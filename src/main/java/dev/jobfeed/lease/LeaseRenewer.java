package dev.jobfeed.lease;

import dev.jobfeed.problem.ProblemTranslator;
import java.time.Duration;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Extends a lease every quarter of it, until it is closed or the lease is another's. */
public final class LeaseRenewer implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(LeaseRenewer.class);

    private final LeaseRepository leases;
    private final Lease lease;
    private final Duration duration;
    private final Runnable lost;
    private final ScheduledFuture<?> beats;
    private volatile boolean closed;

    private LeaseRenewer(
            ScheduledExecutorService executor, LeaseRepository leases, Lease lease, Duration duration, Runnable lost) {
        this.leases = leases;
        this.lease = lease;
        this.duration = duration;
        this.lost = lost;
        long beat = Math.max(1, duration.toMillis() / 4);
        this.beats = executor.scheduleWithFixedDelay(this::beat, beat, beat, TimeUnit.MILLISECONDS);
    }

    /**
     * Begins.
     *
     * @param lost what is done when the lease is another's
     */
    public static LeaseRenewer of(
            ScheduledExecutorService executor, LeaseRepository leases, Lease lease, Duration duration, Runnable lost) {
        return new LeaseRenewer(executor, leases, lease, duration, lost);
    }

    private void beat() {
        try {
            leases.renew(lease, duration);
        } catch (LeaseLostException e) {
            // a beat that was under way while the lease was given back finds no lease, and none is lost
            if (!closed) {
                lost.run();
            }
        } catch (RuntimeException e) {
            LOG.warn("The lease of the stream {} was not extended. {}", lease.stream(), ProblemTranslator.describe(e));
        }
    }

    /** Ends it. To be called before the lease is given back, which is no loss. */
    @Override
    public void close() {
        closed = true;
        beats.cancel(false);
    }
}
