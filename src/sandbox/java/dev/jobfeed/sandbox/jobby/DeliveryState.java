package dev.jobfeed.sandbox.jobby;

/** What became of an attempt; the words are those of the documentation of the deliveries log. */
public enum DeliveryState {
    DELIVERED("delivered"),
    RETRYING("retrying"),
    DEAD_LETTERED("dead-lettered");

    private final String word;

    DeliveryState(String word) {
        this.word = word;
    }

    /** The word the API uses. */
    public String word() {
        return word;
    }
}
