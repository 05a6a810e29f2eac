package dev.jobfeed.changes;

import dev.jobfeed.run.Heartbeat;
import dev.jobfeed.run.Lease;
import java.util.List;

/** The right to send, until it is given back or taken over. In routes it is the variable {@code jobfeedTurn}. */
public final class Turn {

    private final Lease lease;
    private final String to;
    private Heartbeat heartbeat;
    private volatile boolean lost;
    private long provenNanos = System.nanoTime();
    private EventSource source;
    private boolean finished;
    private long sent;

    Turn(Lease lease, String to) {
        this.lease = lease;
        this.to = to;
    }

    Lease lease() {
        return lease;
    }

    /** Where events go, as the URI of an endpoint, for expressions in routes. */
    public String getTo() {
        return to;
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

    /** Takes some events of a source; none ends the turn. */
    void takes(EventSource of, List<Event> events) {
        source = of;
        finished = events.isEmpty();
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
