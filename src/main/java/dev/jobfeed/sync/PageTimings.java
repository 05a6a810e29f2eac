package dev.jobfeed.sync;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Time that an attempt spent fetching and storing pages, which overlap. The longer of the two is what limits the speed
 * of the run.
 */
public final class PageTimings {

    private final AtomicLong fetchNanos = new AtomicLong();
    private volatile long firstRequestAt;
    private long storeStartedAt;
    private long storeNanos;
    private volatile long committedAt;

    /** Records the start of a request; returns the value to pass to {@link #fetched}. */
    public long fetches() {
        long now = System.nanoTime();
        if (firstRequestAt == 0) {
            firstRequestAt = now;
        }
        return now;
    }

    /** Records that the page of a request that started at {@code asked} is received and parsed. */
    public void fetched(long asked) {
        fetchNanos.addAndGet(System.nanoTime() - asked);
    }

    /** Records that storing a page starts. */
    public void stores() {
        storeStartedAt = System.nanoTime();
    }

    /** Records that the page is committed. */
    void stored() {
        committedAt = System.nanoTime();
        storeNanos += committedAt - storeStartedAt;
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
