package dev.jobfeed.ops;

import dev.jobfeed.Settings;
import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * How fresh a stream is.
 *
 * @param watermark everything up to here has been delivered; null before the first run has succeeded
 * @param age how long ago that is; null with it
 * @param target how old it may get
 * @param state what to make of it
 */
public record Freshness(OffsetDateTime watermark, Duration age, Duration target, State state) {

    /** What to make of a stream's age. */
    public enum State {
        /** Not older than its target. */
        FRESH,
        /** Older than its target. */
        LATE,
        /** No run has succeeded yet. */
        NEVER,
        /** Nothing keeps it in step: it is switched off, or has no schedule. */
        OFF
    }

    /** Looks at a stream. */
    public static Freshness of(Flow flow, OffsetDateTime watermark, Settings settings, OffsetDateTime now) {
        Duration target = flow.target(settings);
        Duration age = watermark == null ? null : Duration.between(watermark, now);
        State state = flow.schedule(settings).isEmpty()
                ? State.OFF
                : age == null ? State.NEVER : age.compareTo(target) > 0 ? State.LATE : State.FRESH;
        return new Freshness(watermark, age, target, state);
    }
}
