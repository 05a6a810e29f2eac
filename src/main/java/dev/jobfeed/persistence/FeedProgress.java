package dev.jobfeed.persistence;

import java.util.function.LongSupplier;

/**
 * Counts what a run's pagination has delivered since it began, or began again.
 *
 * @param received rows
 * @param repeated rows in a row, up to the last one, of which nothing was new, changed or reactivated
 * @param emptyPages pages in a row, up to the last one, without a row
 */
public record FeedProgress(long received, long repeated, int emptyPages) {

    /** Empty pages in a row after which an attempt ends. */
    public static final int MOST_EMPTY_PAGES = 10;

    /** Fewer rows than this are never too many. */
    private static final long SOME_ROWS = 3000;

    /** Returns the counts with another page. */
    public FeedProgress plus(RecordCounts page) {
        boolean isNew = page.inserted() + page.updated() + page.reactivated() > 0;
        return new FeedProgress(
                received + page.received(),
                isNew ? 0 : repeated + page.received(),
                page.received() == 0 ? emptyPages + 1 : 0);
    }

    /** Returns whether another so many empty pages came in a row. */
    public boolean isEmptyForTooLong() {
        return emptyPages > 0 && emptyPages % MOST_EMPTY_PAGES == 0;
    }

    /**
     * Returns whether the feed goes far beyond its size and delivers nothing new.
     *
     * @param size rows that the feed has, as estimated or as stored; counted only where it can matter
     */
    public boolean isFarBeyond(LongSupplier size) {
        if (repeated < SOME_ROWS) {
            return false;
        }
        long expected = size.getAsLong();
        return repeated > expected && received > 2 * expected;
    }
}
