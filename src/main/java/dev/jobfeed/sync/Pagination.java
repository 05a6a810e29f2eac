package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.persistence.FeedProgress;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.UsedCursors;
import java.util.Collection;
import java.util.function.LongSupplier;

/** Tracks where the pagination of one run has been, also in earlier attempts. Used by the route's thread. */
final class Pagination {

    private final UsedCursors cursors = new UsedCursors();
    private final LongSupplier countRows;
    private boolean stuck;
    private boolean beyondEstimate;
    private long storedRows = -1;

    /**
     * Creates the pagination of a run without a page.
     *
     * @param countRows counts the stored rows of the stream, at most once
     */
    Pagination(LongSupplier countRows) {
        this.countRows = countRows;
    }

    /**
     * Restores what earlier attempts on the run have recorded.
     *
     * @param usedCursors the hashes of the cursors that the run has used
     */
    void restore(Run run, Collection<Long> usedCursors) {
        cursors.addAll(usedCursors);
        this.stuck = run.isStuck(usedCursors);
        this.beyondEstimate = isFarBeyond(run, run.scan());
    }

    /** Returns whether the cursor of the next page is one that the run has used before. */
    boolean leadsBack(FeedPage page) {
        return cursors.contains(page.next().cursor());
    }

    /** Adds the cursor of the next page; returns false when the run has used it before. */
    boolean advance(FeedPage page) {
        return cursors.add(page.next().cursor());
    }

    /** Starts from the first page again. */
    void restart() {
        cursors.clear();
    }

    /** Returns whether the pagination had led back to a used cursor when the attempt opened the run. */
    boolean isStuck() {
        return stuck;
    }

    /** Returns whether the feed is known to go far beyond its size without new rows. */
    boolean isBeyondEstimate() {
        return beyondEstimate;
    }

    /** Returns whether a page is the first with which the feed goes far beyond its size. */
    boolean exceedsSize(Run run, FeedProgress progress) {
        return !beyondEstimate && isFarBeyond(run, progress);
    }

    /** Records the counts of a page that is committed; of one that was rolled back, nothing may remain. */
    void committed(Run run, FeedProgress progress) {
        beyondEstimate = beyondEstimate || isFarBeyond(run, progress);
    }

    private boolean isFarBeyond(Run run, FeedProgress progress) {
        return progress.isFarBeyond(() -> expectedRows(run));
    }

    /** Returns the number of rows in the feed, as estimated or, without an estimate, as stored. */
    long expectedRows(Run run) {
        if (run.estimatedTotal() != null) {
            return run.estimatedTotal();
        }
        if (storedRows < 0) {
            storedRows = countRows.getAsLong();
        }
        return storedRows;
    }
}
