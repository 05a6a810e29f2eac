package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.Settings;
import dev.jobfeed.metrics.Meters;
import dev.jobfeed.ops.Board;
import dev.jobfeed.run.Holder;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Optional;

/** What the commands that ask the API for nothing work with; also beside a running process. */
record StoreAccess(HikariDataSource pool, Tenant tenant) implements AutoCloseable {

    /** The store of the standard tenant. */
    static StoreAccess open(Settings settings) throws SQLException, IOException {
        return open("", settings);
    }

    static StoreAccess open(Configuration configuration, TenantOption tenant) throws SQLException, IOException {
        return open(tenant.name(), tenant.settings(configuration));
    }

    private static StoreAccess open(String name, Settings settings) throws SQLException, IOException {
        HikariDataSource pool = Databases.beside(settings);
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
