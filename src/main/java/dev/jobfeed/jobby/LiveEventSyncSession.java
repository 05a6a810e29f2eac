package dev.jobfeed.jobby;

import dev.jobfeed.lease.Lease;
import dev.jobfeed.persistence.RejectedRecordFinder;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;

/** One look at the list of live events. In routes it is the variable {@code jobbySession}; written by their thread only. */
public final class LiveEventSyncSession {

    private final Lease lease;
    private final OffsetDateTime startedAt;
    private Collection<LiveEvent> events = List.of();
    private boolean complete;
    private LiveEventRepository.Changes changes = new LiveEventRepository.Changes(0, 0);
    private int expired;
    private RejectedRecordFinder<LiveEvent> refused;

    LiveEventSyncSession(Lease lease, OffsetDateTime startedAt) {
        this.lease = lease;
        this.startedAt = startedAt;
    }

    Lease lease() {
        return lease;
    }

    /** When it began: before its request. */
    OffsetDateTime startedAt() {
        return startedAt;
    }

    /** Whether the list has every event that is live, so that what is not on it has ended. */
    public boolean isComplete() {
        return complete && (refused == null || refused.reasons().isEmpty());
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

    /** Stores the list without the events that the database refuses. */
    void storeWithout(RejectedRecordFinder<LiveEvent> events) {
        refused = events;
    }

    /** The events that the database refuses; null unless it refused the list. */
    RejectedRecordFinder<LiveEvent> refused() {
        return refused;
    }

    void expired(int count) {
        expired = count;
    }

    /** What the list brought, for a log. */
    String summary() {
        return events.size() + " live (" + changes.created() + " new, " + changes.changed() + " changed or back), "
                + expired + " ended" + (isComplete() ? "" : "; the list may be cut, so that none ended by it");
    }
}
