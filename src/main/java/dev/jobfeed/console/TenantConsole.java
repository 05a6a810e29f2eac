package dev.jobfeed.console;

import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** The parts of one tenant's console. */
public record TenantConsole(
        Tenant tenant, SchedulePauses schedules, JobCounts counts, StatusReport status, CostForecast costs) {

    /**
     * Creates the console of a tenant.
     *
     * @param activeAttempt returns the attempt of this process on a stream
     */
    public static TenantConsole of(Tenant tenant, Function<String, Optional<SyncAttempt>> activeAttempt, Clock clock) {
        SchedulePauses schedules = new SchedulePauses(tenant, clock);
        JobCounts counts = new JobCounts(tenant, clock);
        return new TenantConsole(
                tenant,
                schedules,
                counts,
                new StatusReport(tenant, schedules, counts, activeAttempt, clock),
                new CostForecast(tenant, counts));
    }
}
