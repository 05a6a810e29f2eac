package dev.jobfeed.console;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.springframework.util.LinkedCaseInsensitiveMap;

/** Provides the console of each tenant: bean {@code jobfeedConsole}. */
public final class ConsoleTenants {

    private final TenantRegistry tenants;
    private final SyncCoordinator coordinator;
    private final Clock clock;
    private final Map<String, TenantConsole> consoles = new ConcurrentHashMap<>();

    public ConsoleTenants(TenantRegistry tenants, SyncCoordinator coordinator, Clock clock) {
        this.tenants = tenants;
        this.coordinator = coordinator;
        this.clock = clock;
    }

    /** Returns the console of a tenant. */
    public TenantConsole of(Tenant tenant) {
        return consoles.computeIfAbsent(
                tenant.name(),
                name -> TenantConsole.of(
                        tenant,
                        stream -> coordinator
                                .active()
                                .filter(attempt -> attempt.tenant().name().equals(name)
                                        && attempt.stream().equals(stream))
                                .findFirst(),
                        clock));
    }

    /**
     * Returns the console of a tenant by name.
     *
     * @param name null or empty for the default tenant
     * @throws HttpProblemException with 404 if there is no such tenant
     */
    TenantConsole named(String name) {
        try {
            return of(tenants.get(name));
        } catch (ConfigurationException e) {
            throw new HttpProblemException(404, e.getMessage());
        }
    }

    /** Returns the same as {@code jobfeed status --json}. */
    public ObjectNode status(String tenant, Integer runs) {
        return named(tenant).status().json(runs);
    }

    /** Returns version, environment, tenants and settings of this process, as one tenant sees them. */
    public ObjectNode info(String tenant) {
        return RuntimeInfo.json(
                named(tenant).tenant(), tenants.all().map(Tenant::name).toList(), OffsetDateTime.now(clock));
    }

    /** Adds the severity to rows of the table {@code alert}. */
    public List<Map<String, Object>> withSeverity(List<Map<String, Object>> alerts) {
        return alerts.stream()
                .map(alert -> {
                    Map<String, Object> row = new LinkedCaseInsensitiveMap<>();
                    row.putAll(alert);
                    row.put(
                            "severity",
                            AlertCondition.severity((String) row.get("condition"))
                                    .word());
                    return row;
                })
                .toList();
    }

    /** Returns the jobs of each source. */
    public List<JobCounts.OfSource> counts(String tenant) {
        return named(tenant).counts().now();
    }

    /** Records the number of jobs after an attempt. */
    public void count(SyncAttempt attempt) {
        of(attempt.tenant()).counts().note(attempt);
    }
}
