package dev.jobfeed.sandbox.jobby;

/** What becomes of a place in a queue. Only {@code matched} is documented; the other words are chosen here. */
public enum QueueStatus {
    WAITING("waiting"),
    MATCHED("matched"),
    CANCELLED("cancelled"),
    TIMED_OUT("timed_out");

    private final String word;

    QueueStatus(String word) {
        this.word = word;
    }

    /** The word the API uses. */
    public String word() {
        return word;
    }
}
