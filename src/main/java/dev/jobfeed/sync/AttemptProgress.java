package dev.jobfeed.sync;

import dev.jobfeed.persistence.RecordCounts;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Counts the pages that an attempt has committed, and the time spent fetching and storing pages, which overlap. The
 * longer of the two is what limits the speed of the run. The counts are safe to read from any thread.
 */
public final class AttemptProgress {

    private final long startedNanos = System.nanoTime();
    private final AtomicLong fetchNanos = new AtomicLong();
    private volatile long firstRequestAt;
    private long storeStartedAt;
    private long storeNanos;
    private volatile long committedAt;
    private volatile long requestedNanos = startedNanos;
    private long pageRequestedNanos = startedNanos;
    private volatile long pages;
    private volatile long rows;
    private volatile Boolean mostlyUnchanged;

    /** Records the start of a request; returns the value to pass to {@link #fetched}. */
    long fetches() {
        long now = System.nanoTime();
        if (firstRequestAt == 0) {
            firstRequestAt = now;
        }
        return now;
    }

    /** Records that the page of a request that started at {@code asked} is received and parsed. */
    void fetched(long asked) {
        fetchNanos.addAndGet(System.nanoTime() - asked);
    }

    /** Records that a request of a page, or a retry of it, is sent. */
    void requested() {
        requestedNanos = System.nanoTime();
    }

    /** Returns when the current page was requested, in terms of {@link System#nanoTime()}. */
    long pageRequestedNanos() {
        return pageRequestedNanos;
    }

    /**
     * Records that storing a page starts: the response to the last request is the current page, and the next request
     * has not been sent.
     */
    void stores() {
        pageRequestedNanos = requestedNanos;
        storeStartedAt = System.nanoTime();
    }

    /** Counts a page that is committed. */
    void committed(RecordCounts page) {
        committedAt = System.nanoTime();
        storeNanos += committedAt - storeStartedAt;
        pages = pages + 1;
        rows = rows + page.received();
        mostlyUnchanged = 2 * page.unchanged() >= page.received();
    }

    /** Records that the feed is read from its beginning again. */
    void restarted() {
        mostlyUnchanged = null;
    }

    /**
     * Returns whether at least half of the rows of the last page were unchanged; empty before the first page from the
     * beginning of the feed.
     */
    Optional<Boolean> isMostlyUnchanged() {
        return Optional.ofNullable(mostlyUnchanged);
    }

    /** Returns the number of pages that the attempt committed. */
    public long pages() {
        return pages;
    }

    /** Returns the number of rows received in those pages. */
    public long rows() {
        return rows;
    }

    /** Returns the time since the attempt began. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f s: fetching %.1f s, storing %.1f s",
                (committedAt - firstRequestAt) / 1e9,
                fetchNanos.get() / 1e9,
                storeNanos / 1e9);
    }
}
