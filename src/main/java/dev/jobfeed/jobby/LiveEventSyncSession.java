package dev.jobfeed.jobby;

import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.persistence.RejectedRecordFinder;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;

/**
 * One sync of the live events. Routes keep it in the variable {@code jobbySession}. Written by the route's thread only.
 */
public final class LiveEventSyncSession {

    private final HeldLease lease;
    private final OffsetDateTime startedAt;
    private Collection<LiveEvent> events = List.of();
    private boolean complete;
    private LiveEventRepository.Changes changes = new LiveEventRepository.Changes(0, 0);
    private int expired;
    private RejectedRecordFinder<LiveEvent> rejected;

    LiveEventSyncSession(HeldLease lease, OffsetDateTime startedAt) {
        this.lease = lease;
        this.startedAt = startedAt;
    }

    HeldLease lease() {
        return lease;
    }

    /** Returns when the session began, before its request. */
    OffsetDateTime startedAt() {
        return startedAt;
    }

    /** Returns whether the list has every live event, so that all others have ended. */
    public boolean isComplete() {
        return complete && (rejected == null || rejected.reasons().isEmpty());
    }

    Collection<LiveEvent> events() {
        return events;
    }

    void read(Collection<LiveEvent> listed, boolean isAll) {
        events = listed;
        complete = isAll;
    }

    void wrote(LiveEventRepository.Changes written) {
        changes = changes.plus(written);
    }

    /** Stores the list without the events that the database rejects. */
    void storeWithout(RejectedRecordFinder<LiveEvent> events) {
        rejected = events;
    }

    /** Returns the events that the database rejects; null unless it rejected the list. */
    RejectedRecordFinder<LiveEvent> refused() {
        return rejected;
    }

    void expired(int count) {
        expired = count;
    }

    /** Summarizes the changes for the log. */
    String summary() {
        return events.size() + " live (" + changes.created() + " new, " + changes.changed() + " changed or back), "
                + expired + " ended" + (isComplete() ? "" : "; the list may be cut, so that none ended by it");
    }
}
