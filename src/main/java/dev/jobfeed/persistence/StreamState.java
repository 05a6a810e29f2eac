package dev.jobfeed.persistence;

import java.math.BigDecimal;
import java.time.Duration;
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
 * @param clockDifference the server's time minus the local time, as an answer to this machine showed it last, unless another
 *     machine has asked since; the watermarks are the server's
 * @param originTenant whose feed the whole schema holds; empty for the default tenant
 * @param earliestSweepStartedAt the earliest time that the sweep's watermark may be by the server's clock, which may have been
 *     set back since; null when it is the watermark itself
 * @param setBackFrom the latest time that the server's clock may have shown before it was set back; null when it was not
 * @param unreadableSweepAt when a sweep was read to its end last of which some ids could not be read; null when no such id may
 *     still have an active posting
 * @param resyncNeededSince since when a resync is owed because the last sweep was too long ago; null when none is
 */
public record StreamState(
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
        Duration clockDifference,
        OffsetDateTime earliestSweepStartedAt,
        OffsetDateTime setBackFrom,
        OffsetDateTime unreadableSweepAt,
        OffsetDateTime resyncNeededSince) {

    /** The server's time, as far as it is known, at a local time. */
    public OffsetDateTime serverTime(OffsetDateTime local) {
        return clockDifference == null ? local : local.plus(clockDifference);
    }

    /** The local time at a server's time. */
    public OffsetDateTime localTime(OffsetDateTime server) {
        return clockDifference == null ? server : server.minus(clockDifference);
    }

    /** What the window of a sweep begins behind: the earliest time of the sweep's watermark; null before the first run. */
    public OffsetDateTime sweptUntil() {
        return earliestSweepStartedAt == null ? lastSweepStartedAt : earliestSweepStartedAt;
    }

    /**
     * Returns the same with other watermarks.
     *
     * @param earliestSweep see {@link #earliestSweepStartedAt}
     */
    public StreamState with(OffsetDateTime run, OffsetDateTime sweep, OffsetDateTime earliestSweep) {
        return with(run, sweep, earliestSweep, setBackFrom);
    }

    /** Returns the same with other watermarks, and another time before the server's clock was set back. */
    public StreamState with(
            OffsetDateTime run, OffsetDateTime sweep, OffsetDateTime earliestSweep, OffsetDateTime setBack) {
        return new StreamState(
                stream,
                run,
                sweep,
                filtersFingerprint,
                openRunId,
                resyncRequestedAt,
                creditsBalance,
                creditsBalanceAt,
                originBaseUrl,
                originEnvironment,
                originTenant,
                clockDifference,
                earliestSweep,
                setBack,
                unreadableSweepAt,
                resyncNeededSince);
    }
}
