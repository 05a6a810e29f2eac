package dev.jobfeed.outbox;

import java.time.OffsetDateTime;
import java.util.List;

/** A source of pending events. */
public interface OutboxSource {

    /** Returns whether an event is pending. */
    boolean isWaiting();

    /** Returns the first pending events, in sending order. */
    List<JobfeedCloudEvent> waiting(int limit);

    /** Records that an event was sent. */
    void sent(JobfeedCloudEvent event, OffsetDateTime at);

    /** Deletes some of the events sent before a time, unless they are needed for another purpose. */
    void forget(OffsetDateTime before);
}
