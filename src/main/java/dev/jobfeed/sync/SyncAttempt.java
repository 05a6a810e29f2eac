package dev.jobfeed.sync;

import dev.jobfeed.api.RequestOwner;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.lease.Lease;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RejectedRecordFinder;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.persistence.UsedCursors;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/**
 * One trigger's work on a stream, from taking the lease to giving it back. In routes it is the variable
 * {@code jobfeedAttempt}. Written by the route's thread; what a progress display reads is safe to read from others.
 */
public final class SyncAttempt implements RequestOwner {

    private final Tenant tenant;
    private final Lease lease;
    private final FeedDefinition source;
    private final int maxPages;
    private final boolean costConfirmed;
    private final ServerClock clock;
    private final long startedNanos = System.nanoTime();
    private final PageTimings times = new PageTimings();
    private StreamState stateBefore;
    private BigDecimal lastPrice;
    private boolean unsettled;
    private volatile Run run;
    private volatile boolean sweeping;
    private volatile boolean swept;
    private volatile boolean stopping;
    private volatile boolean pausing;
    private volatile boolean leaseLost;
    private boolean spent;
    private long receivedRows;
    private volatile boolean ahead;
    private volatile boolean lastTry;
    private BigDecimal creditsSpent = BigDecimal.ZERO;
    private String detail;
    private UUID reconcilesFrom = new UUID(0, 0);
    private String holdReason;
    private AttemptFailedException failureAtEnd;
    private volatile long pages;
    private volatile long rows;
    private RequestUsage unsaved = RequestUsage.NOTHING;
    private volatile BigDecimal creditsBalance;
    private final UsedCursors cursors = new UsedCursors();
    private boolean stuck;
    private boolean beyondEstimate;
    private long storedRows = -1;
    private List<RecordChange> changes = List.of();
    private OffsetDateTime changedAt;
    private RejectedRecordFinder<RecordChange> refused;
    private long requestedNanos = startedNanos;
    private long pageRequestedNanos = startedNanos;
    private Run checkpoint;
    private RequestUsage inCheckpoint = RequestUsage.NOTHING;

    /**
     * An attempt that begins.
     *
     * @param maxPages stop after this many committed pages; 0 for no limit
     * @param costConfirmed whether an operator agreed to what it costs
     * @param clock of the server, at the attempt's beginning
     */
    SyncAttempt(Tenant tenant, Lease lease, int maxPages, boolean costConfirmed, ServerClock clock) {
        this.tenant = tenant;
        this.lease = lease;
        this.source = FeedDefinition.of(lease.stream());
        this.maxPages = maxPages;
        this.costConfirmed = costConfirmed;
        this.clock = clock;
    }

    /** Whose feed it works on. */
    @Override
    public Tenant tenant() {
        return tenant;
    }

    /** The stream it works on. */
    @Override
    public String stream() {
        return lease.stream();
    }

    /** The stream, and the tenant where it has a name, as they are told to an operator. */
    String name() {
        return tenant.stream(lease.stream());
    }

    /** The server's clock. */
    @Override
    public ServerClock clock() {
        return clock;
    }

    /** The feed it reads. */
    public FeedDefinition source() {
        return source;
    }

