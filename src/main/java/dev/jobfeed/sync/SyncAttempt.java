package dev.jobfeed.sync;

import dev.jobfeed.api.RequestOwner;
import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.persistence.RequestUsage;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.RunPhase;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.Duration;
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
    private final AttemptProgress progress = new AttemptProgress();
    private final AttemptUsage usage = new AttemptUsage();
    private Pagination pagination;
    private Reconciliation.Progress reconciliation = Reconciliation.Progress.START;
    private StreamState stateBefore;
    private boolean openIssues;
    private volatile Run run;
    private volatile boolean sweeping;
    private volatile boolean swept;
    private volatile boolean stopping;
    private volatile boolean waiting;
    private volatile boolean prefetching;
    private volatile boolean noMoreRetries;
    private String detail;
    private AttemptFailedException failureAtEnd;

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
                && (prefetching || !stopping && !isPageLimitReached() && !usage.isBudgetExhausted());
    }

    /** Returns whether the run has read its feed and still has to reconcile. */
    public boolean isReconciling() {
        return swept && !isStopping() && run.phase() == RunPhase.RECONCILE;
    }

    /** Returns how far the run's reconciliation has come in this attempt. */
    Reconciliation.Progress reconciliation() {
        return reconciliation;
    }

    void reconciliation(Reconciliation.Progress progress) {
        reconciliation = progress;
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
        return maxPages > 0 && progress.pages() >= maxPages;
    }

    /** Returns whether the attempt is waiting to retry a request. */
    public boolean isWaiting() {
        return waiting;
    }

    /** Marks the attempt as waiting until its next request. */
    @Override
    public void markWaiting(Duration wait) {
        waiting = true;
        usage.recordWait(wait);
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

    /** Sets whether a prefetched page is waiting to be taken; it is paid for, and therefore worth storing. */
    public void isPrefetching(boolean asked) {
        prefetching = asked;
    }

    /** Returns the committed pages and the time spent on pages. */
    public AttemptProgress progress() {
        return progress;
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
                && (maxPages == 0 || progress.pages() + 1 < maxPages)
                && (run.pages() > 0 || usage.credits().signum() == 0);
    }

    /** Returns the pagination of the run; null before the run is open. */
    Pagination pagination() {
        return pagination;
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

    /** Returns what the attempt has used so far. */
    public AttemptUsage usage() {
        return usage;
    }

    /**
     * Returns the credits charged for the run so far, including earlier attempts and pages that are not stored yet.
     */
    BigDecimal creditsOfRun() {
        synchronized (usage) {
            return run.creditsSpent().add(usage.unsaved().credits());
        }
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
        usage.lastPrice(price);
        this.run = opened;
        this.pagination = newPagination();
        this.swept = !source.isExpiring();
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
            pagination = newPagination();
        }
        stateBefore = state;
        run = aligned;
    }

    private Pagination newPagination() {
        return new Pagination(() -> tenant.jobs().rows(source));
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
    void recordRequest(boolean repeated) {
        waiting = false;
        progress.requested();
        usage.recordRequest(repeated);
    }

    @Override
    public void recordReceived(int delivered) {
        usage.recordReceived(delivered);
    }

    @Override
    public void recordResponse(String status, BigDecimal deducted, BigDecimal balance) {
        usage.recordResponse(status, deducted, balance);
    }

    /** Returns the usage that no transaction has saved yet; it counts as unsaved until {@link #saved}. */
    public RequestUsage unsavedUsage() {
        return usage.unsaved();
    }

    /**
     * Records that a transaction has saved some usage. Updates both at once, because a prefetch adds saved and unsaved
     * credits meanwhile.
     *
     * @param saved what {@link #unsavedUsage} returned before the transaction
     * @param current the run as it is now
     */
    public void saved(RequestUsage saved, Run current) {
        synchronized (usage) {
            usage.saved(saved);
            run = current;
        }
    }

    /**
     * Returns whether the next page is expected to have mostly rows that are stored as delivered: as the last page had,
     * or in a resync before its first page.
     */
    public boolean expectsUnchanged() {
        return progress.isMostlyUnchanged().orElse(run.mode() == RunMode.RESYNC);
    }

    void refreshRun(Run current) {
        run = current;
    }
}
