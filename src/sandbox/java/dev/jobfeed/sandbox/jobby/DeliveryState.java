package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonValue;
import java.util.Locale;

/** What became of an attempt; the words are those of the documentation of the deliveries log. */
public enum DeliveryState {
    DELIVERED,
    RETRYING,
    DEAD_LETTERED;

    /** Returns the word the API uses. */
    @JsonValue
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
