package dev.jobfeed.sync;

import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Objects;

/**
 * Plan of an attempt, decided from the stored state.
 *
 * @param mode mode of the run to open, or of the open one
 * @param windowFrom start of an incremental run's window; null for the other modes
 * @param reason why a resync is needed; null for the other modes
 * @param resumes whether the open run is resumed; otherwise an open run must be closed and another opened
 */
public record RunPlan(RunMode mode, OffsetDateTime windowFrom, String reason, boolean resumes) {

    /** Reach of a sweep, with an hour to spare. */
    public static final Duration SWEEP_REACH = ExpiredIdsPage.REACH.minusHours(1);

    /**
     * Decides the plan.
     *
     * @param state state with usable watermarks, see {@link Watermarks}
     * @param open open run of the stream, or null
     * @param stuck whether the open run cannot be continued, so that a requested resync replaces it
     * @param otherFilters whether an unfinished run has stored pages of other filters
     * @param now server time; null before a response has shown it, and then no sweep counts as too old
     */
    static RunPlan of(
            StreamState state,
            Run open,
            boolean stuck,
            boolean otherFilters,
            String fingerprint,
            OffsetDateTime now,
            Duration overlap) {
        boolean filtersChanged = otherFilters
                || state.filtersFingerprint() != null
                        && !state.filtersFingerprint().equals(fingerprint);
        boolean stalled = now != null && isStalled(state, now);
        String reason = state.resyncRequestedAt() != null
                ? "it was requested"
                : stalled
                        ? stall(state)
                        : state.resyncNeededSince() != null
                                ? outstandingResyncReason(state)
                                : filtersChanged ? "the filters or jobo.jobs.watermark-parameter have changed" : null;
        boolean replaced = stuck && state.resyncRequestedAt() != null;
        if (open != null
                && !replaced
                && open.filtersFingerprint().equals(fingerprint)
                && satisfies(open, reason, stalled)) {
            return new RunPlan(open.mode(), open.windowFrom(), null, true);
        }
        if (reason != null || open != null) {
            return new RunPlan(
                    RunMode.RESYNC,
                    null,
                    Objects.requireNonNullElse(reason, "the filters or jobo.jobs.watermark-parameter have changed"),
                    false);
        }
        OffsetDateTime watermark = state.lastRunStartedAt();
        return watermark == null
                ? new RunPlan(RunMode.BACKFILL, null, null, false)
                : new RunPlan(RunMode.INCREMENTAL, watermark.minus(overlap), null, false);
    }

    /**
     * Returns whether the last sweep is longer ago than the API lists expired postings. A sweep with unreadable ids
     * counts as well: a resync for a few unknown postings is the operator's decision.
     */
    static boolean isStalled(StreamState state, OffsetDateTime now) {
        OffsetDateTime swept = FeedDefinition.of(state.stream()).isExpiring() ? state.lastSweepStartedAt() : null;
        if (swept != null
                && state.unreadableSweepAt() != null
                && state.unreadableSweepAt().isAfter(swept)) {
            swept = state.unreadableSweepAt();
        }
        return swept != null && swept.isBefore(now.minus(SWEEP_REACH));
    }

    /** Explains the resync that {@link #isStalled} makes necessary. */
    static String stall(StreamState state) {
        return "the last expiry sweep started at " + state.lastSweepStartedAt()
                + ", longer ago than /expired reaches back";
    }

    /** Explains a resync that is still needed because none has succeeded since the stall. */
    private static String outstandingResyncReason(StreamState state) {
        return "at " + state.resyncNeededSince() + " the last expiry sweep was longer ago than /expired reaches back,"
                + " and no resync has succeeded since";
    }

    /** Returns whether an open run is sufficient after a stall: a resync without a page so far. */
    static boolean isEnoughAfterStall(Run open) {
        return open.mode() == RunMode.RESYNC && open.pages() == 0;
    }

    /**
     * Returns whether the open run satisfies the reason for a resync. An open resync satisfies every reason except a
     * stall detected after its first page, because a sweep of its own preceded that page.
     */
    private static boolean satisfies(Run open, String reason, boolean stalled) {
        return reason == null || (stalled ? isEnoughAfterStall(open) : open.mode() == RunMode.RESYNC);
    }
}
