package dev.jobfeed.run;

import dev.jobfeed.feed.IdPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;

/**
 * One reading of {@code GET /api/jobs/expired}. In routes it is the variable {@code jobfeedSweep}.
 *
 * <p>The list has ids and no times. A listed job that the feed has delivered since the window's beginning may have expired
 * before that and returned, so the list is read once more from the time of the delivery: only a job that is listed then has
 * expired since.
 */
public final class Sweep {

    /**
     * How often the list is read again at most. If jobs were delivered at more times than that, those of neighbouring times
     * are asked about together, from the earliest of them: a job that expired and returned between that and its own delivery
     * is closed, and none stays open that has expired.
     */
    static final int MOST_QUESTIONS = 16;

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
    private final Map<UUID, Instant> doubtful = new HashMap<>();
    private final Deque<Question> questions = new ArrayDeque<>();

    /**
     * Asks which of some jobs have expired since a time.
     *
     * @param ids jobs that were delivered as active then or later
     */
    record Question(Instant since, Set<UUID> ids) {

        /** Asks about jobs by the times of their last delivery, the earliest first. */
        static List<Question> of(Map<UUID, Instant> delivered, int most) {
            TreeMap<Instant, Set<UUID>> byTime = new TreeMap<>();
            delivered.forEach(
                    (id, at) -> byTime.computeIfAbsent(at, t -> new HashSet<>()).add(id));
            int together = (byTime.size() + most - 1) / most;
            List<Question> questions = new ArrayList<>();
            int number = 0;
            for (Map.Entry<Instant, Set<UUID>> entry : byTime.entrySet()) {
                if (number++ % together == 0) {
                    questions.add(new Question(entry.getKey(), new HashSet<>()));
                }
                questions.get(questions.size() - 1).ids().addAll(entry.getValue());
            }
            return questions;
        }
    }

    /**
     * A sweep that begins.
     *
     * @param startedNanos when, as a value of {@link System#nanoTime}
     */
    Sweep(OffsetDateTime since, OffsetDateTime startedAt, long startedNanos, int batchSize) {
        this.since = since;
        this.startedAt = startedAt;
        this.startedNanos = startedNanos;
        this.batchSize = batchSize;
    }

    /** When the sweep began, in the server's time; what it finds is marked as expired at this time. */
    public OffsetDateTime startedAt() {
        return startedAt;
    }

    long startedNanos() {
        return startedNanos;
    }

    /** The beginning of the window that is swept. */
    OffsetDateTime since() {
        return since;
    }

    /**
     * Goes by another start, and by an earlier window, once the server's clock is known. An earlier window is read from its
     * beginning.
     */
    void align(OffsetDateTime from, OffsetDateTime start) {
        startedAt = start;
        if (from.isBefore(since)) {
            since = from;
            widened = true;
        }
    }

    /** The query of the next request. */
    public String query() {
        Instant from =
                questions.isEmpty() ? since.toInstant() : questions.getFirst().since();
        String query = "expired_since=" + DateTimeFormatter.ISO_INSTANT.format(from) + "&batch_size=" + batchSize;
        return cursor == null ? query : query + "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    }

    /** Whether there is another page to be asked for. */
    public boolean isUnfinished() {
        return !finished;
    }

    /** Whether the list is read again from the time of a delivery. */
    boolean isAsking() {
        return !questions.isEmpty();
    }

    /** The listed jobs that have certainly expired: all but those that were delivered since the window's beginning. */
    List<UUID> certain(List<UUID> listed, Map<UUID, OffsetDateTime> delivered) {
        delivered.forEach((id, at) -> doubtful.put(id, at.toInstant()));
        return listed.stream().filter(id -> !delivered.containsKey(id)).toList();
    }

    /** The listed jobs that were asked about: they have expired since they were delivered. */
    List<UUID> answered(List<UUID> listed) {
        return listed.stream().filter(questions.getFirst().ids()::contains).toList();
    }

    /** Counts postings of the page at hand that were active until now. */
    public void expired(int rows) {
        expiredInPage += rows;
    }

    void restart() {
        if (++restarts > MOST_RESTARTS) {
            throw new AttemptFailedException(
                    "cursor-restarts",
                    "The sweep lost its cursor more than " + MOST_RESTARTS + " times in one attempt.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
        cursor = null;
        used.clear();
        emptyPages = 0;
        if (questions.isEmpty()) {
            unreadable = 0;
            example = null;
        }
    }

    long expiredInPage() {
        return expiredInPage;
    }

    void committed(IdPage page) {
        if (page.next().exists() && !used.add(page.next().cursor())) {
            throw new AttemptFailedException(
                    "cursor-stuck",
                    "The sweep was answered with a cursor that it has used before, so it would never end.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
        emptyPages = page.ids().isEmpty() ? emptyPages + 1 : 0;
        if (page.next().exists() && emptyPages == Scan.MOST_EMPTY_PAGES) {
            throw new AttemptFailedException(
                    "empty-pages",
                    "The sweep was answered with " + emptyPages + " empty pages in a row and has more.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
        unreadable += page.unreadable();
        if (example == null) {
            example = page.example();
        }
        expiredInPage = 0;
        cursor = page.next().cursor();
        if (widened) {
            widened = false;
            cursor = null;
            used.clear();
            questions.clear();
            doubtful.clear();
        } else if (!page.next().exists()) {
            finished = !asksOn();
        }
    }

    /** Goes on to the next question; false after the last. */
    private boolean asksOn() {
        cursor = null;
        used.clear();
        emptyPages = 0;
        if (questions.isEmpty()) {
            questions.addAll(Question.of(doubtful, MOST_QUESTIONS));
        } else {
            questions.removeFirst();
        }
        return !questions.isEmpty();
    }

    /**
     * Sees to it that a sweep with ids that cannot be read never counts as complete.
     *
     * @throws AttemptFailedException when there were some
     */
    void checkReadable() {
        if (unreadable > 0) {
            throw new AttemptFailedException(
                    "sweep-unreadable",
                    "The sweep was answered with " + unreadable + " expired ids that are not UUIDs; the first is "
                            + example + ". Its watermark stays, because a posting among them may still be active here.",
                    "The next attempt starts it again; tell Jobo if this goes on.");
        }
    }
}
