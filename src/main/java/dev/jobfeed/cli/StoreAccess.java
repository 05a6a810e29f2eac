package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.ConfigurationException;
import dev.jobfeed.Settings;
import dev.jobfeed.metrics.Meters;
import dev.jobfeed.ops.Board;
import dev.jobfeed.run.Holder;
import dev.jobfeed.tenant.Tenant;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;

/** What the commands that ask the API for nothing work with; also beside a running process. */
record StoreAccess(HikariDataSource pool, Tenant tenant) implements AutoCloseable {

    /**
     * Opens the store of the default tenant.
     *
     * @throws ConfigurationException when there is none yet; nothing is created
     */
    static StoreAccess open(Settings settings) throws SQLException {
        return over("", settings, Databases.existing(settings));
    }

    /**
     * Opens the store of a tenant.
     *
     * @throws ConfigurationException when there is none yet; nothing is created
     */
    static StoreAccess open(Configuration configuration, TenantOption tenant) throws SQLException {
        Settings settings = tenant.settings(configuration);
        return over(tenant.name(), settings, Databases.existing(settings));
    }

    /** Opens the store of a tenant, and creates it where there is none. */
    static StoreAccess create(String tenant, Settings settings) throws SQLException {
        return over(tenant, settings, Databases.beside(settings));
    }

    private static StoreAccess over(String name, Settings settings, HikariDataSource pool) throws SQLException {
        try {
            return new StoreAccess(
                    pool, Tenant.over(name, settings, pool, Holder.here().session(), Clock.systemUTC(), Meters.NONE));
        } catch (SQLException | RuntimeException e) {
            pool.close();
            throw e;
        }
    }

    /** What is to be seen of the tenant; the speed of a run is another process's to know. */
    Board board() {
        return Board.of(tenant, stream -> Optional.empty(), Clock.systemUTC());
    }

    @Override
    public void close() {
        pool.close();
    }
}
