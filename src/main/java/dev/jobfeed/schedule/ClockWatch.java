package dev.jobfeed.schedule;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.problem.ProblemTranslator;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.component.quartz.QuartzComponent;
import org.quartz.Scheduler;
import org.quartz.SchedulerException;
import org.quartz.Trigger;
import org.quartz.TriggerKey;
import org.quartz.impl.matchers.GroupMatcher;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Detects that the machine's clock was set back. Otherwise Quartz would wait for the times computed from the old clock
 * and start nothing until then. Runs every few seconds; never throws.
 */
public final class ClockWatch implements Runnable {

    /** Group of the bundle's triggers. */
    private static final String GROUP = "jobfeed";

    private static final Logger LOG = LoggerFactory.getLogger(ClockWatch.class);

    private final CamelContext context;
    private final LongSupplier millis;
    private final LongSupplier nanos;
    private long lastMillis;
    private long lastNanos;

    public ClockWatch(CamelContext context) {
        this(context, System::currentTimeMillis, System::nanoTime);
    }

    /**
     * Creates a watch.
     *
     * @param millis the clock that Quartz uses
     * @param nanos a monotonic clock
     */
    ClockWatch(CamelContext context, LongSupplier millis, LongSupplier nanos) {
        this.context = context;
        this.millis = millis;
        this.nanos = nanos;
        measureStep();
    }

    @Override
    public void run() {
        Duration step = measureStep();
        if (step.compareTo(ServerClock.TOLERATED.negated()) >= 0) {
            return;
        }
        LOG.warn(
                "This machine's clock was set back by {} s; the schedules follow the new time.",
                step.negated().toSeconds());
        try {
            reschedule();
        } catch (SchedulerException | RuntimeException e) {
            LOG.warn(
                    "The schedules still wait for the old time; restart this process. {}",
                    ProblemTranslator.describe(e));
        }
    }

    /** Returns how much the clock advanced beyond the time elapsed since the last check. */
    private Duration measureStep() {
        long nowMillis = millis.getAsLong();
        long nowNanos = nanos.getAsLong();
        Duration step = Duration.ofMillis(nowMillis - lastMillis).minusNanos(nowNanos - lastNanos);
        lastMillis = nowMillis;
        lastNanos = nowNanos;
        return step;
    }

    private void reschedule() throws SchedulerException {
        QuartzComponent quartz = (QuartzComponent) context.hasComponent("quartz");
        Scheduler scheduler = quartz == null ? null : quartz.getScheduler();
        if (scheduler == null) {
            return;
        }
        Set<TriggerKey> keys = scheduler.getTriggerKeys(GroupMatcher.triggerGroupEquals(GROUP));
        for (TriggerKey key : keys) {
            Trigger trigger = scheduler.getTrigger(key);
            if (trigger != null) {
                scheduler.rescheduleJob(
                        key, trigger.getTriggerBuilder().startNow().build());
            }
        }
    }
}
