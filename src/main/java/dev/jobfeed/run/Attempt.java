package dev.jobfeed.run;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.store.RowChange;
import java.math.BigDecimal;
import java.util.List;

/**
 * One trigger's work on a stream, from taking the lease to giving it back. In routes it is the variable
 * {@code jobfeedAttempt}. Written by the route's thread; what a progress display reads is safe to read from others.
 */
public final class Attempt {

    private final Lease lease;
    private final int maxPages;
    private SyncState stateBefore;
    private volatile Run run;
    private volatile boolean sweeping;
    private volatile boolean swept;
    private volatile boolean stopping;
    private volatile long pages;
    private volatile long rows;
    private Spent unsaved = Spent.NOTHING;
    private volatile BigDecimal creditsBalance;
    private List<RowChange> changes = List.of();
    private Spent inCheckpoint = Spent.NOTHING;

    /** @param maxPages stop after this many committed pages; 0 for no limit */
    Attempt(Lease lease, int maxPages) {
        this.lease = lease;
        this.maxPages = maxPages;
    }

    /** The right to work on the stream. */
    public Lease lease() {
        return lease;
    }

    /** The run this attempt works on, as of the last committed page; null before it is open. */
    public Run run() {
        return run;
    }

    /** Whether the feed has another page to be asked for by this attempt. */
    public boolean isWantingPage() {
        return swept && !stopping && run.phase() == RunPhase.FEED && !isPageLimitReached();
    }

    /** Whether everything the run needs is done, so that its watermark may move. */
    public boolean isReadyToCommit() {
        return swept && run.phase() == RunPhase.COMMIT;
    }

    /** Whether the attempt may go on with its sweep. */
    public boolean isSweeping() {
        return sweeping && !stopping;
    }

    /** Whether the sweep is behind it. */
    public boolean isSwept() {
        return swept;
    }

    /** Whether the attempt was asked to end after the page it is at. */
    public boolean isStopping() {
        return stopping;
    }

    /** Whether the attempt committed as many pages as it was allowed to. */
    public boolean isPageLimitReached() {
        return maxPages > 0 && pages >= maxPages;
    }

    /** Pages committed by this attempt. */
    public long pages() {
        return pages;
    }

    /** Rows received in those pages. */
    public long rows() {
        return rows;
    }

    /** The last balance the API told of; null when it tells of none. */
    public BigDecimal creditsBalance() {
        return creditsBalance;
    }

    /** Asks the attempt to end at the next page boundary. */
    public void stop() {
        stopping = true;
    }

    SyncState stateBefore() {
        return stateBefore;
    }

    void opened(SyncState state, Run opened) {
        this.stateBefore = state;
        this.run = opened;
    }

    void sweepStarts() {
        sweeping = true;
    }

    void sweepEnds() {
        sweeping = false;
        swept = true;
    }

    void changes(List<RowChange> found) {
        this.changes = found;
    }

    List<RowChange> changes() {
        return changes;
    }

    /** A request is about to be sent. */
    public synchronized void requested(boolean again) {
        unsaved = unsaved.plus(new Spent(1, again ? 1 : 0, BigDecimal.ZERO));
    }

    /** An answer said what it cost; either may be null. */
    public synchronized void charged(BigDecimal deducted, BigDecimal balance) {
        if (deducted != null) {
            unsaved = unsaved.plus(new Spent(0, 0, deducted));
        }
        if (balance != null) {
            creditsBalance = balance;
        }
    }

    /** What the transaction at hand saves; it stays unsaved until {@link #saved} confirms the commit. */
    synchronized Spent toSave() {
        inCheckpoint = unsaved;
        return unsaved;
    }

    synchronized void saved() {
        unsaved = unsaved.minus(inCheckpoint);
        inCheckpoint = Spent.NOTHING;
    }

    void committed(FeedPage page, Run current) {
        saved();
        run = current;
        pages = pages + 1;
        rows = rows + page.received();
        changes = List.of();
    }

    void reread(Run current) {
        run = current;
    }
}
