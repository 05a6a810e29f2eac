package dev.jobfeed.health;

import dev.jobfeed.schedule.Freshness;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Checks that every stream with a target is fresh enough. Reports up with {@code degraded} if one is not: taking a
 * stale runtime out of service, or restarting it, would not make the data fresher.
 */
public final class FreshnessCheck extends AbstractHealthCheck {

    private final DatabaseProbe probe;
    private final Clock clock;

    public FreshnessCheck(DatabaseProbe probe, Clock clock) {
        super("jobfeed", "jobfeed-freshness");
        this.probe = probe;
        this.clock = clock;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<String> missed = new ArrayList<>();
        OffsetDateTime now = OffsetDateTime.now(clock);
        probe.outcomes().forEach((tenant, outcome) -> {
            if (outcome.failure() != null) {
                missed.add(tenant.stream("jobs") + " may be stale: the database is away");
            }
            outcome.states().forEach((stream, state) -> {
                Freshness freshness = Freshness.of(stream, state, tenant.settings(), now);
                if (freshness.state() == Freshness.State.LATE || freshness.state() == Freshness.State.NEVER) {
                    missed.add(describe(tenant.stream(stream.stream()), freshness));
                }
            });
        });
        result.up().detail("degraded", !missed.isEmpty());
        if (!missed.isEmpty()) {
            result.message(HealthMessage.plain("degraded: " + String.join("; ", missed)));
        }
    }

    private static String describe(String stream, Freshness freshness) {
        if (freshness.isOfUnknownAge()) {
            return stream + " have a watermark that is later than now, " + freshness.watermark();
        }
        return stream
                + (freshness.age() == null
                        ? " have had no run that succeeded"
                        : " are " + freshness.age().toSeconds() + " s old")
                + ", the target is " + freshness.target().toSeconds() + " s";
    }
}
