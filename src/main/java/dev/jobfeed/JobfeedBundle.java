package dev.jobfeed;

import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.alert.AlertService;
import dev.jobfeed.api.ApiKeyProvider;
import dev.jobfeed.api.HttpClientFactory;
import dev.jobfeed.api.JoboResponseHandler;
import dev.jobfeed.api.RetryPolicy;
import dev.jobfeed.audit.AuditCorrection;
import dev.jobfeed.audit.AuditService;
import dev.jobfeed.company.CompanyProfileService;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.DefaultsPropertiesSource;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.config.UnknownProperties;
import dev.jobfeed.console.AccessFilter;
import dev.jobfeed.console.AccessToken;
import dev.jobfeed.console.ConsoleActions;
import dev.jobfeed.console.ConsoleTenants;
import dev.jobfeed.console.JobSearch;
import dev.jobfeed.console.OpenApiContract;
import dev.jobfeed.console.RunLog;
import dev.jobfeed.console.SqlRowJson;
import dev.jobfeed.console.StaticResources;
import dev.jobfeed.expiry.ExpirySweepService;
import dev.jobfeed.feed.ReadAheadInputStream;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.feed.ResponseMappers;
import dev.jobfeed.health.DatabaseCheck;
import dev.jobfeed.health.DatabaseProbe;
import dev.jobfeed.health.FreshnessCheck;
import dev.jobfeed.health.GaugeRefresher;
import dev.jobfeed.jobby.JobbyOutboxSource;
import dev.jobfeed.jobby.JobbyResponseHandler;
import dev.jobfeed.jobby.JobbyResultAggregationStrategy;
import dev.jobfeed.jobby.LiveEventSync;
import dev.jobfeed.jobby.MatchService;
import dev.jobfeed.jobby.QueueRepository;
import dev.jobfeed.jobby.QueueService;
import dev.jobfeed.jobby.RawBodyTypeConverter;
import dev.jobfeed.jobby.WebhookEvents;
import dev.jobfeed.jobby.WebhookReceiver;
import dev.jobfeed.kamelet.CareerSiteChangeReader;
import dev.jobfeed.kamelet.ExpiredIdReader;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.outbox.JobOutboxSource;
import dev.jobfeed.outbox.OutboxRelay;
import dev.jobfeed.outbox.OutboxSource;
import dev.jobfeed.persistence.NamedStatementStrategy;
import dev.jobfeed.persistence.RecordRowMapperFactory;
import dev.jobfeed.route.BundleRouteGuard;
import dev.jobfeed.route.ErrorBoundary;
import dev.jobfeed.route.RepairedPooledExchangeFactory;
import dev.jobfeed.route.ResultAggregationStrategy;
import dev.jobfeed.schedule.ClockWatch;
import dev.jobfeed.schedule.ScheduleClaims;
import dev.jobfeed.sync.AlertFormatter;
import dev.jobfeed.sync.CostEstimator;
import dev.jobfeed.sync.FeedSync;
import dev.jobfeed.sync.PagePrefetcher;
import dev.jobfeed.sync.PageStatements;
import dev.jobfeed.sync.PageValidator;
import dev.jobfeed.sync.Reconciliation;
import dev.jobfeed.sync.RunResultAggregationStrategy;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantDataSource;
import dev.jobfeed.tenant.TenantDataSourceFactory;
import dev.jobfeed.tenant.TenantDatabasePolicy;
import dev.jobfeed.tenant.TenantRegistry;
import dev.jobfeed.tenant.TenantTransactionPolicy;
import java.io.InputStream;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.function.UnaryOperator;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds the beans and components that the routes in {@code routes/} refer to into a Camel context.
 *
 * <p>Adds beans whose names begin with {@code jobfeed}, the HTTP components {@code jobo-http} and {@code jobby-http},
 * and the defaults of the bundle's properties. Changes nothing else in the context.
 */
public final class JobfeedBundle {

    private static final Logger LOG = LoggerFactory.getLogger(JobfeedBundle.class);

    /** How long a shutdown waits for an in-flight page before it closes the connections. */
    private static final Duration SHUTDOWN_GRACE = Duration.ofSeconds(2);

