package dev.jobfeed.sync;

import dev.jobfeed.api.RequestOwner;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.lease.HeldLease;
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
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * One trigger's work on a stream, from acquiring the lease to releasing it. Routes keep it in the variable {@code
 * jobfeedAttempt}. Written by the route's thread; values read by a progress display are safe to read from other
 * threads.
 */
public final class SyncAttempt implements RequestOwner {

    private final Tenant tenant;
    private final HeldLease lease;
    private final FeedDefinition source;
    private final int maxPages;
    private final boolean costConfirmed;
    private final ServerClock clock;
    private final long startedNanos = System.nanoTime();
    private final PageTimings times = new PageTimings();
    private StreamState stateBefore;
    private BigDecimal lastPrice;
    private boolean openIssues;
    private volatile Run run;
    private volatile boolean sweeping;
    private volatile boolean swept;
    private volatile boolean stopping;
    private volatile boolean waiting;
    private boolean budgetExhausted;
    private long receivedRows;
    private volatile boolean prefetching;
    private volatile boolean noMoreRetries;
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
    private long requestedNanos = startedNanos;
    private long pageRequestedNanos = startedNanos;

    /**
     * Creates an attempt at its start.
     *
     * @param maxPages number of committed pages after which the attempt stops; 0 for no limit
     * @param costConfirmed whether an operator confirmed the cost
     * @param clock clock of the server
     */
    SyncAttempt(Tenant tenant, HeldLease lease, int maxPages, boolean costConfirmed, ServerClock clock) {
        this.tenant = tenant;
        this.lease = lease;
        this.source = FeedDefinition.of(lease.stream());
        this.maxPages = maxPages;
        this.costConfirmed = costConfirmed;
        this.clock = clock;
    }

    /** Returns the tenant whose feed is synchronized. */
    @Override
    public Tenant tenant() {
        return tenant;
    }

    @Override
    public String stream() {
        return lease.stream();
    }

    /** Returns the display name: the stream and, if it has a name, the tenant. */
    String name() {
        return tenant.stream(lease.stream());
    }

    @Override
    public ServerClock clock() {
        return clock;
    }

    public FeedDefinition source() {
        return source;
    }

    /** Returns whether an operator confirmed the cost. */
    boolean isCostConfirmed() {
        return costConfirmed;
    }

    public HeldLease lease() {
        return lease;
    }

    /** Returns the parameters of {@code lease-renew}, whose update count is 1 unless the lease was lost. */
    public SqlParameterSource leaseRenewal() {
        return lease.renewal();
    }

    /** Returns the run as of the last committed page; null before it is open. */
    public Run run() {
        return run;
    }

    /** Returns whether this attempt has another page of the feed to take. */
    public boolean hasNextPage() {
        return swept
                && run.phase() == RunPhase.FEED
                && !lease.isLost()
                && (prefetching || !stopping && !isPageLimitReached() && !budgetExhausted);
    }

    /** Returns whether the run has read its feed and still has to reconcile. */
    public boolean isReconciling() {
        return swept && !isStopping() && run.phase() == RunPhase.RECONCILE;
    }

    /** Returns the first id that is not reconciled yet, null for none. Reconciling an id twice is harmless. */
    UUID reconcilesFrom() {
        return reconcilesFrom;
    }

    void reconcilesFrom(UUID id) {
        reconcilesFrom = id;
    }

    /** Returns why jobs that the resync did not deliver become pending expiries; null if they expire. */
    String holdReason() {
        return holdReason;
    }

    void holdBack(String why) {
        holdReason = why;
    }

    /** Returns whether the run is complete, so that its watermark may move. */
    public boolean isReadyToCommit() {
        return swept && run.phase() == RunPhase.COMMIT;
    }

    /** Returns whether the sweep is to be continued. */
    public boolean isSweeping() {
        return sweeping && !isStopping();
    }

    /** Returns whether the sweep is complete. */
    public boolean isSwept() {
        return swept;
    }

    /** Returns whether the attempt was asked to stop after the current page, or has lost its lease. */
    @Override
    public boolean isStopping() {
        return stopping || lease.isLost();
    }

    /** Returns whether the attempt has committed its maximum number of pages. */
    public boolean isPageLimitReached() {
        return maxPages > 0 && pages >= maxPages;
    }

    /** Returns the number of pages that this attempt committed. */
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

    /** Returns the last credit balance that the API reported; null if it reported none. */
    public BigDecimal creditsBalance() {
        return creditsBalance;
    }

    /** Returns whether the attempt is waiting to retry a request. */
    public boolean isWaiting() {
        return waiting;
    }

    /** Marks the attempt as waiting until its next request. */
    @Override
    public void markWaiting() {
        waiting = true;
    }

    /** Sets a detail to append to the message of the attempt's failure. */
    @Override
    public void addDetail(String what) {
        detail = what;
    }

    /** Returns the detail to append to the failure message; null if there is none. */
    String detail() {
        return detail;
    }

    /** Asks the attempt to stop at the next page boundary. */
    public void stop() {
        stopping = true;
    }

    public StreamState stateBefore() {
        return stateBefore;
    }

    /** Returns whether another attempt has taken over the stream. */
    public boolean isLeaseLost() {
        return lease.isLost();
    }

    /** Sets whether a prefetched page is waiting to be taken; it is paid for, and therefore worth storing. */
    public void isPrefetching(boolean asked) {
        prefetching = asked;
    }

