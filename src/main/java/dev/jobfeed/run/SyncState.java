package dev.jobfeed.run;

import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * What is known of a stream between runs, from {@code sync_state} in the main. Every component but the first and the last
 * may be null.
 *
 * @param lastRunStartedAt the watermark: everything up to here has been delivered
 * @param lastSweepStartedAt the sweep's watermark
 * @param openRunId the run the next attempt goes on with
 * @param resyncRequestedAt when somebody asked for a resync that no run has begun yet
 * @param originBaseUrl the server the store was filled from
 * @param originEnvironment the environment of the key it was filled with
 * @param originTenant whose feed the whole schema holds; empty for the standard tenant
 * @param isUnsettled whether rows of it are in quarantine, or jobs are put aside by a resync
 */
public record SyncState(
        String stream,
        OffsetDateTime lastRunStartedAt,
        OffsetDateTime lastSweepStartedAt,
        String filtersFingerprint,
        Long openRunId,
        OffsetDateTime resyncRequestedAt,
        BigDecimal creditsBalance,
        OffsetDateTime creditsBalanceAt,
        String originBaseUrl,
        String originEnvironment,
        String originTenant,
        boolean isUnsettled) {}
