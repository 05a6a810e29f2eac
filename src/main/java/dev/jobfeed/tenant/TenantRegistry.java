package dev.jobfeed.tenant;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SchemaScopedDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.CannotGetJdbcConnectionException;

/**
 * Provides the tenants of a context: bean {@code jobfeedTenants}. The default tenant exists from the start; any other
 * is opened on its first use, from the properties prefixed with its name.
 */
public final class TenantRegistry {

    private static final Logger LOG = LoggerFactory.getLogger(TenantRegistry.class);
    private static final Duration SECOND_CONNECTION = Duration.ofSeconds(5);
    private static final Pattern NAME = Pattern.compile("[a-z][a-z0-9-]{0,39}");

    /**
     * Properties fixed for named tenants. Jobby.dev has a separate account; otherwise, the live events of each tenant
     * would count as late.
     */
    private static final Map<String, String> DEFAULT_TENANT_ONLY = Map.of("jobfeed.jobby-live-events.schedule", "");

    private static final Set<String> RESERVED_NAMES = Set.of("jobo", "jobby", "jobfeed", "camel");

    private final TenantDataSourceFactory pools;
    private final DataSource pool;
    private final LeaseOwner owner;
    private final ScheduledExecutorService executor;
    private final Clock clock;
    private final MetricsRecorder meters;
    private final Tenant defaultTenant;
    private final Map<String, Tenant> open = new ConcurrentHashMap<>();
    private final Map<String, Map<String, String>> configured = new ConcurrentHashMap<>();
    private final Map<Location, String> tenantsByLocation = new ConcurrentHashMap<>();

    /** The location of a feed. */
    private record Location(String url, String schema) {}

    /**
     * Creates the registry and opens the default tenant.
     *
     * @param pool the database of the default tenant, and of every other tenant without its own URL
     * @param owner this process; its name among the sessions of the database and the owners of leases
     * @param executor renews leases
     */
    public TenantRegistry(
            JobfeedProperties settings,
            DataSource pool,
            TenantDataSourceFactory pools,
            LeaseOwner owner,
            ScheduledExecutorService executor,
            Clock clock,
            MetricsRecorder meters)
            throws SQLException {
        this.pools = pools;
        this.pool = pool;
        this.owner = owner;
        this.executor = executor;
        this.clock = clock;
        this.meters = meters;
        this.defaultTenant = open("", settings, pool);
    }

    /** Returns the default tenant. */
    public Tenant defaultTenant() {
        return defaultTenant;
    }

    /** Returns the open tenants, the default tenant first. */
    public Stream<Tenant> all() {
        return Stream.concat(Stream.of(defaultTenant), open.values().stream());
    }

    /**
     * Returns a tenant by its name.
     *
     * @param name null or empty for the default tenant
     * @throws ConfigurationException when it is not configured, or on the schema of another
     */
    public Tenant get(String name) {
        if (name == null || name.isEmpty()) {
            return defaultTenant;
        }
        // checked first: opening another tenant may wait for its database, and would block access to those already open
        Tenant tenant = open.get(name);
        return tenant != null ? tenant : open.computeIfAbsent(name, this::open);
    }

    /**
     * Returns the tenant of an exchange: that of its attempt, otherwise the one named by the variable
     * {@code jobfeedTenant}.
     */
    public Tenant forExchange(Exchange exchange) {
        TenantScoped work = exchange.getVariable("jobfeedAttempt", TenantScoped.class);
        return work != null ? work.tenant() : get(exchange.getVariable("jobfeedTenant", String.class));
    }

    /** Returns the API's base URL for an exchange's tenant. */
    public String baseUrl(Exchange exchange) {
        return forExchange(exchange).settings().jobo().baseUrl();
    }

    /**
     * Sets properties of a tenant, which take precedence over those of the runtime.
     *
     * @throws ConfigurationException when they are not valid for a tenant, or when the tenant is already configured
     *     differently
     */
    public void configure(String name, Map<String, String> properties) {
        JobfeedProperties requested = checked(defaultTenant.settings().of(name).with(properties), name);
        // serialized with the opening of this tenant, which would otherwise miss them
        open.compute(name, (same, tenant) -> {
            Map<String, String> before = configured.get(name);
            if (before == null && tenant == null) {
                configured.put(name, Map.copyOf(properties));
                return null;
            }
            Map<String, String> existing = before == null ? Map.of() : before;
            JobfeedProperties settings = defaultTenant.settings().of(name).with(existing);
            List<String> different = Stream.concat(properties.keySet().stream(), existing.keySet().stream())
                    .filter(property -> !requested.text(property).equals(settings.text(property)))
                    .distinct()
                    .sorted()
                    .toList();
            if (!different.isEmpty()) {
                // without the values, one of which may be a secret
                throw new ConfigurationException("The tenant '" + name
                        + "' has other settings already, set by its first user (the runtime, or another Kamelet): "
                        + String.join(", ", different)
                        + ". A tenant has one set of settings. Set each to the same value as"
                        + " a property that begins with " + name
                        + "., or make the two Kamelets alike, or give one of them"
                        + " another feed and schema.");
            }
            return tenant;
        });
    }

