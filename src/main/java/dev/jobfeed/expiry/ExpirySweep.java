package dev.jobfeed.expiry;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.persistence.DeliveryRepository;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.UsedCursors;
import dev.jobfeed.problem.AttemptFailedException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
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
 * One sweep of {@code GET /api/jobs/expired}. In routes it is the variable {@code jobfeedSweep}.
 *
 * <p>The list has ids and no times. A listed job that the feed has delivered since the window's beginning may have expired
 * before that and returned, so the list is read again from other times until that is decided, see {@link UndecidedExpiries}.
 */
public final class ExpirySweep {

    /** How often the list is read again at most. What is undecided then waits for the operator. */
    static final int MOST_QUESTIONS = 1000;

    private static final int MOST_RESTARTS = 5;

    private final long startedNanos;
    private final int batchSize;
    private OffsetDateTime since;
    private OffsetDateTime startedAt;
    private String cursor;
    private int restarts;
    private boolean widened;
    private boolean finished;
    private long expiredInPage;
    private final UsedCursors used = new UsedCursors();
    private int emptyPages;
    private long unreadable;
    private String example;
    private UndecidedExpiries doubts = UndecidedExpiries.NONE;
    private final Set<UUID> listed = new HashSet<>();
    private Instant question;
    private int questions;
    private Findings findings = new Findings(List.of(), List.of(), UndecidedExpiries.NONE, null);

    /**
     * What a page decides.
     *
     * @param expired jobs that have expired since the feed delivered them
     * @param undecided jobs of which that cannot be found out
     * @param doubts jobs of which it is to be found out
     * @param question the time from which the list is to be read next; null when it is not, or goes on
     */
    private record Findings(List<UUID> expired, List<UUID> undecided, UndecidedExpiries doubts, Instant question) {}

    /**
     * A sweep that begins.
     *
     * @param startedNanos when, as a value of {@link System#nanoTime}
     */
    public ExpirySweep(OffsetDateTime since, OffsetDateTime startedAt, long startedNanos, int batchSize) {
        this.since = since;
        this.startedAt = startedAt;
        this.startedNanos = startedNanos;
        this.batchSize = batchSize;
    }

    /** When the sweep began, in the server's time; what it finds is marked as expired at this time. */
    public OffsetDateTime startedAt() {
        return startedAt;
    }

    public long startedNanos() {
        return startedNanos;
    }

    /** The beginning of the window that is swept. */
    OffsetDateTime since() {
        return since;
    }

    /**
     * Goes by another start, and by an earlier window, once the server's clock is known. The window is read from its beginning
     * when it is earlier, or when deliveries have other times since.
     *
     * @param fell whether the difference of the clocks fell
     */
    public void align(OffsetDateTime from, OffsetDateTime start, boolean fell) {
        startedAt = start;
        boolean isEarlier = from.isBefore(since.minus(ServerClock.STEP));
        widened |= fell || isEarlier;
        if (isEarlier) {
            since = from;
        }
    }

