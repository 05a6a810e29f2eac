package dev.jobfeed.console;

import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** All that is looked at, and done, of one tenant. */
public record TenantConsole(
        Tenant tenant,
        SchedulePauses schedules,
        JobCounts counts,
        StatusReport status,
        CostForecast costs,
        JobSearch search) {

    /**
     * The console of a tenant.
     *
     * @param atWork the attempt of this process on a stream
     */
    public static TenantConsole of(Tenant tenant, Function<String, Optional<SyncAttempt>> atWork, Clock clock) {
        SchedulePauses schedules = new SchedulePauses(tenant, clock);
        JobCounts counts = new JobCounts(tenant, clock);
        return new TenantConsole(
                tenant,
                schedules,
                counts,
                new StatusReport(tenant, schedules, counts, atWork, clock),
                new CostForecast(tenant, counts),
                new JobSearch(tenant));
    }
}
