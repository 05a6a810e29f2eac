package dev.jobfeed.schedule;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * How fresh a stream is.
 *
 * @param watermark everything up to here has been delivered; null before the first run has succeeded
 * @param age how long ago that is, by the server's clock; zero for a watermark that is later than now, null without one
 * @param target how old it may get
 * @param state what to make of it
 */
public record Freshness(OffsetDateTime watermark, Duration age, Duration target, State state) {

    /** What to make of a stream's age. */
    public enum State {
        /** Not older than its target. */
        FRESH,
        /** Older than its target, or of an unknown age, because the watermark is later than now. */
        LATE,
        /** No run has succeeded yet. */
        NEVER,
        /** Nothing keeps it in step: it is switched off, or has no schedule. */
        OFF
    }

    /**
     * Looks at a stream.
     *
     * @param now the local time
     */
    public static Freshness of(
            ScheduledStream flow, StreamState stored, JobfeedProperties settings, OffsetDateTime now) {
        OffsetDateTime watermark = stored.lastRunStartedAt();
        Duration target = flow.target(settings);
        Duration age = watermark == null ? null : Duration.between(watermark, stored.serverTime(now));
        State state = flow.schedule(settings).isEmpty()
                ? State.OFF
                : age == null ? State.NEVER : age.compareTo(target) > 0 || isAhead(age) ? State.LATE : State.FRESH;
        return new Freshness(watermark, age != null && age.isNegative() ? Duration.ZERO : age, target, state);
    }

    /** Whether a watermark is so much later than now that it does not tell how fresh the stream is. */
    private static boolean isAhead(Duration age) {
        return age.plus(ServerClock.TOLERATED).isNegative();
    }

    /** Whether the stream is late because its watermark is later than now. */
    public boolean isOfUnknownAge() {
        return state == State.LATE && age.compareTo(target) <= 0;
    }
}