    private Tenant open(String name) {
        JobfeedProperties settings =
                checked(defaultTenant.settings().of(name).with(configured.getOrDefault(name, Map.of())), name);
        boolean isOpenedHere = settings.isOwn("jobfeed.datasource.url") && !settings.isOwn("jobfeed.datasource.bean");
        boolean hasOwn = isOpenedHere || settings.isOwn("jobfeed.datasource.bean");
        try {
            DataSource dataSource = hasOwn ? pools.open(settings) : pool;
            try {
                return open(name, settings, dataSource);
            } catch (SQLException | RuntimeException e) {
                // the next trigger retries with a new pool
                if (isOpenedHere) {
                    close(dataSource);
                }
                throw e;
            }
        } catch (SQLException e) {
            throw new CannotGetJdbcConnectionException("The database of the tenant " + name + " cannot be used", e);
        }
    }

    private static void close(DataSource dataSource) {
        if (dataSource instanceof AutoCloseable pool) {
            try {
                pool.close();
            } catch (Exception e) {
                LOG.debug("A pool was not closed", e);
            }
        }
    }

    /**
     * Returns the properties of a tenant. A name without any configuration is rejected as a typing error; it would read
     * the whole feed with the key of the default tenant.
     *
     * @param name empty for the default tenant
     */
    public static JobfeedProperties settings(JobfeedProperties defaults, String name) {
        return name.isEmpty() ? defaults : checked(defaults.of(name), name);
    }

    private static JobfeedProperties checked(JobfeedProperties settings, String name) {
        if (!NAME.matcher(name).matches() || RESERVED_NAMES.contains(name)) {
            throw new ConfigurationException("'" + name + "' cannot be a tenant's name; it takes lower-case letters,"
                    + " digits and hyphens, and is not one of the beginnings of properties.");
        }
        if (!settings.isOwn("jobfeed.datasource.schema")
                && !settings.isOwn("jobfeed.datasource.url")
                && !settings.isOwn("jobfeed.datasource.bean")) {
            throw new ConfigurationException("The tenant '" + name + "' has no schema or database for its jobs. Set "
                    + name + ".jobfeed.datasource.schema, or " + name
                    + ".jobfeed.datasource.url for a database of its own.");
        }
        if (settings.isOwn("jobo.base-url") && !settings.isOwnSecret("jobo.api-key")) {
            throw new ConfigurationException("The tenant '" + name + "' has an address of its own, " + name
                    + ".jobo.base-url, and no key; that of the default tenant is not sent there. Set " + name
                    + ".jobo.api-key.");
        }
        return settings.with(DEFAULT_TENANT_ONLY);
    }

    private Tenant open(String name, JobfeedProperties settings, DataSource pool) throws SQLException {
        PropertiesCheck.check(settings);
        DataSource dataSource = SchemaScopedDataSource.withoutTransactions(pool);
        claim(name, settings, dataSource);
        // one at a time: on H2, two schemas created concurrently may deadlock
        synchronized (this) {
            Dialect.of(dataSource)
                    .prepare(
                            dataSource,
                            settings.database().schema(),
                            settings.database().migrate());
        }
        return Tenant.over(name, settings, dataSource, owner, executor, clock, meters);
    }

    /**
     * Checks that the pool provides a second connection in addition to the current one: migrations and lease renewals
     * need it, and would block until the pool times out.
     */
    private static void checkSecondConnection(DataSource dataSource) throws SQLException {
        CompletableFuture<Connection> second = new CompletableFuture<>();
        Thread thread = new Thread(
                () -> {
                    try (Connection connection = dataSource.getConnection()) {
                        second.complete(connection);
                    } catch (SQLException | RuntimeException e) {
                        second.completeExceptionally(e);
                    }
                },
                "jobfeed-second-connection");
        thread.setDaemon(true);
        thread.start();
        try {
            second.get(SECOND_CONNECTION.toSeconds(), TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new SQLException("Interrupted while waiting for a second connection", e);
        } catch (ExecutionException | TimeoutException e) {
            throw new ConfigurationException(
                    "The pool gives no second connection beside the first within "
                            + SECOND_CONNECTION.toSeconds()
                            + " s, and the bundle needs up to four at once. Set the pool's maximum to four or more"
                            + " (spring.datasource.hikari.maximum-pool-size, maximumPoolSize of HikariCP), or give it a pool of"
                            + " its own with jobfeed.datasource.bean.",
                    e);
        }
    }

    private void claim(String name, JobfeedProperties settings, DataSource dataSource) throws SQLException {
        Location location;
        try (Connection connection = dataSource.getConnection()) {
            location = new Location(
                    connection.getMetaData().getURL(),
                    settings.database().schema().isPresent()
                            ? settings.database().schema().get()
                            : connection.getSchema());
            checkSecondConnection(dataSource);
        }
        String owner = tenantsByLocation.putIfAbsent(location, name);
        if (owner != null && !owner.equals(name)) {
            throw new ConfigurationException(
                    "The tenant '" + name + "' is configured on the schema " + location.schema()
                            + ", which holds the feed of "
                            + Tenant.describe(owner)
                            + ". One schema holds one feed; set " + name + ".jobfeed.datasource.schema to another.");
        }
    }
}
