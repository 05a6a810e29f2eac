package dev.jobfeed.sandbox.jobby;

import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * How the stand-in for Jobby.dev is to be.
 *
 * @param tokens the accepted tokens with their scopes
 * @param rateLimits whether the limits are enforced; the headers are sent either way
 * @param liveEvents how many events are live at the start
 * @param liveEventsPerMinute events that appear each minute; as many end, the oldest first
 * @param queueAhead how many strangers are in line before the first place
 * @param queueMovesPerMinute how often each minute every queue moves up by one; while it is above 0, matches
 *     that nobody accepts expire
 * @param pollFloor requests for the queue's status that follow each other faster are counted
 * @param dataEnvelope whether single objects come as {@code {"data":{…}}} like lists do, or bare
 * @param retryTimeScale what the waits between webhook deliveries are multiplied with; 0 repeats at once
 * @param deliveryTimeout how long a subscriber may take to answer
 * @param seed the seed of everything that is drawn
 */
public record JobbyOptions(
        Map<String, Set<String>> tokens,
        boolean rateLimits,
        int liveEvents,
        double liveEventsPerMinute,
        int queueAhead,
        double queueMovesPerMinute,
        Duration pollFloor,
        boolean dataEnvelope,
        double retryTimeScale,
        Duration deliveryTimeout,
        long seed) {

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

    public JobbyOptions {
        tokens = Map.copyOf(tokens);
        atLeastZero("liveEvents", liveEvents);
        atLeastZero("liveEventsPerMinute", liveEventsPerMinute);
        atLeastZero("queueAhead", queueAhead);
        atLeastZero("queueMovesPerMinute", queueMovesPerMinute);
        atLeastZero("retryTimeScale", retryTimeScale);
        Objects.requireNonNull(pollFloor, "pollFloor");
        Objects.requireNonNull(deliveryTimeout, "deliveryTimeout");
    }

    private static void atLeastZero(String name, double value) {
        if (!(value >= 0)) {
            throw new IllegalArgumentException(name + " is " + value + ", but must not be negative");
        }
    }

    /** As the real service is, with one token that may do everything and a fair that stands still. */
    public static JobbyOptions defaults() {
        return builder().build();
    }

    /** Starts from the defaults. */
    public static Builder builder() {
        return new Builder();
    }

    /** Collects options; each starts at its default. */
    public static final class Builder {

        private final Map<String, Set<String>> tokens = new LinkedHashMap<>(Map.of(Jobby.TEST_TOKEN, SCOPES));
        private boolean rateLimits = true;
        private int liveEvents = 3;
        private double liveEventsPerMinute;
        private int queueAhead = 2;
        private double queueMovesPerMinute;
        private Duration pollFloor = Duration.ofSeconds(5);
        private boolean dataEnvelope = true;
        private double retryTimeScale = 1;
        private Duration deliveryTimeout = Duration.ofSeconds(10);
        private long seed = 1;

        private Builder() {}

        /** Accepts a token with these scopes, or gives a known one other scopes. */
        public Builder token(String token, String... scopes) {
            tokens.put(token, Set.of(scopes));
            return this;
        }

        /** See {@link JobbyOptions#rateLimits()}. */
        public Builder rateLimits(boolean value) {
            rateLimits = value;
            return this;
        }

        /** See {@link JobbyOptions#liveEvents()}. */
        public Builder liveEvents(int value) {
            liveEvents = value;
            return this;
        }

        /** See {@link JobbyOptions#liveEventsPerMinute()}. */
        public Builder liveEventsPerMinute(double value) {
            liveEventsPerMinute = value;
            return this;
        }

        /** See {@link JobbyOptions#queueAhead()}. */
        public Builder queueAhead(int value) {
            queueAhead = value;
            return this;
        }

        /** See {@link JobbyOptions#queueMovesPerMinute()}. */
        public Builder queueMovesPerMinute(double value) {
            queueMovesPerMinute = value;
            return this;
        }

        /** See {@link JobbyOptions#pollFloor()}. */
        public Builder pollFloor(Duration value) {
            pollFloor = value;
            return this;
        }

        /** See {@link JobbyOptions#dataEnvelope()}. */
        public Builder dataEnvelope(boolean value) {
            dataEnvelope = value;
            return this;
        }

        /** See {@link JobbyOptions#retryTimeScale()}. */
        public Builder retryTimeScale(double value) {
            retryTimeScale = value;
            return this;
        }

        /** See {@link JobbyOptions#deliveryTimeout()}. */
        public Builder deliveryTimeout(Duration value) {
            deliveryTimeout = value;
            return this;
        }

        /** See {@link JobbyOptions#seed()}. */
        public Builder seed(long value) {
            seed = value;
            return this;
        }

        /** The finished options. */
        public JobbyOptions build() {
            return new JobbyOptions(
                    tokens,
                    rateLimits,
                    liveEvents,
                    liveEventsPerMinute,
                    queueAhead,
                    queueMovesPerMinute,
                    pollFloor,
                    dataEnvelope,
                    retryTimeScale,
                    deliveryTimeout,
                    seed);
        }
    }
}
