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
 * Options that the host application passes to the bundle.
 *
 * @param dataSource finds the database to fill, given the host's context
 * @param properties additional source of property values, asked after the context and before the defaults; returns null
 *     for a property without value
 * @param pools opens the databases of tenants that have a database address of their own
 * @param clock source of all times that the bundle stores
 */
public record BundleOptions(
        Function<CamelContext, DataSource> dataSource,
        UnaryOperator<String> properties,
        TenantDataSourceFactory pools,
        Clock clock) {

    /**
     * Uses the host's data source named in {@code jobfeed.datasource.bean}, or the only data source in the registry.
     */
    public static BundleOptions standard() {
        return new BundleOptions(BundleOptions::fromRegistry, name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** Uses a data source that need not be a bean of the host. */
    public static BundleOptions of(DataSource dataSource) {
        return new BundleOptions(context -> dataSource, name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** Uses the host's data source of this name. */
    public static BundleOptions named(String bean) {
        return new BundleOptions(
                context -> named(context, bean), name -> null, BundleOptions::noPool, Clock.systemUTC());
    }

    /** Returns a copy with a source of property values that is asked after the context and before the defaults. */
    public BundleOptions withProperties(UnaryOperator<String> other) {
        return new BundleOptions(dataSource, other, pools, clock);
    }

    /** Returns a copy for a host that opens databases for tenants. */
    public BundleOptions withPools(TenantDataSourceFactory other) {
        return new BundleOptions(dataSource, properties, other, clock);
    }

    /** Returns a copy with another clock. */
    public BundleOptions withClock(Clock other) {
        return new BundleOptions(dataSource, properties, pools, other);
    }

    private static DataSource noPool(JobfeedProperties settings) {
        throw new ConfigurationException("This runtime opens no database by jobfeed.datasource.url; give each tenant a"
                + " jobfeed.datasource.schema in the database that it has.");
    }

    private static DataSource fromRegistry(CamelContext context) {
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
        DataSource dataSource = context.getRegistry().lookupByNameAndType(bean, DataSource.class);
        if (dataSource == null) {
            throw new ConfigurationException(
                    "The context has no data source '" + bean + "'; jobfeed.datasource.bean takes the name of one.");
        }
        return dataSource;
    }
}
