package dev.jobfeed.api;

import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;

/**
 * The server's clock, as the {@code Date} headers of answers show it beside the clock of this machine. Points in time are
 * values of {@link System#nanoTime}, so that setting the machine's clock meanwhile changes nothing. Safe for use by several
 * threads.
 *
 * <p>A {@code Date} has whole seconds and is written at some time between sending a request and receiving its answer, so each
 * answer bounds the difference, and several bound it better. As long as all of them agree with equal clocks, these count as
 * equal; otherwise the smallest possible difference counts. An answer that contradicts the bounds shows that a clock was set.
 */
public final class ServerClock {

    /** A greater difference raises an alert. */
    public static final Duration TOLERATED = Duration.ofMinutes(1);

    private static final Duration RESOLUTION = Duration.ofSeconds(1);

    /** Clocks are corrected all the time; less than this is within what windows overlap, and no clock that was set. */
    public static final Duration STEP = Duration.ofSeconds(5);

    /** Two clocks that are read within this time count as read at once. */
    private static final Duration AT_ONCE = Duration.ofMillis(1);

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

    public ServerClock(Clock local) {
        long before;
        long after;
        Instant instant;
        int readings = 0;
        do {
            before = System.nanoTime();
            instant = local.instant();
            after = System.nanoTime();
            // a pause between them would pass for a clock that was set
        } while (after - before > AT_ONCE.toNanos() && ++readings < MOST_READINGS);
        localOrigin = instant;
        originNanos = after;
    }

    /**
     * What answers have shown since it was last asked.
     *
     * @param difference the server's time minus the local time; null when no answer has ever shown it
     * @param fallen how much that is less than it was known to be, where a clock must have been set; zero otherwise
     */
    public record Change(Duration difference, Duration fallen) {}

    /**
     * Goes by a difference from an earlier attempt until an answer shows it.
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
     * Takes the {@code Date} of an answer.
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
            difference = found;
            changed = true;
        }
        changed = changed || !measured;
        differing = least.compareTo(TOLERATED) > 0 || most.compareTo(TOLERATED.negated()) < 0;
        known = true;
        measured = true;
    }

    /** Takes an answer without a readable {@code Date}: what is assumed counts, until an answer shows more. */
    public synchronized void observeUndated() {
        changed = changed || !measured && !undated;
        undated = true;
    }

    /** What is new since the last call; null when nothing is. */
    public synchronized Change takeChange() {
        if (!changed) {
            return null;
        }
        Change change = new Change(known ? difference : null, fallen);
        changed = false;
        fallen = Duration.ZERO;
        aligned = difference;
        return change;
    }

    /** Whether an answer has shown the difference. */
    public synchronized boolean isMeasured() {
        return measured;
    }

    /** Whether the last answer showed a difference that is certainly greater than {@link #TOLERATED}. */
    public synchronized boolean isDiffering() {
        return differing;
    }

    /** The server's time minus the local time; zero until it is known. */
    public synchronized Duration difference() {
        return difference;
    }

    /** The server's time now. */
    public OffsetDateTime now() {
        return at(System.nanoTime());
    }

    /** The latest time that the server's clock may show now, as far as a {@code Date} tells. */
    public OffsetDateTime latestNow() {
        return now().plus(RESOLUTION);
    }

    /** The server's time at the beginning of the attempt. */
    public OffsetDateTime origin() {
        return at(originNanos);
    }

    /** The server's time at a value of {@link System#nanoTime}. */
    public synchronized OffsetDateTime at(long nanos) {
        return utc(local(nanos).plus(difference));
    }

    /**
     * The server's time at a value of {@link System#nanoTime}, by what {@link #takeChange} said last. An answer to a later
     * request, which may show that the clock was set meanwhile, does not count for it.
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
