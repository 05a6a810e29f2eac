package dev.jobfeed.sync;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunMode;
import dev.jobfeed.persistence.StreamState;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Objects;

/**
 * What an attempt has to run, decided from what is stored.
 *
 * @param mode of the run to open, or of the open one
 * @param windowFrom what an incremental run asks from; null for the other modes
 * @param reason why it is a resync; null for the other modes
 * @param resumes whether the open run goes on; otherwise it is to be closed, if there is one, and another opened
 */
public record RunPlan(RunMode mode, OffsetDateTime windowFrom, String reason, boolean resumes) {

    /** Jobs feed documentation, "Handling deletions": {@code expired_since} cannot be older than 7 days; less one hour. */
    public static final Duration SWEEP_REACH = Duration.ofDays(7).minusHours(1);

    /**
     * Decides.
     *
     * @param state with watermarks that are usable, see {@link Watermarks}
     * @param open the stream's open run, or null
     * @param stuck whether the open run cannot be continued, so that a resync that was asked for takes its place
     * @param otherFilters whether an unfinished run has stored pages of other filters
     * @param now the server's time; null while no answer has shown it, and then no sweep counts as too old
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
                ? "it was asked for"
                : stalled
                        ? stall(state)
                        : state.resyncNeededSince() != null
                                ? owed(state)
                                : filtersChanged ? "the filters or jobo.jobs.watermark-parameter have changed" : null;
        boolean replaced = stuck && state.resyncRequestedAt() != null;
        if (open != null
                && !replaced
                && open.filtersFingerprint().equals(fingerprint)
                && isEnough(open, reason, stalled)) {
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
     * Whether the last sweep lies further back than the API lists expired postings. One of which some ids could not be read
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

    /** Why a resync is needed after {@link #isStalled}. */
    static String stall(StreamState state) {
        return "the last sweep of expired postings started at " + state.lastSweepStartedAt()
                + ", longer ago than /expired reaches back";
    }

    /** Why a resync is needed when the one that a stall made necessary has not succeeded. */
    private static String owed(StreamState state) {
        return "at " + state.resyncNeededSince() + " the last sweep of expired postings was longer ago than /expired"
                + " reaches back, and no resync has succeeded since";
    }

    /** Whether an open run also does when the last sweep lies too far back: a resync that has no page yet. */
    static boolean isEnoughAfterStall(Run open) {
        return open.mode() == RunMode.RESYNC && open.pages() == 0;
    }

    /** An open resync answers every reason but a stall that came after its first page, which an own sweep preceded. */
    private static boolean isEnough(Run open, String reason, boolean stalled) {
        return reason == null || (stalled ? isEnoughAfterStall(open) : open.mode() == RunMode.RESYNC);
    }
}
