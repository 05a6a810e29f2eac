package dev.jobfeed.sandbox.jobby;

/** What becomes of a place in a queue. Only {@code matched} is documented; the other words are chosen here. */
public enum QueueStatus {
    WAITING,
    MATCHED,
    CANCELLED,
    TIMED_OUT
}
