package dev.jobfeed.sync;

import java.util.Locale;
import java.util.concurrent.atomic.AtomicLong;

/**
 * How long an attempt fetched and how long it stored pages, which it does side by side: what takes longer is what a
 * faster run has to begin with.
 */
public final class PageTimings {

    private final AtomicLong fetchNanos = new AtomicLong();
    private volatile long began;
    private long taken;
    private long storeNanos;
    private volatile long committed;

    /** A page is asked for; the value is what {@link #fetched} wants to know. */
    public long fetches() {
        long now = System.nanoTime();
        if (began == 0) {
            began = now;
        }
        return now;
    }

    /** The page that was asked for at a time is here, and read. */
    public void fetched(long asked) {
        fetchNanos.addAndGet(System.nanoTime() - asked);
    }

    /** A page is taken to be stored. */
    public void stores() {
        taken = System.nanoTime();
    }

    /** The page that was taken is committed. */
    void stored() {
        committed = System.nanoTime();
        storeNanos += committed - taken;
    }

    @Override
    public String toString() {
        return String.format(
                Locale.ROOT,
                "%.1f s: fetching %.1f s, storing %.1f s",
                (committed - began) / 1e9,
                fetchNanos.get() / 1e9,
                storeNanos / 1e9);
    }
}