    /** Whether an operator agreed to what it costs. */
    boolean isCostConfirmed() {
        return costConfirmed;
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
    public boolean hasNextPage() {
        return swept
                && run.phase() == RunPhase.FEED
                && !leaseLost
                && (ahead || !stopping && !isPageLimitReached() && !spent);
    }

    /** Whether the run has its feed and still has to expire what a resync did not bring. */
    public boolean isReconciling() {
        return swept && !stopping && run.phase() == RunPhase.RECONCILE;
    }

    /** The first id that reconciling has not looked at yet, one that was is looked at again without harm; null for none. */
    UUID reconcilesFrom() {
        return reconcilesFrom;
    }

    void reconcilesFrom(UUID id) {
        reconcilesFrom = id;
    }

    /** Why what the resync did not bring waits for an operator; null when it expires. */
    String holdReason() {
        return holdReason;
    }

    void holdBack(String why) {
        holdReason = why;
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
    @Override
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

    /** How long it has been at work. */
    public Duration elapsed() {
        return Duration.ofNanos(System.nanoTime() - startedNanos);
    }

    /** The last balance the API told of; null when it tells of none. */
    public BigDecimal creditsBalance() {
        return creditsBalance;
    }

    /** Whether it waits before it repeats a request. */
    public boolean isWaiting() {
        return pausing;
    }

    /** Says that the attempt waits from now until its next request. */
    @Override
    public void markWaiting() {
        pausing = true;
    }

    /** Adds to what is said of the attempt's failure. */
    @Override
    public void addDetail(String what) {
        detail = what;
    }

    /** What is to be added to the words of the attempt's failure; null when there is nothing. */
    String detail() {
        return detail;
    }

    /** Asks the attempt to end at the next page boundary. */
    public void stop() {
        stopping = true;
    }

    public StreamState stateBefore() {
        return stateBefore;
    }

    /** Says that the lease is another's now; the attempt must not go on. */
    void loseLease() {
        leaseLost = true;
        stopping = true;
    }

    /** Whether another attempt has taken the stream over. */
    public boolean isLeaseLost() {
        return leaseLost;
    }

    /** Says whether a page was asked for that the loop has not taken yet; it is paid for, and so worth storing. */
    public void isPrefetching(boolean asked) {
        ahead = asked;
    }

    /** How long its pages took. */
    public PageTimings times() {
        return times;
    }

    /** Says that no request is to be repeated any more. */
    public void stopRetrying() {
        lastTry = true;
    }

    boolean isLastTry() {
        return lastTry;
    }

    /**
     * Whether the page behind the one at hand may be asked for now. Where pages are paid for, a run's first one is stored
     * before: what it says of the cost may be too much, and a store that takes no page is found out for the price of one.
     */
    boolean mayPrefetch() {
        return !stopping
                && (maxPages == 0 || pages + 1 < maxPages)
                && (run.pages() > 0 || creditsSpent().signum() == 0);
    }

    /** Says that the attempt has spent what one attempt may. */
    void exhaustBudget() {
        spent = true;
    }

    /** The cursors that the run's pagination has used, also in earlier attempts. */
    UsedCursors cursors() {
        return cursors;
    }

    /** Notes whether the run's pagination cannot be continued. */
    void markStuck(boolean found) {
        stuck = found;
    }

    /** Returns whether the run's pagination had led back to a cursor that it had used when the attempt opened it. */
    boolean isStuck() {
        return stuck;
    }

    /** Notes whether the feed goes far beyond its size without anything new, by what a page or the stored run says. */
    void markBeyondEstimate(boolean beyond) {
        beyondEstimate = beyond;
    }

    boolean isBeyondEstimate() {
        return beyondEstimate;
    }

    /** Returns how many rows of the stream are stored, counted once; what a feed without an estimate is measured by. */
    long storedRows() {
        if (storedRows < 0) {
            storedRows = tenant.runs().rows(source);
        }
        return storedRows;
    }

    /**
     * Permits a request and counts it.
     *
     * @throws RuntimeException see {@link SyncCoordinator#check}
     */
    @Override
    public void beforeRequest(boolean repeated, boolean metered) {
        SyncCoordinator.check(this, repeated, metered);
    }

    /** Credits that the API deducted during this attempt. */
    synchronized BigDecimal creditsSpent() {
        return creditsSpent;
    }

    /** Credits that the API deducted for the run so far, also by earlier attempts and for pages that are not stored yet. */
    synchronized BigDecimal creditsOfRun() {
        return run.creditsSpent().add(unsaved.credits());
    }

    /**
     * The run is open.
     *
     * @param unsettled whether rows of the stream are in quarantine, or jobs put aside by a resync
     * @param price what a row cost in the last run that was charged for; null when none was
     */
    void opened(StreamState state, Run opened, boolean unsettled, BigDecimal price) {
        this.stateBefore = state;
        this.unsettled = unsettled;
        this.lastPrice = price;
        this.run = opened;
        this.swept = !source.isExpiring();
    }

    /** What a row cost in the last run that received any, as of the attempt's beginning; empty when none did. */
    Optional<BigDecimal> lastPrice() {
        return Optional.ofNullable(lastPrice);
    }

    /** Whether rows of the stream may be in quarantine, or jobs put aside by a resync, that an id of the feed answers. */
    boolean hasOpenIssues() {
        return unsettled;
    }

    /** Says that such a row is put in quarantine, or such a job aside. */
    public void markOpenIssues() {
        unsettled = true;
    }

    /** State and run are as the server's clock shows. */
    void aligned(StreamState state, Run aligned) {
        if (aligned.id() != run.id()) {
            cursors.clear();
            stuck = false;
            beyondEstimate = false;
        }
        stateBefore = state;
        run = aligned;
    }

    /** The answer to the last request is the page at hand; the next request has not been sent. */
    public synchronized void pageReceived() {
        pageRequestedNanos = requestedNanos;
    }

    /** When the page at hand was requested, in the server's time. */
    OffsetDateTime pageRequestedAt() {
        return clock.alignedAt(pageRequestedNanos);
    }

    /** Says that the attempt has to fail in place of its commit. */
    public void failAtEnd(AttemptFailedException why) {
        failureAtEnd = why;
    }

    /** Why the attempt has to fail in place of its commit; null when it has not. */
    AttemptFailedException failureAtEnd() {
        return failureAtEnd;
    }

    public void sweepStarts() {
        sweeping = true;
    }

    public void sweepEnds() {
        sweeping = false;
        swept = true;
    }

    /**
     * What the page at hand changes.
     *
     * @param at the time of it, the same for all of the page
     */
    void changes(List<RecordChange> found, OffsetDateTime at) {
        this.changes = found;
        this.changedAt = at;
    }

    /** Stores the page at hand without the rows that the database refuses. */
    void storeWithout(RejectedRecordFinder<RecordChange> rows) {
        refused = rows;
    }

    /** Returns the rows of the page at hand that the database refuses; empty unless it refused the page. */
    Optional<RejectedRecordFinder<RecordChange>> refused() {
        return Optional.ofNullable(refused);
    }

    OffsetDateTime changedAt() {
        return changedAt;
    }

    List<RecordChange> changes() {
        return changes;
    }

    /** A request is about to be sent. */
    synchronized void recordRequest(boolean again) {
        pausing = false;
        requestedNanos = System.nanoTime();
        unsaved = unsaved.plus(new RequestUsage(1, again ? 1 : 0, BigDecimal.ZERO));
    }

    /** An answer brought rows, which may never be committed. */
    @Override
    public synchronized void recordReceived(int delivered) {
        receivedRows += delivered;
    }

    synchronized long receivedRows() {
        return receivedRows;
    }

    /** An answer said what it cost; either may be null. */
    @Override
    public synchronized void recordCredits(BigDecimal deducted, BigDecimal balance) {
        if (deducted != null) {
            unsaved = unsaved.plus(new RequestUsage(0, 0, deducted));
            creditsSpent = creditsSpent.add(deducted);
        }
        if (balance != null) {
            creditsBalance = balance;
        }
    }

    /** What the transaction at hand saves; it stays unsaved until {@link #saved} confirms the commit. */
    public synchronized RequestUsage toSave() {
        inCheckpoint = unsaved;
        return unsaved;
    }

    public synchronized void saved() {
        unsaved = unsaved.minus(inCheckpoint);
        inCheckpoint = RequestUsage.NOTHING;
    }

    /** How the run stands when the transaction at hand is committed. */
    void checkpoint(Run next) {
        checkpoint = next;
    }

    void committed(FeedPage page) {
        saved();
        run = checkpoint;
        pages = pages + 1;
        times.stored();
        rows = rows + page.received();
        changes = List.of();
        refused = null;
    }

    void refreshRun(Run current) {
        run = current;
    }
}
