package dev.jobfeed.run;

import dev.jobfeed.feed.IdPage;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.time.OffsetDateTime;
import java.time.format.DateTimeFormatter;

/** One reading of {@code GET /api/jobs/expired}. In routes it is the variable {@code jobfeedSweep}. */
public final class Sweep {

    private static final int MOST_RESTARTS = 5;

    private final OffsetDateTime since;
    private final OffsetDateTime startedAt;
    private final int batchSize;
    private String cursor;
    private int restarts;
    private boolean finished;
    private long expiredInPage;
    private final UsedCursors used = new UsedCursors();
    private int emptyPages;
    private long unreadable;
    private String example;

    Sweep(OffsetDateTime since, OffsetDateTime startedAt, int batchSize) {
        this.since = since;
        this.startedAt = startedAt;
        this.batchSize = batchSize;
    }

    /** When the sweep began; what it finds is marked as expired at this time. */
    public OffsetDateTime startedAt() {
        return startedAt;
    }

    /** The query of the next request. */
    public String query() {
        String query = "expired_since=" + DateTimeFormatter.ISO_INSTANT.format(since) + "&batch_size=" + batchSize;
        return cursor == null ? query : query + "&cursor=" + URLEncoder.encode(cursor, StandardCharsets.UTF_8);
    }

    /** Whether there is another page to be asked for. */
    public boolean isUnfinished() {
        return !finished;
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
        unreadable = 0;
        example = null;
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
        finished = !page.next().exists();
        cursor = page.next().cursor();
        expiredInPage = 0;
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
