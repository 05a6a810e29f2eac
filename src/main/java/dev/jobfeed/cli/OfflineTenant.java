package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.console.TenantConsole;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.tenant.Tenant;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;

/** Tenant and pool of commands that do not call the API; may be used beside a running process. */
record OfflineTenant(HikariDataSource pool, Tenant tenant) implements AutoCloseable {

    /**
     * Opens the store of the default tenant.
     *
     * @throws ConfigurationException if it does not exist yet; nothing is created
     */
    static OfflineTenant open(JobfeedProperties settings) throws SQLException {
        return over("", settings, RuntimeDataSources.existing(settings));
    }

    /**
     * Opens the store of a tenant.
     *
     * @throws ConfigurationException if it does not exist yet; nothing is created
     */
    static OfflineTenant open(RuntimeConfiguration configuration, TenantOption tenant) throws SQLException {
        JobfeedProperties settings = tenant.settings(configuration);
        return over(tenant.name(), settings, RuntimeDataSources.existing(settings));
    }

    /** Opens the store of a tenant, and creates it if necessary. */
    static OfflineTenant create(String tenant, JobfeedProperties settings) throws SQLException {
        return over(tenant, settings, RuntimeDataSources.beside(settings));
    }

    private static OfflineTenant over(String name, JobfeedProperties settings, HikariDataSource pool)
            throws SQLException {
        try {
            return new OfflineTenant(
                    pool,
                    Tenant.over(
                            name,
                            settings,
                            pool,
                            LeaseOwner.currentProcess(),
                            null,
                            Clock.systemUTC(),
                            MetricsRecorder.NONE));
        } catch (SQLException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** Returns the tenant's console; the speed of a run is known to another process only. */
    TenantConsole console() {
        return TenantConsole.of(tenant, stream -> Optional.empty(), Clock.systemUTC());
    }

    @Override
    public void close() {
        pool.close();
    }
}
