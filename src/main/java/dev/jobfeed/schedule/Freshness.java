package dev.jobfeed.schedule;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * Describes how current a stream's stored data is.
 *
 * @param watermark everything up to here has been delivered; null before the first successful run
 * @param age the age of the watermark by the server's clock; zero for a watermark later than now, null without one
 * @param target the maximum age
 * @param state the evaluation
 */
public record Freshness(OffsetDateTime watermark, Duration age, Duration target, State state) {

    /** The evaluation of a stream's age. */
    public enum State {
        /** Not older than its target. */
        FRESH,
        /** Older than its target, or of unknown age because the watermark is later than now. */
        LATE,
        /** No run has succeeded yet. */
        NEVER,
        /** Not updated: disabled, or without a schedule. */
        OFF
    }

    /**
     * Evaluates a stream.
     *
     * @param now the local time
     */
    public static Freshness of(
            ScheduledStream stream, StreamState stored, JobfeedProperties settings, OffsetDateTime now) {
        OffsetDateTime watermark = stored.lastRunStartedAt();
        Duration target = stream.target(settings);
        Duration age = watermark == null ? null : Duration.between(watermark, stored.serverTime(now));
        State state = stream.schedule(settings).isEmpty()
                ? State.OFF
                : age == null ? State.NEVER : age.compareTo(target) > 0 || isAhead(age) ? State.LATE : State.FRESH;
        return new Freshness(watermark, age != null && age.isNegative() ? Duration.ZERO : age, target, state);
    }

    /** Returns whether a watermark is too far in the future to show how current the stream is. */
    private static boolean isAhead(Duration age) {
        return age.plus(ServerClock.TOLERATED).isNegative();
    }

    /** Returns whether the stream is late because its watermark is later than now. */
    public boolean isOfUnknownAge() {
        return state == State.LATE && age.compareTo(target) <= 0;
    }
}
