package dev.jobfeed;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.tenant.TenantDataSourceFactory;
import java.time.Clock;
import java.util.Set;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;

/**
 * What a host of the bundle decides.
 *
 * @param dataSource finds the database to fill in the host's context
 * @param properties what the host sets a property to, beside what its context knows; null for nothing
 * @param pools opens the databases of tenants that have an address of their own
 * @param clock the source of every time the bundle stores
 */
public record BundleOptions(
        Function<CamelContext, DataSource> dataSource,
        UnaryOperator<String> properties,
        TenantDataSourceFactory pools,
        Clock clock) {

    /** The host's data source of the name in {@code jobfeed.datasource.bean}, or else the only one there is. */
    public static BundleOptions standard() {
        return new BundleOptions(BundleOptions::ofTheHost, name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** A data source that need not be a bean of the host. */
    public static BundleOptions of(DataSource dataSource) {
        return new BundleOptions(context -> dataSource, name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** The host's data source of this name. */
    public static BundleOptions named(String bean) {
        return new BundleOptions(
                context -> named(context, bean), name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** The same with properties from where the context does not look before it comes to a default. */
    public BundleOptions withProperties(UnaryOperator<String> other) {
        return new BundleOptions(dataSource, other, pools, clock);
    }

    /** The same for a host that opens databases for tenants. */
    public BundleOptions withPools(TenantDataSourceFactory other) {
        return new BundleOptions(dataSource, properties, other, clock);
    }

    /** The same by another clock. */
    public BundleOptions withClock(Clock other) {
        return new BundleOptions(dataSource, properties, pools, other);
    }

    private static DataSource noPool(JobfeedProperties settings) {
        throw new ConfigurationException("This runtime opens no database by jobfeed.datasource.url; give each tenant a"
                + " jobfeed.datasource.schema in the database that it has.");
    }

    private static DataSource ofTheHost(CamelContext context) {
        String bean = context.getPropertiesComponent()
                .resolveProperty("jobfeed.datasource.bean")
                .map(String::strip)
                .orElse("");
        if (!bean.isEmpty()) {
            return named(context, bean);
        }
        Set<DataSource> all = context.getRegistry().findByType(DataSource.class);
        if (all.size() != 1) {
            throw new ConfigurationException("jobfeed.datasource.bean is empty, and the context has " + all.size()
                    + " data sources; it takes the name of one of them.");
        }
        return all.iterator().next();
    }

    static DataSource named(CamelContext context, String bean) {
        DataSource found = context.getRegistry().lookupByNameAndType(bean, DataSource.class);
        if (found == null) {
            throw new ConfigurationException(
                    "The context has no data source '" + bean + "'; jobfeed.datasource.bean takes the name of one.");
        }
        return found;
    }
}
