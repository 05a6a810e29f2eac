package dev.jobfeed.lease;

import dev.jobfeed.persistence.SqlClient;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ScheduledExecutorService;
import java.util.function.Function;

/**
 * Grants leases on the streams of one tenant, in {@code sync_state} and by the database's clock. The owner of a lease
 * works on its stream alone.
 */
public final class LeaseManager {

    /** Duration of a lease for an action; far longer than one of its transactions takes. */
    private static final Duration ACTION = Duration.ofMinutes(1);

    private final LeaseRepository leases;
    private final LeaseOwner owner;
    private final Duration duration;
    private final ScheduledExecutorService executor;

    /**
     * Creates the manager of a tenant.
     *
     * @param owner this process; the next owner of a lease that it did not release ends its database sessions
     * @param duration how long a lease stays valid without renewal
     * @param executor renews the leases; null in a process that only takes actions
     */
    public LeaseManager(SqlClient sql, LeaseOwner owner, Duration duration, ScheduledExecutorService executor) {
        this.leases = new LeaseRepository(sql);
        this.owner = owner;
        this.duration = duration;
        this.executor = executor;
    }

    /**
     * Acquires a stream's lease for this process, and starts to renew it.
     *
     * @param session creates the object that works under the lease; if it throws, the lease is released
     * @return empty while another owner holds the lease
     */
    public <T> Optional<T> acquire(String stream, Function<HeldLease, T> session) {
        return acquire(stream, owner, session);
    }

    /** Acquires a stream's lease for some owner, and starts to renew it. */
    public <T> Optional<T> acquire(String stream, LeaseOwner owner, Function<HeldLease, T> session) {
        return leases.acquire(stream, owner, duration).map(lease -> {
            HeldLease held = new HeldLease(leases, lease, duration, executor);
            try {
                return session.apply(held);
            } catch (RuntimeException e) {
                held.close();
                throw e;
            }
        });
    }

    /**
     * Acquires a stream's lease for an action of an operator. It lasts for a minute after each fence, without other
     * renewals. Joins the calling thread's transaction.
     *
     * @throws StreamLockedException when an attempt is in progress
     */
    public HeldLease acquireForAction(String stream) {
        return leases.acquire(stream, LeaseOwner.currentProcess(), ACTION)
                .map(lease -> new HeldLease(leases, lease, ACTION, null))
                .orElseThrow(() -> locked(stream, stream));
    }

    /**
     * Returns the exception that describes the owner of a stream's lease.
     *
     * @param name the stream's name for messages
     */
    public StreamLockedException locked(String stream, String name) {
        return new StreamLockedException("Another attempt is in progress on the stream " + name + ": "
                + leases.currentOwner(stream).orElse("it has just begun")
                + ". If that process has crashed, its lease expires within " + duration.toSeconds() + " s.");
    }

    /** Returns whether an owner, in whichever process, holds a stream's lease now. */
    public boolean isHeld(String stream) {
        return leases.isHeld(stream);
    }
}