    /** The query of the next request. */
    public String query() {
        Instant from = question == null ? since.toInstant() : question;
        String query = "expired_since=" + DateTimeFormatter.ISO_INSTANT.format(from) + "&batch_size=" + batchSize;
        return cursor == null ? query : query + "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    }

    /** Whether there is another page to be asked for. */
    public boolean isUnfinished() {
        return !finished;
    }

    /** Whether the list is read again from another time than the beginning of the window. */
    boolean isAsking() {
        return question != null;
    }

    /**
     * Decides which jobs of a page have certainly expired: those that were not delivered since the window's beginning and,
     * with the last page of a reading, those of which it is decided by then.
     *
     * @param delivered the newest deliveries of listed jobs since the window's beginning; none while the list is read again
     * @param now the server's time
     */
    List<UUID> certain(ExpiredIdsPage page, Map<UUID, DeliveryRepository.Delivery> delivered, Instant now) {
        List<UUID> certain = isAsking()
                ? List.of()
                : page.ids().stream().filter(id -> !delivered.containsKey(id)).toList();
        UndecidedExpiries known = isAsking() ? doubts : doubts.with(delivered, since.toInstant());
        if (page.next().hasNext() || widened) {
            findings = new Findings(certain, List.of(), known, null);
        } else {
            if (isAsking()) {
                Set<UUID> all = new HashSet<>(listed);
                all.addAll(page.ids());
                known = known.read(question, all);
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
        if (next != null && questions == MOST_QUESTIONS) {
            undecided.addAll(known.of(UndecidedExpiries.Verdict.OPEN, now));
            next = null;
        }
        return new Findings(expired, undecided, known.undecided(now), next);
    }

    /** The jobs of the page at hand of which it cannot be found out whether they have expired since their delivery. */
    List<UUID> undecided() {
        return findings.undecided();
    }

    /** Counts postings of the page at hand that were active until now. */
    public void expired(int rows) {
        expiredInPage += rows;
    }

    /**
     * Begins a reading of the list again, because its cursor is lost or its window out of reach.
     *
     * @param from the beginning of the window
     * @throws AttemptFailedException when that has happened too often
     */
    public void restart(OffsetDateTime from) {
        countRestart();
        if (widened || !isAsking()) {
            since = from;
            beginWindow();
        } else {
            begin(question);
        }
    }

    private void countRestart() {
        if (++restarts > MOST_RESTARTS) {
            throw new AttemptFailedException(
                    "cursor-restarts",
                    "The sweep lost its cursor, or a clock was set, more than " + MOST_RESTARTS
                            + " times in one attempt.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
    }

    private void beginWindow() {
        begin(null);
        widened = false;
        questions = 0;
        doubts = UndecidedExpiries.NONE;
        unreadable = 0;
        example = null;
    }

    long expiredInPage() {
        return expiredInPage;
    }

    public void committed(ExpiredIdsPage page) {
        if (page.next().hasNext() && !used.add(page.next().cursor())) {
            throw new AttemptFailedException(
                    "cursor-stuck",
                    "The sweep was answered with a cursor that it has used before, so it would never end.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
        emptyPages = page.ids().isEmpty() ? emptyPages + 1 : 0;
        if (page.next().hasNext() && emptyPages == FeedProgress.MOST_EMPTY_PAGES) {
            throw new AttemptFailedException(
                    "empty-pages",
                    "The sweep was answered with " + emptyPages + " empty pages in a row and has more.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
        expiredInPage = 0;
        cursor = page.next().cursor();
        if (widened) {
            countRestart();
            beginWindow();
            return;
        }
        if (!isAsking()) {
            unreadable += page.unreadable();
            example = example == null ? page.example() : example;
        }
        doubts = findings.doubts();
        if (page.next().hasNext()) {
            listed.addAll(isAsking() ? page.ids() : List.of());
        } else {
            finished = findings.question() == null;
            begin(findings.question());
            questions++;
        }
    }

    /** Begins a reading of the list, from the beginning of the window or from another time. */
    private void begin(Instant from) {
        question = from;
        cursor = null;
        used.clear();
        emptyPages = 0;
        listed.clear();
    }

    /**
     * Checks that a reading with ids that cannot be read never counts as complete.
     *
     * @throws AttemptFailedException when there were some
     */
    public void checkReadable() {
        if (unreadable > 0) {
            throw unreadable();
        }
    }

    /** Whether the whole window was read, and each of its ids could be. */
    boolean isReadable() {
        return unreadable == 0;
    }

    /** The failure of an attempt whose sweep has ids that cannot be read. */
    AttemptFailedException unreadable() {
        return new AttemptFailedException(
                "sweep-unreadable",
                "The sweep was answered with " + unreadable + " expired ids that are not UUIDs; the first is " + example
                        + ". Its watermark stays, because a posting among them may still be active here.",
                "Tell Jobo. Each attempt asks for them again, as long as /expired reaches back; after that, a resync finds"
                        + " such postings.");
    }
}
