package dev.jobfeed.outbox;

import dev.jobfeed.lease.Lease;
import dev.jobfeed.lease.LeaseRenewer;
import dev.jobfeed.tenant.Tenant;
import java.util.List;

/** The right to send, until it is given back or taken over. In routes it is the variable {@code jobfeedRelaySession}. */
public final class RelaySession {

    private final Tenant tenant;
    private final Lease lease;
    private final String to;
    private final String receiver;
    private final List<OutboxSource> sources;
    private LeaseRenewer heartbeat;
    private volatile boolean lost;
    private long provenNanos = System.nanoTime();
    private OutboxSource source;
    private boolean finished;
    private long sent;

    RelaySession(Tenant tenant, Lease lease, String to, String receiver, List<OutboxSource> sources) {
        this.tenant = tenant;
        this.lease = lease;
        this.to = to;
        this.receiver = receiver;
        this.sources = sources;
    }

    /** Whose events are sent. */
    Tenant tenant() {
        return tenant;
    }

    Lease lease() {
        return lease;
    }

    /** Where events go, as the URI of an endpoint, for expressions in routes. */
    public String getTo() {
        return to;
    }

    /** Who the endpoint is, for an operator, who must not see the password that may be in it. */
    String receiver() {
        return receiver;
    }

    void beats(LeaseRenewer begun) {
        heartbeat = begun;
    }

    LeaseRenewer heartbeat() {
        return heartbeat;
    }

    void lose() {
        lost = true;
    }

    /** Whether somebody else sends by now. */
    boolean isLost() {
        return lost;
    }

    /** Whether more may be waiting. */
    public boolean isUnfinished() {
        return !finished;
    }

    /** The next events, all of one source; none ends the turn. */
    List<JobfeedCloudEvent> next(int limit) {
        for (OutboxSource one : sources) {
            List<JobfeedCloudEvent> events = one.waiting(limit);
            if (!events.isEmpty()) {
                source = one;
                return events;
            }
        }
        finished = true;
        return List.of();
    }

    List<OutboxSource> sources() {
        return sources;
    }

    /** Whose events are being sent. */
    OutboxSource source() {
        return source;
    }

    long sent() {
        return sent;
    }

    void hasSent() {
        sent++;
    }

    /** How long ago the lease was this turn's for certain. */
    long nanosSinceProof() {
        return System.nanoTime() - provenNanos;
    }

    void proven() {
        provenNanos = System.nanoTime();
    }
}