    public PageTimings times() {
        return times;
    }

    /** Lets no request be retried from now on. */
    public void stopRetrying() {
        noMoreRetries = true;
    }

    boolean isLastTry() {
        return noMoreRetries;
    }

    /**
     * Returns whether the next page may be prefetched. Where pages are charged, a run's first page is stored before:
     * its estimate may exceed the limits, and a database that rejects pages is found out for the price of one.
     */
    boolean mayPrefetch() {
        return !isStopping()
                && (maxPages == 0 || pages + 1 < maxPages)
                && (run.pages() > 0 || creditsSpent().signum() == 0);
    }

    /** Records that the attempt has reached its credit cap. */
    void exhaustBudget() {
        budgetExhausted = true;
    }

    /** Returns the cursors that the run's pagination has used, also in earlier attempts. */
    UsedCursors cursors() {
        return cursors;
    }

    /** Sets whether the run's pagination cannot be continued. */
    void markStuck(boolean found) {
        stuck = found;
    }

    /** Returns whether the run's pagination had already led back to a used cursor when the attempt opened it. */
    boolean isStuck() {
        return stuck;
    }

    /** Sets whether the feed goes far beyond its size without new rows, judged by a page or by the stored run. */
    void markBeyondEstimate(boolean beyond) {
        beyondEstimate = beyond;
    }

    boolean isBeyondEstimate() {
        return beyondEstimate;
    }

    /** Returns the number of stored rows of the stream, counted once; the reference for a feed without an estimate. */
    long storedRows() {
        if (storedRows < 0) {
            storedRows = tenant.runs().rows(source);
        }
        return storedRows;
    }

    /**
     * Checks whether a request may be sent, and counts it.
     *
     * @throws RuntimeException see {@link SyncCoordinator#check}
     */
    @Override
    public void beforeRequest(boolean repeated, boolean metered) {
        SyncCoordinator.check(this, repeated, metered);
    }

    /** Returns the credits that the API charged during this attempt. */
    synchronized BigDecimal creditsSpent() {
        return creditsSpent;
    }

    /**
     * Returns the credits charged for the run so far, including earlier attempts and pages that are not stored yet.
     */
    synchronized BigDecimal creditsOfRun() {
        return run.creditsSpent().add(unsaved.credits());
    }

    /**
     * Sets the opened run and its initial state.
     *
     * @param openIssues whether the stream has quarantined rows or pending expiries
     * @param price price per row in the last run that received any; null if none did
     */
    void opened(StreamState state, Run opened, boolean openIssues, BigDecimal price) {
        this.stateBefore = state;
        this.openIssues = openIssues;
        this.lastPrice = price;
        this.run = opened;
        this.swept = !source.isExpiring();
    }

    /**
     * Returns the price per row in the last run that received any, as of the start of the attempt; empty if none did.
     */
    Optional<BigDecimal> lastPrice() {
        return Optional.ofNullable(lastPrice);
    }

    /**
     * Returns whether the stream may have quarantined rows or pending expiries, which an id in the feed may resolve.
     */
    public boolean hasOpenIssues() {
        return openIssues;
    }

    /** Records that a row was quarantined or an expiry became pending. */
    public void markOpenIssues() {
        openIssues = true;
    }

    /** Replaces state and run after they were aligned with the server's clock. */
    void aligned(StreamState state, Run aligned) {
        if (aligned.id() != run.id()) {
            cursors.clear();
            stuck = false;
            beyondEstimate = false;
        }
        stateBefore = state;
        run = aligned;
    }

    /**
     * Records that the response to the last request is the current page and that the next request has not been sent.
     */
    public synchronized void pageReceived() {
        pageRequestedNanos = requestedNanos;
    }

    /** Returns when the current page was requested, in server time. */
    OffsetDateTime pageRequestedAt() {
        return clock.alignedAt(pageRequestedNanos);
    }

    /** Makes the attempt fail in place of its commit. */
    public void failAtEnd(AttemptFailedException why) {
        failureAtEnd = why;
    }

    /** Returns the failure that replaces the commit; null if there is none. */
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

    /** Counts a request that is about to be sent. */
    synchronized void recordRequest(boolean again) {
        waiting = false;
        requestedNanos = System.nanoTime();
        unsaved = unsaved.plus(new RequestUsage(1, again ? 1 : 0, BigDecimal.ZERO));
    }

    /** Counts delivered rows, which may never be committed. */
    @Override
    public synchronized void recordReceived(int delivered) {
        receivedRows += delivered;
    }

    synchronized long receivedRows() {
        return receivedRows;
    }

    /** Records the credits that a response reported; either value may be null. */
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

    /** Returns the usage that no transaction has saved yet; it counts as unsaved until {@link #saved}. */
    public synchronized RequestUsage unsavedUsage() {
        return unsaved;
    }

    /**
     * Records that a transaction has saved some usage. Updates both at once, because a prefetch adds saved and unsaved
     * credits meanwhile.
     *
     * @param saved what {@link #unsavedUsage} returned before the transaction
     * @param current the run as it is now
     */
    public synchronized void saved(RequestUsage saved, Run current) {
        unsaved = unsaved.minus(saved);
        run = current;
    }

    /** Counts a committed page. */
    void committed(FeedPage page) {
        pages = pages + 1;
        times.stored();
        rows = rows + page.received();
    }

    void refreshRun(Run current) {
        run = current;
    }
}
