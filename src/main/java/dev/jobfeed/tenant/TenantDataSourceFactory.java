package dev.jobfeed.tenant;

import dev.jobfeed.config.JobfeedProperties;
import java.sql.SQLException;
import javax.sql.DataSource;

/** Opens the database of a tenant with its own URL. */
@FunctionalInterface
public interface TenantDataSourceFactory {

    /** Opens a connection pool for the {@code jobfeed.datasource.*} properties; the caller closes it. */
    DataSource open(JobfeedProperties settings) throws SQLException;
}
