package dev.jobfeed.health;

import dev.jobfeed.tenant.Tenant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * Checks that the database of every tenant responds. Otherwise the runtime is not ready, and becomes ready again on its
 * own.
 */
public final class DatabaseCheck extends AbstractHealthCheck {

    private final DatabaseProbe probe;

    public DatabaseCheck(DatabaseProbe probe) {
        super("jobfeed", "jobfeed-database");
        this.probe = probe;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<String> failures = new ArrayList<>();
        probe.outcomes().forEach((tenant, outcome) -> {
            if (outcome.failure() != null) {
                failures.add(Tenant.describe(tenant.name()) + ": " + outcome.failure());
            }
        });
        if (failures.isEmpty()) {
            result.up();
        } else {
            result.message(HealthMessage.plain(String.join("; ", failures))).down();
        }
    }
}
