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

/** What the commands that ask the API for nothing work with; also beside a running process. */
record OfflineTenant(HikariDataSource pool, Tenant tenant) implements AutoCloseable {

    /**
     * Opens the store of the default tenant.
     *
     * @throws ConfigurationException when there is none yet; nothing is created
     */
    static OfflineTenant open(JobfeedProperties settings) throws SQLException {
        return over("", settings, RuntimeDataSources.existing(settings));
    }

    /**
     * Opens the store of a tenant.
     *
     * @throws ConfigurationException when there is none yet; nothing is created
     */
    static OfflineTenant open(RuntimeConfiguration configuration, TenantOption tenant) throws SQLException {
        JobfeedProperties settings = tenant.settings(configuration);
        return over(tenant.name(), settings, RuntimeDataSources.existing(settings));
    }

    /** Opens the store of a tenant, and creates it where there is none. */
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
                            LeaseOwner.currentProcess().session(),
                            Clock.systemUTC(),
                            MetricsRecorder.NONE));
        } catch (SQLException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** What is to be seen of the tenant; the speed of a run is another process's to know. */
    TenantConsole console() {
        return TenantConsole.of(tenant, stream -> Optional.empty(), Clock.systemUTC());
    }

    @Override
    public void close() {
        pool.close();
    }
}
