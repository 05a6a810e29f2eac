package dev.jobfeed.schedule;

import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.tenant.Tenant;
import java.text.ParseException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.Date;
import java.util.Optional;
import org.quartz.CronExpression;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Pauses and resumes the schedules of a tenant. A pause is stored in the database: it applies to every process and
 * across restarts until an operator resumes the schedule, and an alert is open during that time.
 */
public final class SchedulePauses {

    private static final Logger LOG = LoggerFactory.getLogger(SchedulePauses.class);

    private final Tenant tenant;
    private final Clock clock;

    public SchedulePauses(Tenant tenant, Clock clock) {
        this.tenant = tenant;
        this.clock = clock;
    }

    /** Logs that a trigger of a paused schedule is skipped, and repeats the notification at most once a day. */
    void skip(String stream, OffsetDateTime since) {
        LOG.warn("{}: the schedule is paused since {}, skipping this trigger", tenant.stream(stream), since);
        notifyPaused(stream, since);
    }

    /** Returns when the schedule of a stream was paused; empty when it is not. */
    public Optional<OffsetDateTime> pausedSince(String stream) {
        return tenant.sql()
                .statement("schedule-paused")
                .param("stream", stream)
                .query(OffsetDateTime.class)
                .optional();
    }

    /** Returns when the schedule fires next; empty when there is none. */
    public Optional<OffsetDateTime> next(ScheduledStream stream) {
        return stream.schedule(tenant.settings()).map(cron -> {
            try {
                CronExpression times = new CronExpression(cron);
                times.setTimeZone(tenant.settings().timeZone());
                Date next = times.getNextValidTimeAfter(Date.from(clock.instant()));
                return next == null ? null : next.toInstant().atOffset(ZoneOffset.UTC);
            } catch (ParseException e) {
                throw new IllegalArgumentException("'" + cron + "' is not a Quartz cron expression", e);
            }
        });
    }

    /** Pauses the schedule until {@link #resume}. An attempt in progress continues. */
    public void pause(String stream) {
        OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
        tenant.sql()
                .statement("schedule-pause")
                .param("stream", stream)
                .param("at", now)
                .update();
        notifyPaused(stream, now);
        LOG.warn("{}: the schedule is paused", tenant.stream(stream));
    }

    /** Resumes the schedule. */
    public void resume(String stream) {
        tenant.sql().statement("schedule-resume").param("stream", stream).update();
        tenant.alerts().clear(stream, AlertCondition.SCHEDULE_PAUSED);
        LOG.info("{}: the schedule is resumed", tenant.stream(stream));
    }

    private void notifyPaused(String stream, OffsetDateTime since) {
        tenant.alerts()
                .renotify(
                        stream,
                        new Problem(
                                AlertCondition.SCHEDULE_PAUSED,
                                "The schedule of " + stream + " is paused since " + since + ", so its rows get older."
                                        + (stream.equals("jobs")
                                                ? " After 7 days without an expiry sweep, a resync has to buy the whole"
                                                        + " feed again."
                                                : "")),
                        Duration.ofDays(1));
    }
}
