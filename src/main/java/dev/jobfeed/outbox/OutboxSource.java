package dev.jobfeed.outbox;

import java.time.OffsetDateTime;
import java.util.List;

/** Where events wait to be sent. */
public interface OutboxSource {

    /** Whether there is one. */
    boolean isWaiting();

    /** The first of them, in the order in which they are to be sent. */
    List<JobfeedCloudEvent> waiting(int limit);

    /** Notes that one was sent. */
    void sent(JobfeedCloudEvent event, OffsetDateTime at);

    /** Forgets some of those that were sent before a time, if they are kept for nothing else. */
    void forget(OffsetDateTime before);
}
