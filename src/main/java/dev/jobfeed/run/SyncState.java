package dev.jobfeed.run;

import java.math.BigDecimal;
import java.time.OffsetDateTime;

/**
 * A row of {@code sync_state}: what is known of a stream between runs. Every component but the stream may be null.
 *
 * @param lastRunStartedAt the watermark: everything up to here has been delivered
 * @param lastSweepStartedAt the sweep's watermark
 * @param openRunId the run the next attempt goes on with
 * @param resyncRequestedAt when somebody asked for a resync that no run has begun yet
 * @param creditsBalance the wallet's balance as the API said last, on whichever stream; there is one wallet
 * @param originBaseUrl the server the store was filled from
 * @param originEnvironment the environment of the key it was filled with
 * @param originTenant whose feed the whole schema holds; empty for the standard tenant
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
        String originTenant) {}
