package dev.jobfeed.health;

import dev.jobfeed.run.Failures;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.Tenants;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/** Whether the database of every tenant answers: without it a runtime is not ready, and is again by itself. */
public final class DatabaseCheck extends AbstractHealthCheck {

    private final Tenants tenants;
    private volatile boolean away;

    public DatabaseCheck(Tenants tenants) {
        super("jobfeed", "jobfeed-database");
        this.tenants = tenants;
    }

    /** Before the check of freshness, which need not wait for a connection once more. */
    @Override
    public int getOrder() {
        return 0;
    }

    /** Whether a database did not answer when it was last asked. */
    boolean isAway() {
        return away;
    }

    @Override
    public boolean isLiveness() {
        return false;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder result, Map<String, Object> options) {
        List<String> silent = new ArrayList<>();
        tenants.all().forEach(tenant -> {
            try {
                tenant.runs().state("jobs");
            } catch (RuntimeException e) {
                silent.add(Tenant.words(tenant.name()) + ": " + Failures.describe(e));
            }
        });
        away = !silent.isEmpty();
        if (silent.isEmpty()) {
            result.up();
        } else {
            result.message(Words.plain(String.join("; ", silent))).down();
        }
    }
}
