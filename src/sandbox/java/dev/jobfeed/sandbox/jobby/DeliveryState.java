package dev.jobfeed.sandbox.jobby;

import com.fasterxml.jackson.annotation.JsonProperty;

/** What became of an attempt; the words are those of the documentation of the deliveries log. */
public enum DeliveryState {
    DELIVERED,
    RETRYING,
    @JsonProperty("dead-lettered")
    DEAD_LETTERED
}
