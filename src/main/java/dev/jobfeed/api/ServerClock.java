package dev.jobfeed.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * Tracks the server's clock, as the {@code Date} headers of responses show it relative to the clock of this machine.
 * Points in time are values of {@link System#nanoTime}, so that setting the machine's clock in the meantime has no
 * effect. Thread-safe.
 *
 * <p>A {@code Date} has whole seconds and is written between the sending of a request and the receipt of its response,
 * so each response limits the possible difference, and several limit it further. As long as all of them are consistent
 * with equal clocks, the clocks count as equal; otherwise the smallest possible difference counts. A response that
 * contradicts the limits shows that a clock was set.
 */
public final class ServerClock {

    /** A greater difference raises an alert. */
    public static final Duration TOLERATED = Duration.ofMinutes(1);

    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    /**
     * Clocks are corrected continuously; a smaller step is covered by the overlap of windows, and does not mean that a
     * clock was set.
     */
    public static final Duration STEP = Duration.ofSeconds(5);

    /** Two clocks read within this time count as read simultaneously. */
    private static final Duration SIMULTANEOUS = Duration.ofMillis(1);

    private static final int MOST_READINGS = 20;

    private final Instant localOrigin;
    private final long originNanos;
    private Duration difference = Duration.ZERO;
    private Duration lowest;
    private Duration highest;
    private Duration aligned = Duration.ZERO;
    private boolean known;
    private boolean measured;
    private boolean differing;
    private boolean changed;
    private boolean undated;
    private Duration fallen = Duration.ZERO;
    private Duration risen = Duration.ZERO;

    public ServerClock(Clock local) {
        long before;
        long after;
        Instant instant;
        int readings = 0;
        do {
            before = System.nanoTime();
            instant = local.instant();
            after = System.nanoTime();
            // a pause between the readings would look like a clock that was set
        } while (after - before > SIMULTANEOUS.toNanos() && ++readings < MOST_READINGS);
        localOrigin = instant;
        originNanos = after;
    }

    /**
     * The change that responses have shown since the last call of {@link #takeChange}.
     *
     * @param difference the server's time minus the local time; null when no response has ever shown it
     * @param fallen the amount by which the difference fell, if a clock must have been set; zero otherwise
     * @param risen the amount by which it rose, if a clock must have been set; zero otherwise
     */
    public record Change(Duration difference, Duration fallen, Duration risen) {}

    /**
     * Uses a difference from an earlier attempt until a response shows the current one.
     *
     * @param stored null when none is known
     */
    public synchronized void assume(Duration stored) {
        if (stored != null && !measured) {
            difference = stored;
            lowest = stored.minus(STEP);
            highest = stored.plus(STEP);
            aligned = stored;
            known = true;
        }
    }

    /**
     * Observes the {@code Date} of a response.
     *
     * @param sentNanos a time before the request was sent
     * @param receivedNanos a time after its headers were received
     */
    public synchronized void observe(Instant date, long sentNanos, long receivedNanos) {
        Duration least = Duration.between(local(receivedNanos), date);
        Duration most = Duration.between(local(sentNanos), date).plus(RESOLUTION);
        boolean agrees = known && least.compareTo(highest) <= 0 && most.compareTo(lowest) >= 0;
        lowest = agrees && lowest.compareTo(least) > 0 ? lowest : least;
        highest = agrees && highest.compareTo(most) < 0 ? highest : most;
        if (!known || difference.compareTo(lowest) < 0 || difference.compareTo(highest) > 0) {
            boolean equal = lowest.compareTo(Duration.ZERO) <= 0 && highest.compareTo(Duration.ZERO) >= 0;
            Duration found = equal ? Duration.ZERO : lowest;
            if (known && difference.minus(found).compareTo(STEP) > 0) {
                fallen = fallen.plus(difference.minus(found));
            }
            if (known && found.minus(difference).compareTo(STEP) > 0) {
                risen = risen.plus(found.minus(difference));
            }
            difference = found;
            changed = true;
        }
        changed = changed || !measured;
        differing = least.compareTo(TOLERATED) > 0 || most.compareTo(TOLERATED.negated()) < 0;
        known = true;
        measured = true;
    }

    /**
     * Observes a response without a readable {@code Date}: the assumed difference stays in use until a response shows
     * more.
     */
    public synchronized void observeUndated() {
        changed = changed || !measured && !undated;
        undated = true;
    }

    /** Returns the change since the last call; null when there is none. */
    public synchronized Change takeChange() {
        if (!changed) {
            return null;
        }
        Change change = new Change(known ? difference : null, fallen, risen);
        changed = false;
        fallen = Duration.ZERO;
        risen = Duration.ZERO;
        aligned = difference;
        return change;
    }

    /** Returns whether a response has shown the difference. */
    public synchronized boolean isMeasured() {
        return measured;
    }

    /** Returns whether the last response showed a difference that is certainly greater than {@link #TOLERATED}. */
    public synchronized boolean isDiffering() {
        return differing;
    }

    /** Returns the server's time minus the local time; zero until it is known. */
    public synchronized Duration difference() {
        return difference;
    }

    /** Returns the server's current time. */
    public OffsetDateTime now() {
        return at(System.nanoTime());
    }

    /** Returns the latest time that the server's clock may show now, given the resolution of a {@code Date}. */
    public OffsetDateTime latestNow() {
        return now().plus(RESOLUTION);
    }

    /** Returns the server's time at the start of the attempt. */
    public OffsetDateTime origin() {
        return at(originNanos);
    }

    /** Returns the server's time at a value of {@link System#nanoTime}. */
    public synchronized OffsetDateTime at(long nanos) {
        return utc(local(nanos).plus(difference));
    }

    /**
     * Returns the server's time at a value of {@link System#nanoTime}, using the difference last returned by
     * {@link #takeChange}. A response to a later request, which may show that the clock was set in the meantime, does
     * not affect it.
     */
    public synchronized OffsetDateTime alignedAt(long nanos) {
        return utc(local(nanos).plus(aligned));
    }

    private static OffsetDateTime utc(Instant time) {
        return time.atOffset(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }

    private Instant local(long nanos) {
        return localOrigin.plusNanos(nanos - originNanos);
    }
}
