package dev.jobfeed.persistence;

import java.util.function.LongSupplier;

/**
 * Counts what a run's pagination has delivered since it started or restarted.
 *
 * @param received rows
 * @param repeated consecutive rows, up to the last one, none of which was inserted, updated or reactivated
 * @param emptyPages consecutive pages without a row, up to the last one
 */
public record FeedProgress(long received, long repeated, int emptyPages) {

    /** Number of consecutive empty pages after which an attempt ends. */
    private static final int MOST_EMPTY_PAGES = 10;

    /** Minimum number of repeated rows before they are compared with the size of the feed. */
    private static final long MIN_REPEATED = 3000;

    /** Returns the counts including another page. */
    public FeedProgress plus(RecordCounts page) {
        boolean isNew = page.inserted() + page.updated() + page.reactivated() > 0;
        return new FeedProgress(
                received + page.received(),
                isNew ? 0 : repeated + page.received(),
                page.received() == 0 ? emptyPages + 1 : 0);
    }

    /** Returns whether the number of consecutive empty pages has reached a multiple of {@link #MOST_EMPTY_PAGES}. */
    public boolean isEmptyForTooLong() {
        return isTooMany(emptyPages);
    }

    /** Returns whether another page with so many rows would make too many consecutive empty pages. */
    public boolean isEmptyForTooLongWith(int rows) {
        return rows == 0 && isTooMany(emptyPages + 1);
    }

    /** Returns whether a number of consecutive empty pages ends an attempt; a next attempt may read as many again. */
    public static boolean isTooMany(int emptyPages) {
        return emptyPages > 0 && emptyPages % MOST_EMPTY_PAGES == 0;
    }

    /**
     * Returns whether the feed has far exceeded its size and delivers nothing new.
     *
     * @param size the number of rows of the feed, estimated or stored; evaluated only when needed
     */
    public boolean isFarBeyond(LongSupplier size) {
        if (repeated < MIN_REPEATED) {
            return false;
        }
        long expected = size.getAsLong();
        return repeated > expected && received > 2 * expected;
    }
}
