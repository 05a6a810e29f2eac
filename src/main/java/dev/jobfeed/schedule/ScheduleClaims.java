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
import java.util.Map;
import org.apache.camel.Exchange;
import org.quartz.CronExpression;

/**
 * Lets one node do the work when the same schedule fires on several nodes: bean {@code jobfeedScheduleClaims}. A cron
 * expression denotes the same instants everywhere, so the first node that records an instant in the database claims it,
 * as long as the nodes' clocks differ by at most a minute. With a larger difference, each node may start.
 */
public final class ScheduleClaims {

    private final TenantRegistry tenants;
    private final Clock clock;

    public ScheduleClaims(TenantRegistry tenants, Clock clock) {
        this.tenants = tenants;
        this.clock = clock;
    }

    /**
     * Returns the parameters of {@code schedule-paused} and {@code schedule-claim-advance}.
     *
     * @param scheduled the scheduled time; null when no schedule fired, which claims the present time
     */
    public Map<String, Object> firing(String stream, String schedule, Date scheduled) {
        Instant at = scheduled == null ? clock.instant() : scheduled.toInstant();
        return Map.of("stream", stream, "schedule", schedule, "at", time(at), "latest", latest());
    }

    /** Logs that a trigger is skipped because its schedule is paused, and repeats the notification once a day. */
    public void skipPaused(Exchange exchange, String stream, OffsetDateTime since) {
        new SchedulePauses(tenants.forExchange(exchange), clock).skip(stream, since);
    }

    /**
     * Claims the catch-up of a stream at startup: an open run or a missed run needs work before the next scheduled
     * time, and this is the first of the nodes started at the same time to claim it. While the schedule is paused, each
     * node may start what claims nothing, such as {@code direct:trigger-sync}, which reports the skipped start.
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
        return needsCatchUp(owner.states().get(stream), times)
                && (new SchedulePauses(owner, clock).pausedSince(stream).isPresent()
                        || claims.claimAfter(schedule, stream, before, time(clock.instant()), latest()));
    }

    private boolean needsCatchUp(StreamState state, CronExpression times) {
        if (state.openRunId() != null || state.lastRunStartedAt() == null) {
            return true;
        }
        Instant now = clock.instant();
        Instant watermark = state.localTime(state.lastRunStartedAt()).toInstant();
        Date next = times.getNextValidTimeAfter(Date.from(watermark));
        // a watermark of a clock that was ahead does not show that no run was missed
        return watermark.isAfter(now.plus(ServerClock.TOLERATED))
                || next != null && next.toInstant().isBefore(now);
    }

    private static ScheduleRepository claims(Tenant tenant) {
        return new ScheduleRepository(tenant.sql());
    }

    /** Returns the latest time that a correct clock can show. */
    private OffsetDateTime latest() {
        return time(clock.instant().plus(ServerClock.TOLERATED));
    }

    private static OffsetDateTime time(Instant instant) {
        return OffsetDateTime.ofInstant(instant, ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
    }
}
