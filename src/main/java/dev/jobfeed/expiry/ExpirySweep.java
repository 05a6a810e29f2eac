package dev.jobfeed.expiry;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.persistence.DeliveredPageRepository;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.UsedCursors;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;

/**
 * One sweep of {@code GET /api/jobs/expired}. Routes keep it in the variable {@code jobfeedSweep}.
 *
 * <p>The list has ids but no times. A listed job that the feed has delivered since the start of the window may have
 * expired before that delivery and returned. The list is therefore read again from other times until that is decided,
 * see {@link UndecidedExpiries}.
 */
public final class ExpirySweep {

    /** Limit for reading the list again. Jobs still undecided then become pending expiries. */
    static final int MAX_REREADS = 1000;

    private static final int MAX_RESTARTS = 5;

    private final long startedNanos;
    private final int batchSize;
    private OffsetDateTime since;
    private OffsetDateTime startedAt;
    private String cursor;
    private int restarts;
    private Duration risen = Duration.ZERO;
    private boolean widened;
    private boolean finished;
    private long expiredInPage;
    private final UsedCursors usedCursors = new UsedCursors();
    private int emptyPages;
    private long unreadable;
    private String example;
    private UndecidedExpiries open = UndecidedExpiries.NONE;
    private final Set<UUID> listed = new HashSet<>();
    private Instant rereadFrom;
    private int rereads;
    private Findings findings = new Findings(List.of(), List.of(), UndecidedExpiries.NONE, null);

    /**
     * Result of a page.
     *
     * @param expired jobs that expired after their last delivery
     * @param undecided jobs for which that cannot be found out
     * @param open jobs for which that is still to be found out
     * @param rereadFrom time from which the list is read next; null if it is not read again, or if this reading continues
     */
    private record Findings(List<UUID> expired, List<UUID> undecided, UndecidedExpiries open, Instant rereadFrom) {}

    /**
     * Creates a sweep at its start.
     *
     * @param startedNanos start of the sweep as a value of {@link System#nanoTime}
     */
    public ExpirySweep(OffsetDateTime since, OffsetDateTime startedAt, long startedNanos, int batchSize) {
        this.since = since;
        this.startedAt = startedAt;
        this.startedNanos = startedNanos;
        this.batchSize = batchSize;
    }

    /** Returns when the sweep began, in server time; jobs that it finds are marked as expired at this time. */
    public OffsetDateTime startedAt() {
        return startedAt;
    }

    /**
     * Returns the earliest time that the server's clock may have shown when the sweep began. If it was set forward
     * during the sweep, jobs that expired in between, after their page was read, have times from before
     * {@link #startedAt}.
     *
     * @return null if the clock was not set forward
     */
    public OffsetDateTime earliestStartedAt() {
        return risen.isZero() ? null : startedAt.minus(risen);
    }

    public long startedNanos() {
        return startedNanos;
    }

    /** Returns the start of the window. */
    OffsetDateTime since() {
        return since;
    }

    /**
     * Sets start and window once the server's clock is known. The window is read again from its start if it begins
     * earlier, or if the times of deliveries were shifted.
     *
     * @param fell whether the difference of the clocks fell
     * @param rose the amount by which the difference of the clocks rose; zero if it did not
     */
    public void align(OffsetDateTime from, OffsetDateTime start, boolean fell, Duration rose) {
        startedAt = start;
        risen = risen.plus(rose);
        boolean isEarlier = from.isBefore(since.minus(ServerClock.STEP));
        widened |= fell || isEarlier;
        if (isEarlier) {
            since = from;
        }
    }

