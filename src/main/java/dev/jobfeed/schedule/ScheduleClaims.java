package dev.jobfeed.schedule;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.text.ParseException;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import org.apache.camel.Exchange;
import org.quartz.CronExpression;

/**
 * Schedules that are the same on several nodes, and fire on one of them: bean {@code jobfeedSchedules}. A cron expression
 * means the same instants everywhere, so the first node that notes one in the database has it, as long as the nodes' clocks
 * differ by a minute at most; beyond that each of them may fire.
 */
public final class ScheduleClaims {

    private final TenantRegistry tenants;
    private final Clock clock;

    public ScheduleClaims(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Returns whether the schedule of a stream is active for the exchange's tenant; logs and notifies when it is paused.
     */
    public boolean isActive(Exchange exchange, String stream) {
        return new SchedulePauses(tenants.forExchange(exchange), clock).isActive(stream);
    }

    /**
     * Whether a firing is this node's: no other has noted it, or a later one.
     *
     * @param tenant null for the default tenant
     * @param scheduled when the schedule says it is; null when it was not a schedule that fired
     */
    public boolean claim(String tenant, String schedule, Date scheduled) {
        return scheduled == null || claims(tenants.get(tenant)).claim(schedule, time(scheduled.toInstant()), latest());
    }

    /**
     * Whether a stream has something to do before its schedule comes round, an open run or a run that was missed, and
     * this node is the first of those that were started at the same time to see it.
     *
     * @param tenant null for the default tenant
     * @param cron the stream's Quartz schedule
     */
    public boolean claimCatchUp(String tenant, String schedule, String stream, String cron) throws ParseException {
        Tenant owner = tenants.get(tenant);
        ScheduleRepository claims = claims(owner);
        OffsetDateTime before = claims.lastClaim(schedule);
        CronExpression times = new CronExpression(cron);
        times.setTimeZone(owner.settings().timeZone());
        return claimCatchUp(owner.runs().state(stream), times)
                && claims.claimAfter(schedule, stream, before, time(clock.instant()), latest());
    }

    private boolean claimCatchUp(StreamState state, CronExpression times) {
        if (state.openRunId() != null || state.lastRunStartedAt() == null) {
            return true;
        }
        Instant now = clock.instant();
        Instant watermark = state.localTime(state.lastRunStartedAt()).toInstant();
        Date next = times.getNextValidTimeAfter(Date.from(watermark));
        // a watermark of a clock that was ahead does not say that nothing was missed
        return watermark.isAfter(now.plus(ServerClock.TOLERATED))
                || next != null && next.toInstant().isBefore(now);
    }

    private static ScheduleRepository claims(Tenant tenant) {
        return new ScheduleRepository(tenant.dataSource(), tenant.database());
    }

    /** No right clock is further ahead. */
    private OffsetDateTime latest() {
        return time(clock.instant().plus(ServerClock.TOLERATED));
    }

    private static OffsetDateTime time(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