    /** Seconds between two checks whether the clock was set back. */
    private static final long CLOCK_CHECK_SECONDS = 5;

    private final TenantRegistry tenants;

    private JobfeedBundle(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    /**
     * Migrates the schema and binds the beans. Must be called before the routes are loaded.
     *
     * @throws ConfigurationException if a property is invalid
     * @throws SQLException if the database cannot be reached
     */
    public static JobfeedBundle bind(CamelContext context, BundleOptions options) throws SQLException {
        UnknownProperties.in(context)
                .forEach((name, near) -> LOG.warn(
                        "{} is set and has no effect: the bundle has no such property",
                        UnknownProperties.describe(name, near)));
        new DefaultsPropertiesSource(context, options.properties()).add();
        JobfeedProperties settings =
                JobfeedProperties.over(name -> context.getPropertiesComponent().resolveProperty(name));
        ScheduledExecutorService heartbeats =
                context.getExecutorServiceManager().newScheduledThreadPool(context, "jobfeed-lease", 1);
        MetricsRecorder meters = MetricsRecorder.in(context);
        TenantRegistry tenants = new TenantRegistry(
                settings,
                options.dataSource().apply(context),
                pools(context, options),
                LeaseOwner.currentProcess(),
                heartbeats,
                options.clock(),
                meters);
        SyncCoordinator coordinator = new SyncCoordinator(tenants, options.clock());

        BundleRouteGuard routes = BundleRouteGuard.install(context);
        Registry registry = context.getRegistry();
        registry.bind("jobfeedTenants", tenants);
        TenantDataSource dataSource = new TenantDataSource();
        registry.bind("jobfeedTransaction", new TenantTransactionPolicy(tenants, dataSource));
        registry.bind("jobfeedTenantDatabase", new TenantDatabasePolicy(tenants, dataSource));
        bindByName(registry, "jobfeedDataSource", () -> dataSource);
        registry.bind("jobfeedSql", new NamedStatementStrategy(exchange -> tenants.forExchange(exchange)
                .sql()
                .database()));
        bindByName(registry, "jobfeedRowMapperFactory", RecordRowMapperFactory::new);
        registry.bind("jobfeedErrorBoundary", new ErrorBoundary());
        registry.bind("jobfeedSync", coordinator);
        registry.bind("jobfeedFeedSync", new FeedSync(coordinator));
        registry.bind("jobfeedPageValidator", new PageValidator());
        registry.bind("jobfeedStatements", new PageStatements());
        registry.bind("jobfeedCostEstimator", new CostEstimator(tenants, coordinator));
        Executor prefetchThreads = context.getExecutorServiceManager().newCachedThreadPool(context, "jobfeed-prefetch");
        registry.bind("jobfeedPrefetcher", new PagePrefetcher(context.createProducerTemplate(), prefetchThreads));
        registry.bind("jobfeedExpiry", new ExpirySweepService());
        registry.bind("jobfeedCareerSiteChanges", new CareerSiteChangeReader(tenants));
        registry.bind("jobfeedExpiredIds", new ExpiredIdReader(tenants, options.clock()));
        registry.bind("jobfeedReconciliation", new Reconciliation(coordinator));
        registry.bind("jobfeedAlertFormatter", new AlertFormatter(tenants, options.clock()));
        registry.bind("jobfeedAudit", new AuditService(tenants, options.clock()));
        registry.bind("jobfeedAuditCorrection", new AuditCorrection(options.clock()));
        registry.bind("jobfeedCompanies", new CompanyProfileService(tenants, options.clock()));
        ConsoleTenants consoles = new ConsoleTenants(tenants, coordinator, options.clock());
        AccessToken token = new AccessToken(tenants.defaultTenant(), options.clock());
        OpenApiContract contract = new OpenApiContract();
        registry.bind("jobfeedAccess", new AccessFilter(settings.console(), token, contract, consoles));
        registry.bind("jobfeedStatic", new StaticResources());
        registry.bind("jobfeedConsole", consoles);
        registry.bind("jobfeedRunLog", new RunLog());
        registry.bind("jobfeedJobSearch", new JobSearch());
        registry.bind("jobfeedConsoleActions", new ConsoleActions(consoles, token, contract, options.clock()));
        bindByName(registry, "jobfeedConsoleJson", SqlRowJson::mapper);
        registry.bind("jobfeedResult", new ResultAggregationStrategy());
        registry.bind("jobfeedJoboResult", new ResultAggregationStrategy("joboCreditsDeducted"));
        registry.bind("jobfeedRunResult", new RunResultAggregationStrategy());
        registry.bind("jobfeedApiResponses", new JoboResponseHandler(tenants, options.clock()));
        bindMappers(registry, prefetchThreads);
        registry.bind("jobfeedRetryPolicy", new RetryPolicy(tenants, options.clock(), new SplittableRandom()));
        registry.bind("jobfeedApiKey", new ApiKeyProvider(tenants));
        observe(context, tenants, meters, options.clock());
        HttpClientFactory httpClients = HttpClientFactory.of(settings);
        HttpClientConnectionManager connections = httpClients.connections();
        context.addComponent(
                "jobo-http", httpClients.component(connections, settings.duration("jobo.http.response-timeout")));
        heartbeats.scheduleWithFixedDelay(
                new ClockWatch(context), CLOCK_CHECK_SECONDS, CLOCK_CHECK_SECONDS, TimeUnit.SECONDS);
        registry.bind("jobfeedScheduleClaims", new ScheduleClaims(tenants, options.clock()));
        registry.bind(
                "jobfeedOutbox",
                new OutboxRelay(tenants, JobfeedBundle::outboxSources, options.clock(), new SplittableRandom()));
        bindJobby(registry, tenants.defaultTenant(), options.clock());
        if (settings.text("jobby.webhook-secret").isPresent()) {
            RawBodyTypeConverter.bind(context, settings.jobby().webhookMaxBytes());
        }
        HttpClientConnectionManager jobbyConnections = httpClients.connections();
        context.addComponent(
                "jobby-http",
                httpClients.component(jobbyConnections, settings.duration("jobby.http.response-timeout")));
        RepairedPooledExchangeFactory.install(context);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            /** Installs the factory again, because the runtime may configure its context after the bundle is bound. */
            @Override
            public void onContextInitializing(CamelContext initializing) {
                RepairedPooledExchangeFactory.install(initializing);
            }

            /** Allows attempts, and rejects a reload strategy that would remove the bundle's routes. */
            @Override
            public void onContextStarting(CamelContext starting) {
                coordinator.start();
                RouteWatcherReloadStrategy reload = starting.hasService(RouteWatcherReloadStrategy.class);
                if (reload != null && reload.isRemoveAllRoutes()) {
                    throw new ConfigurationException("camel.main.routes-reload-enabled is true, and with the first edit"
                            + " Camel would remove every route, those of the bundle included. Set"
                            + " camel.main.routes-reload-remove-all-routes to false.");
                }
            }

            @Override
            public void onContextStarted(CamelContext started) {
                if (settings.console().isEnabled()) {
                    token.first()
                            .ifPresent(created ->
                                    LOG.info("console actions need this token, shown only now: {}", created));
                }
                if (!routes.anyLoaded()) {
                    LOG.warn(
                            "The bundle is bound, and none of its routes is loaded so far, without which it does nothing."
                                    + " They are classpath:routes/*.camel.yaml, for camel.main.routes-include-pattern.");
                }
            }

            @Override
            public void onContextStopping(CamelContext stopping) {
                coordinator.stop(SHUTDOWN_GRACE);
                connections.close(CloseMode.IMMEDIATE);
                jobbyConnections.close(CloseMode.IMMEDIATE);
            }
        });
        return new JobfeedBundle(tenants);
    }

    /**
     * Binds a bean that a reference by name finds, but no lookup by type: a host application that uses the only bean of
     * such a type in its registry still finds its own.
     */
    private static void bindByName(Registry registry, String name, Supplier<Object> bean) {
        registry.bind(name, Object.class, bean);
    }

    /**
     * Lists the event sources of a tenant, Jobby first: a match lasts 30 s and must not wait behind a million jobs.
     */
    private static List<OutboxSource> outboxSources(Tenant tenant) {
        OutboxSource jobs = new JobOutboxSource(tenant);
        return tenant.isDefault() ? List.of(new JobbyOutboxSource(tenant), jobs) : List.of(jobs);
    }

    /**
     * Binds the object mappers of the {@code unmarshal} and {@code marshal} steps, without their type, so that a data
     * format of the host application that looks an object mapper up by type does not find them.
     */
    private static void bindMappers(Registry registry, Executor readAhead) {
        UnaryOperator<InputStream> input = response -> new ReadAheadInputStream(response, readAhead);
        bindFeed(registry, "jobfeedJobsJson", RecordSchema.JOB, true, input);
        bindFeed(registry, "jobfeedJobsUnparsedJson", RecordSchema.JOB, false, input);
        bindFeed(registry, "jobfeedCareerSitesJson", RecordSchema.CAREER_SITE, true, input);
        bindFeed(registry, "jobfeedCareerSitesUnparsedJson", RecordSchema.CAREER_SITE, false, input);
        bindByName(registry, "jobfeedExpiredIdsJson", ResponseMappers::expiredIds);
        bindByName(registry, "jobfeedJson", ObjectMapper::new);
        bindByName(registry, "jobfeedObjectJson", ResponseMappers::object);
    }

    private static void bindFeed(
            Registry registry, String name, RecordSchema schema, boolean parses, UnaryOperator<InputStream> input) {
        bindByName(registry, name, () -> ResponseMappers.feed(schema, parses, input));
    }

    /** Finds a tenant's database in the context's registry, or lets the host open it. */
    private static TenantDataSourceFactory pools(CamelContext context, BundleOptions options) {
        return settings -> {
            String bean = settings.text("jobfeed.datasource.bean").orElse(null);
            if (bean == null) {
                return options.pools().open(settings);
            }
            return BundleOptions.named(context, bean);
        };
    }

    /** Registers health checks and, if Micrometer is present, gauges. */
    private static void observe(CamelContext context, TenantRegistry tenants, MetricsRecorder meters, Clock clock) {
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            DatabaseProbe probe = new DatabaseProbe(
                    tenants, context.getExecutorServiceManager().newCachedThreadPool(context, "jobfeed-health"));
            health.register(new DatabaseCheck(probe));
            health.register(new FreshnessCheck(probe, clock));
        }
        Duration every = tenants.defaultTenant().settings().duration("jobfeed.metrics.refresh");
        context.getExecutorServiceManager()
                .newScheduledThreadPool(context, "jobfeed-gauges", 1)
                .scheduleWithFixedDelay(
                        new GaugeRefresher(tenants, meters, clock), 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Binds the Jobby beans. Jobby.dev has its own account, and its data belongs to the default tenant. */
    private static void bindJobby(Registry registry, Tenant tenant, Clock clock) {
        JobfeedProperties settings = tenant.settings();
        settings.jobby().pollInterval();
        AlertService alerts = tenant.alerts();
        registry.bind("jobfeedJobbyResponses", new JobbyResponseHandler(settings, alerts, tenant.meters(), clock));
        registry.bind("jobfeedJobbyResult", new JobbyResultAggregationStrategy(new ResultAggregationStrategy()));
        registry.bind("jobfeedLiveEvents", new LiveEventSync(tenant, clock));
        QueueRepository queue = new QueueRepository(tenant.sql());
        MatchService matches = new MatchService(settings, queue, alerts, clock);
        registry.bind("jobfeedMatches", matches);
        registry.bind(
                "jobfeedQueue",
                new QueueService(settings, tenant.states(), queue, matches, alerts, tenant.transaction(), clock));
        registry.bind(
                "jobfeedWebhooks", new WebhookReceiver(settings, new WebhookEvents(tenant, clock), tenant, clock));
    }

    /** Returns the tenants of this context. */
    public TenantRegistry tenants() {
        return tenants;
    }
}
