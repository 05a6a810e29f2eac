package dev.jobfeed.sandbox.jobby;

import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/** How the stand-in for Jobby.dev is to be. */
public final class JobbyOptions {

    /** Every scope the documentation lists. */
    public static final Set<String> SCOPES = Set.of(
            "profile:read", "profile:write",
            "queue:read", "queue:write",
            "matches:read", "matches:write",
            "billing:read", "billing:write",
            "events:read", "events:write",
            "jobs:read", "jobs:write",
            "candidates:read", "candidates:write",
            "webhooks:read", "webhooks:write",
            "settings:read", "settings:write");

    final Map<String, Set<String>> tokens = new HashMap<>(Map.of(Jobby.TEST_TOKEN, SCOPES));
    boolean rateLimits = true;
    int liveEvents = 3;
    double liveEventsPerMinute;
    double queueMovesPerMinute;
    Duration pollFloor = Duration.ofSeconds(5);
    boolean dataEnvelope = true;
    double retryTimeScale = 1;
    Duration deliveryTimeout = Duration.ofSeconds(10);

    private JobbyOptions() {}

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects the options of one sandbox; each starts at its default. */
    public static final class Builder {

        private final JobbyOptions options = new JobbyOptions();

        private Builder() {}

        /** Accepts a token with these scopes, or gives a known one other scopes. */
        public Builder token(String token, String... scopes) {
            options.tokens.put(token, Set.of(scopes));
            return this;
        }

        /** Sets whether the limits are enforced; the headers are sent either way. */
        public Builder rateLimits(boolean value) {
            options.rateLimits = value;
            return this;
        }

        /** Sets how many events are live at the start. */
        public Builder liveEvents(int value) {
            options.liveEvents = notNegative("liveEvents", value);
            return this;
        }

        /** Sets how many events appear each minute; as many end, the oldest first. */
        public Builder liveEventsPerMinute(double value) {
            options.liveEventsPerMinute = notNegative("liveEventsPerMinute", value);
            return this;
        }

        /** Sets how often each minute every queue moves up by one; above 0, matches that are not accepted expire. */
        public Builder queueMovesPerMinute(double value) {
            options.queueMovesPerMinute = notNegative("queueMovesPerMinute", value);
            return this;
        }

        /** Counts requests for the queue's status that follow each other faster. */
        public Builder pollFloor(Duration value) {
            options.pollFloor = value;
            return this;
        }

        /** Sets whether single objects come as {@code {"data":{…}}} like lists do, or bare. */
        public Builder dataEnvelope(boolean value) {
            options.dataEnvelope = value;
            return this;
        }

        /** Multiplies the waits between webhook deliveries; 0 repeats at once. */
        public Builder retryTimeScale(double value) {
            options.retryTimeScale = notNegative("retryTimeScale", value);
            return this;
        }

        /** Sets how long a subscriber may take to answer. */
        public Builder deliveryTimeout(Duration value) {
            options.deliveryTimeout = value;
            return this;
        }

        public JobbyOptions build() {
            return options;
        }
    }

    private static <T extends Number> T notNegative(String name, T value) {
        if (!(value.doubleValue() >= 0)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must not be negative");
        }
        return value;
    }
}
