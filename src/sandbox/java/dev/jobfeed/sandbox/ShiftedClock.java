package dev.jobfeed.sandbox;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;

/** Shows another clock's time with an offset that can be changed while it runs. */
final class ShiftedClock extends Clock {

    private final Clock base;
    private volatile Duration offset = Duration.ZERO;

    ShiftedClock(Clock base) {
        this.base = base;
    }

    Duration offset() {
        return offset;
    }

    void set(Duration next) {
        offset = next;
    }

    @Override
    public Instant instant() {
        return base.instant().plus(offset);
    }

    @Override
    public ZoneId getZone() {
        return base.getZone();
    }

    @Override
    public Clock withZone(ZoneId zone) {
        return Clock.offset(base.withZone(zone), offset);
    }
}
