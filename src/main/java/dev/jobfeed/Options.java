package dev.jobfeed;

import dev.jobfeed.tenant.Pools;
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
public record Options(
        Function<CamelContext, DataSource> dataSource, UnaryOperator<String> properties, Pools pools, Clock clock) {

    /** The host's data source of the name in {@code jobfeed.datasource.bean}, or else the only one there is. */
    public static Options standard() {
        return new Options(Options::ofTheHost, name -> null, Options::noPool, Clock.systemUTC());
    }

    /** A data source that need not be a bean of the host. */
    public static Options of(DataSource dataSource) {
        return new Options(context -> dataSource, name -> null, Options::noPool, Clock.systemUTC());
    }

    /** The host's data source of this name. */
    public static Options named(String bean) {
        return new Options(context -> named(context, bean), name -> null, Options::noPool, Clock.systemUTC());
    }

    /** The same with properties from where the context does not look before it comes to a default. */
    public Options withProperties(UnaryOperator<String> other) {
        return new Options(dataSource, other, pools, clock);
    }

    /** The same for a host that opens databases for tenants. */
    public Options withPools(Pools other) {
        return new Options(dataSource, properties, other, clock);
    }

    /** The same by another clock. */
    public Options withClock(Clock other) {
        return new Options(dataSource, properties, pools, other);
    }

    private static DataSource noPool(Settings settings) {
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
