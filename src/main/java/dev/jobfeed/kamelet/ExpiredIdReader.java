package dev.jobfeed.kamelet;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.api.ServerTimeObserver;
import dev.jobfeed.expiry.ExpirySweep;
import dev.jobfeed.feed.ExpiredIdsPage;
import dev.jobfeed.lease.HeldLease;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.sync.ClockAlert;
import dev.jobfeed.sync.Watermarks;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Optional;

/**
 * Reads the list of expired ids for consumers that store no jobs: bean {@code jobfeedExpiredIds}. The watermark moves
 * when a reading is complete, so that ids not delivered by one reading come with the next.
 */
public final class ExpiredIdReader {

    /** Name under which lease and watermark are stored. */
    private static final String STREAM = "expired_ids";

    /** Window of the first reading, the API's own default: GET /api/jobs/expired, {@code expired_since}. */
    private static final Duration FIRST_WINDOW = Duration.ofHours(24);

    private final TenantRegistry tenants;
    private final Clock clock;

    public ExpiredIdReader(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /** One reading of the list. Routes keep it in the variable {@code jobfeedReading}. */
    public static final class Reading implements ServerTimeObserver {

        private final Tenant tenant;
        private final HeldLease lease;
        private final ServerClock clock;
        private ExpirySweep sweep;

        private Reading(Tenant tenant, HeldLease lease, ServerClock clock) {
            this.tenant = tenant;
            this.lease = lease;
            this.clock = clock;
        }

        @Override
        public ServerClock clock() {
            return clock;
        }

        /** Returns whether there is another page to request. */
        public boolean isUnfinished() {
            return !lease.isLost() && sweep.isUnfinished();
        }

        /** Returns the query string of the next request. */
        public String query() {
            return sweep.query();
        }
    }

    /**
     * Begins a reading at the watermark less the overlap.
     *
     * @param tenant null for the default tenant
     * @return null if another process is reading the list
     */
    public Reading begin(String tenant) {
        Tenant reader = tenants.get(tenant);
        return reader.leases().acquire(STREAM, lease -> read(reader, lease)).orElse(null);
    }

    private Reading read(Tenant reader, HeldLease lease) {
        Reading reading = new Reading(reader, lease, new ServerClock(clock));
        StreamState state = reader.states().get(STREAM);
        reading.clock.assume(state.clockDifference());
        long nanos = System.nanoTime();
        OffsetDateTime start = reading.clock.at(nanos);
        reading.sweep = new ExpirySweep(
                since(reading, state, start),
                start,
                nanos,
                reader.settings().sync().expiredBatchSize());
        return reading;
    }

    private static OffsetDateTime since(Reading reading, StreamState state, OffsetDateTime start) {
        return state.lastSweepStartedAt() == null
                ? start.minus(FIRST_WINDOW)
                : Watermarks.sweepFrom(
                        state, start, reading.tenant.settings().sync().overlap());
    }

    /** Restarts the pagination, because its cursor expired. */
    public void restart(Reading reading) {
        alignClock(reading);
        OffsetDateTime start = reading.sweep.startedAt();
        reading.sweep.restart(since(reading, reading.tenant.states().get(STREAM), start));
    }

    /**
     * Records that the ids of a page were delivered. A window that turns out to begin too late by the server's clock is
     * read again.
     */
    public void markDelivered(Reading reading, ExpiredIdsPage page) {
        alignClock(reading);
        reading.sweep.committed(page);
    }

    private static void alignClock(Reading reading) {
        ServerClock.Change change = reading.clock.takeChange();
        if (change != null) {
            Tenant tenant = reading.tenant;
            StreamState state = tenant.transaction().execute(status -> {
                StreamState aligned = Watermarks.usable(
                        Watermarks.fallen(tenant.states().get(STREAM), change.fallen(), reading.clock.now()),
                        reading.clock.now(),
                        Optional.empty());
                tenant.states().alignClock(aligned, change.difference());
                if (reading.clock.isDiffering()) {
                    ClockAlert.raise(tenant, STREAM, reading.clock);
                } else {
                    tenant.alerts().clear(STREAM, AlertCondition.CLOCK_DIFFERS);
                }
                reading.lease.fence();
                return aligned;
            });
            OffsetDateTime start = reading.clock.at(reading.sweep.startedNanos());
            reading.sweep.align(since(reading, state, start), start, false, change.risen());
        }
    }

    /**
     * Moves the watermark if the list was read to its end.
     *
     * @throws AttemptFailedException if some ids were unreadable; the others are delivered
     */
    public void complete(Reading reading) {
        if (reading.lease.isLost() || reading.sweep.isUnfinished()) {
            return;
        }
        reading.sweep.checkReadable();
        Tenant tenant = reading.tenant;
        tenant.transaction().executeWithoutResult(status -> {
            tenant.states().sweptUntil(STREAM, reading.sweep.startedAt(), reading.sweep.earliestStartedAt(), true);
            reading.lease.fence();
        });
    }

    /** Releases the lease. */
    public void end(Reading reading) {
        reading.lease.close();
    }
}
