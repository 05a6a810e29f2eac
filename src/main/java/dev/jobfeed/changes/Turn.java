package dev.jobfeed.changes;

import dev.jobfeed.run.Heartbeat;
import dev.jobfeed.run.Lease;
import dev.jobfeed.tenant.Tenant;
import java.util.List;

/** The right to send, until it is given back or taken over. In routes it is the variable {@code jobfeedTurn}. */
public final class Turn {

    private final Tenant tenant;
    private final Lease lease;
    private final String to;
    private final String receiver;
    private final List<EventSource> sources;
    private Heartbeat heartbeat;
    private volatile boolean lost;
    private long provenNanos = System.nanoTime();
    private EventSource source;
    private boolean finished;
    private long sent;

    Turn(Tenant tenant, Lease lease, String to, String receiver, List<EventSource> sources) {
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

    /** Who the endpoint is, for a person, who must not see the password that may be in it. */
    String receiver() {
        return receiver;
    }

    void beats(Heartbeat begun) {
        heartbeat = begun;
    }

    Heartbeat heartbeat() {
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
    List<Event> next(int limit) {
        for (EventSource one : sources) {
            List<Event> events = one.waiting(limit);
            if (!events.isEmpty()) {
                source = one;
                return events;
            }
        }
        finished = true;
        return List.of();
    }

    List<EventSource> sources() {
        return sources;
    }

    /** Whose events are being sent. */
    EventSource source() {
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