    /** Returns the query string of the next request. */
    public String query() {
        Instant from = rereadFrom == null ? since.toInstant() : rereadFrom;
        String query = "expired_since=" + DateTimeFormatter.ISO_INSTANT.format(from) + "&batch_size=" + batchSize;
        return cursor == null ? query : query + "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    }

    /** Returns whether there is another page to request. */
    public boolean isUnfinished() {
        return !finished;
    }

    /** Returns whether the list is being read again from a time other than the start of the window. */
    boolean isRereading() {
        return rereadFrom != null;
    }

    /**
     * Decides which jobs of a page have certainly expired: those not delivered since the start of the window and, with
     * the last page of a reading, those decided by it.
     *
     * @param delivered newest deliveries of listed jobs since the start of the window; empty while the list is read
     *     again
     * @param now server time
     */
    List<UUID> certain(ExpiredIdsPage page, Map<UUID, DeliveredPageRepository.Delivery> delivered, Instant now) {
        List<UUID> certain = isRereading()
                ? List.of()
                : page.ids().stream().filter(id -> !delivered.containsKey(id)).toList();
        UndecidedExpiries known = isRereading() ? open : open.with(delivered, since.toInstant());
        if (page.next().hasNext() || widened) {
            findings = new Findings(certain, List.of(), known, null);
        } else {
            if (isRereading()) {
                Set<UUID> all = new HashSet<>(listed);
                all.addAll(page.ids());
                known = known.read(rereadFrom, all);
            }
            findings = decide(certain, known, now);
        }
        return findings.expired();
    }

    private Findings decide(List<UUID> certain, UndecidedExpiries known, Instant now) {
        List<UUID> expired = new ArrayList<>(certain);
        expired.addAll(known.of(UndecidedExpiries.Verdict.EXPIRED, now));
        List<UUID> undecided = new ArrayList<>(known.of(UndecidedExpiries.Verdict.UNKNOWN, now));
        Instant next = known.undecided(now).next(now).orElse(null);
        if (next != null && rereads == MAX_REREADS) {
            undecided.addAll(known.of(UndecidedExpiries.Verdict.OPEN, now));
            next = null;
        }
        return new Findings(expired, undecided, known.undecided(now), next);
    }

    /**
     * Returns the jobs of the current page for which it cannot be found out whether they expired after their last
     * delivery.
     */
    List<UUID> undecided() {
        return findings.undecided();
    }

    /** Returns whether the current page has such jobs. */
    public boolean hasUndecided() {
        return !findings.undecided().isEmpty();
    }

    /** Adds to the number of jobs of the current page that were active until now. */
    public void expired(int rows) {
        expiredInPage += rows;
    }

    /**
     * Restarts a reading of the list, because its cursor expired or its window is out of reach.
     *
     * @param from start of the window
     * @throws AttemptFailedException after too many restarts
     */
    public void restart(OffsetDateTime from) {
        countRestart();
        if (widened || !isRereading()) {
            since = from;
            beginWindow();
        } else {
            begin(rereadFrom);
        }
    }

    private void countRestart() {
        if (++restarts > MAX_RESTARTS) {
            throw new AttemptFailedException(
                    AlertCondition.CURSOR_RESTARTS,
                    "The cursor of the sweep expired, or a clock was set, more than " + MAX_RESTARTS
                            + " times in one attempt.",
                    "The next attempt starts the sweep again. If this persists, contact Jobo.");
        }
    }

    private void beginWindow() {
        begin(null);
        widened = false;
        rereads = 0;
        open = UndecidedExpiries.NONE;
        unreadable = 0;
        example = null;
    }

    long expiredInPage() {
        return expiredInPage;
    }

    public void committed(ExpiredIdsPage page) {
        if (page.next().hasNext() && !usedCursors.add(page.next().cursor())) {
            throw new AttemptFailedException(
                    AlertCondition.CURSOR_STUCK,
                    "The list of expired ids returned a cursor that this sweep has used before, so the sweep would never end.",
                    "The next attempt starts the sweep again. If this persists, contact Jobo.");
        }
        emptyPages = page.ids().isEmpty() ? emptyPages + 1 : 0;
        if (page.next().hasNext() && FeedProgress.isTooMany(emptyPages)) {
            throw new AttemptFailedException(
                    AlertCondition.EMPTY_PAGES,
                    "The list of expired ids returned " + emptyPages + " empty pages in a row and announces more.",
                    "The next attempt starts the sweep again. If this persists, contact Jobo.");
        }
        expiredInPage = 0;
        cursor = page.next().cursor();
        if (widened) {
            countRestart();
            beginWindow();
            return;
        }
        if (!isRereading()) {
            unreadable += page.unreadable();
            example = example == null ? page.example() : example;
        }
        open = findings.open();
        if (page.next().hasNext()) {
            listed.addAll(isRereading() ? page.ids() : List.of());
        } else {
            finished = findings.rereadFrom() == null;
            begin(findings.rereadFrom());
            rereads++;
        }
    }

    /** Begins a reading of the list, from the start of the window (null) or from another time. */
    private void begin(Instant from) {
        rereadFrom = from;
        cursor = null;
        usedCursors.clear();
        emptyPages = 0;
        listed.clear();
    }

    /**
     * Fails for a reading with unreadable ids, which never counts as complete.
     *
     * @throws AttemptFailedException if there were unreadable ids
     */
    public void checkReadable() {
        if (unreadable > 0) {
            throw unreadable();
        }
    }

    /** Returns whether every id of the window was readable. */
    boolean isReadable() {
        return unreadable == 0;
    }

    /** Describes the failure of an attempt whose sweep has unreadable ids. */
    AttemptFailedException unreadable() {
        return new AttemptFailedException(
                AlertCondition.SWEEP_UNREADABLE,
                "The API listed " + unreadable + " expired ids that are not UUIDs; the first is " + example
                        + ". The watermark of the sweep does not move, because one of these jobs may still be active.",
                "Contact Jobo. Each attempt requests these ids again, as long as /expired reaches back; after that, a resync"
                        + " finds the jobs.");
    }
}
