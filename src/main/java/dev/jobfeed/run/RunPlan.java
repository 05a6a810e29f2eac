package dev.jobfeed.run;

import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * What an attempt has to run, decided from what is stored.
 *
 * @param windowFrom what an incremental run asks from; null for the other modes
 * @param reason why it is a resync; null for the other modes
 */
record RunPlan(RunMode mode, OffsetDateTime windowFrom, String reason) {

    /** Jobs feed documentation, "Handling deletions": {@code expired_since} cannot be older than 7 days; less one hour. */
    static final Duration SWEEP_REACH = Duration.ofDays(7).minusHours(1);

    static RunPlan of(SyncState state, String fingerprint, OffsetDateTime now, Duration overlap) {
        String reason = resyncReason(state, fingerprint, now);
        if (reason != null) {
            return new RunPlan(RunMode.RESYNC, null, reason);
        }
        OffsetDateTime watermark = state.lastRunStartedAt();
        return watermark == null
                ? new RunPlan(RunMode.BACKFILL, null, null)
                : new RunPlan(RunMode.INCREMENTAL, watermark.minus(overlap), null);
    }

    private static String resyncReason(SyncState state, String fingerprint, OffsetDateTime now) {
        OffsetDateTime swept = state.lastSweepStartedAt();
        if (swept != null && swept.isBefore(now.minus(SWEEP_REACH))) {
            return "the last sweep of expired postings started at " + swept + ", longer ago than /expired reaches back";
        }
        if (state.filtersFingerprint() != null && !state.filtersFingerprint().equals(fingerprint)) {
            return "the filters or jobo.jobs.watermark-parameter have changed";
        }
        return null;
    }
}
