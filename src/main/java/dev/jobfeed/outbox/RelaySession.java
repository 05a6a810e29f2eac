package dev.jobfeed.outbox;

import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.tenant.Tenant;
import java.util.List;

/**
 * Represents the exclusive right to send events, until the lease is released or lost. In routes it is the variable
 * {@code jobfeedRelaySession}.
 */
public final class RelaySession {

    private final Tenant tenant;
    private final HeldLease lease;
    private final String to;
    private final String receiver;
    private final List<OutboxSource> sources;
    private OutboxSource source;
    private boolean finished;
    private long sent;

    RelaySession(Tenant tenant, HeldLease lease, String to, String receiver, List<OutboxSource> sources) {
        this.tenant = tenant;
        this.lease = lease;
        this.to = to;
        this.receiver = receiver;
        this.sources = sources;
    }

    /** Returns the tenant whose events are sent. */
    Tenant tenant() {
        return tenant;
    }

    HeldLease lease() {
        return lease;
    }

    /** Returns the URI of the target endpoint, for expressions in routes. */
    public String getTo() {
        return to;
    }

    /** Describes the endpoint for the operator, without the password that its URI may contain. */
    String receiver() {
        return receiver;
    }

    /** Returns whether more events may be pending. */
    public boolean isUnfinished() {
        return !finished;
    }

    /** Returns the next events, all of one source; an empty list ends the session. */
    List<JobfeedCloudEvent> next(int limit) {
        for (OutboxSource candidate : sources) {
            List<JobfeedCloudEvent> events = candidate.waiting(limit);
            if (!events.isEmpty()) {
                source = candidate;
                return events;
            }
        }
        finished = true;
        return List.of();
    }

    List<OutboxSource> sources() {
        return sources;
    }

    /** Returns the source of the events being sent. */
    OutboxSource source() {
        return source;
    }

    long sent() {
        return sent;
    }

    void hasSent() {
        sent++;
    }
}
