package dev.jobfeed.ops;

import dev.jobfeed.run.Attempt;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.util.Optional;
import java.util.function.Function;

/** All that is looked at, and done, of one tenant. */
public record Board(
        Tenant tenant, Schedules schedules, JobCounts counts, Status status, Costs costs, JobSearch search) {

    /**
     * The board of a tenant.
     *
     * @param atWork the attempt of this process on a stream
     */
    public static Board of(Tenant tenant, Function<String, Optional<Attempt>> atWork, Clock clock) {
        Schedules schedules = new Schedules(tenant, clock);
        JobCounts counts = new JobCounts(tenant, clock);
        return new Board(
                tenant,
                schedules,
                counts,
                new Status(tenant, schedules, counts, atWork, clock),
                new Costs(tenant, counts),
                new JobSearch(tenant));
    }
}
