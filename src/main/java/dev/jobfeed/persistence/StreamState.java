package dev.jobfeed.persistence;

import java.math.BigDecimal;
import java.time.Duration;
import java.time.OffsetDateTime;

/**
 * A row of {@code sync_state}: the state of a stream between runs. Every component except the stream may be null.
 *
 * @param lastRunStartedAt the watermark: everything up to here has been delivered
 * @param lastSweepStartedAt the watermark of the expiry sweep
 * @param openRunId the run that the next attempt continues
 * @param resyncRequestedAt when a resync was requested that no run has started yet
 * @param creditsBalance the wallet's balance as last reported by the API on any stream; there is one wallet
 * @param originBaseUrl the server that the store was filled from
 * @param originEnvironment the environment of the key that the store was filled with
 * @param clockDifference the server's time minus the local time, as last shown by a response to this machine, unless
 *     another machine has sent requests since; the watermarks are in the server's time
 * @param originTenant the tenant whose feed the whole schema holds; empty for the default tenant
 * @param earliestSweepStartedAt the earliest time that the sweep's watermark may be by the server's clock, which may
 *     have been set back since; null when it is the watermark itself
 * @param setBackFrom the latest time that the server's clock may have shown before it was set back; null when it was
 *     not
 * @param unreadableSweepAt the last complete sweep in which some ids could not be read; null when no such id may still
 *     have an active job
 * @param resyncNeededSince since when a resync is required because the last sweep was too long ago; null when none is
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

    /** Returns the server's time, as far as known, at a local time. */
    public OffsetDateTime serverTime(OffsetDateTime local) {
        return clockDifference == null ? local : local.plus(clockDifference);
    }

    /** Returns the local time at a server's time. */
    public OffsetDateTime localTime(OffsetDateTime server) {
        return clockDifference == null ? server : server.minus(clockDifference);
    }

    /**
     * Returns the time after which the next sweep's window begins: the earliest time of the sweep's watermark; null
     * before the first run.
     */
    public OffsetDateTime sweptUntil() {
        return earliestSweepStartedAt == null ? lastSweepStartedAt : earliestSweepStartedAt;
    }

    /**
     * Returns a copy with other watermarks.
     *
     * @param earliestSweep see {@link #earliestSweepStartedAt}
     */
    public StreamState with(OffsetDateTime run, OffsetDateTime sweep, OffsetDateTime earliestSweep) {
        return with(run, sweep, earliestSweep, setBackFrom);
    }

    /** Returns a copy with other watermarks, and another time before the server's clock was set back. */
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
