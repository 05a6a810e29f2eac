package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What becomes of a place in a queue. Only {@code matched} is documented; the other words are chosen here. */
public enum QueueStatus {
    WAITING,
    MATCHED,
    CANCELLED,
    TIMED_OUT;

    /** Returns the word the API uses. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT);
    }
}
