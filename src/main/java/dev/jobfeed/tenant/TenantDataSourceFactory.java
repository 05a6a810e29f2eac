package dev.jobfeed.tenant;

import dev.jobfeed.config.JobfeedProperties;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Opens the database of a tenant that has an address of its own. */
@FunctionalInterface
public interface TenantDataSourceFactory {

    /** A pool over the database that {@code jobfeed.datasource.*} of these settings lead to; closed by its opener. */
    DataSource open(JobfeedProperties settings) throws SQLException;
}
