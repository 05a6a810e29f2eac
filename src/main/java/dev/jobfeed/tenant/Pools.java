package dev.jobfeed.tenant;

import dev.jobfeed.Settings;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Opens the database of a tenant that has an address of its own. */
@FunctionalInterface
public interface Pools {

    /** A pool over the database that {@code jobfeed.datasource.*} of these settings lead to; closed by its opener. */
    DataSource open(Settings settings) throws SQLException;
}
