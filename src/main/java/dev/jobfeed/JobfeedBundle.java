package dev.jobfeed;

import dev.jobfeed.changes.EventSource;
import dev.jobfeed.changes.JobEvents;
import dev.jobfeed.changes.Relay;
import dev.jobfeed.health.DatabaseCheck;
import dev.jobfeed.health.DatabaseProbe;
import dev.jobfeed.health.FreshnessCheck;
import dev.jobfeed.jobby.JobbyAnswers;
import dev.jobfeed.jobby.JobbyEvents;
import dev.jobfeed.jobby.LiveEventStore;
import dev.jobfeed.jobby.LiveEvents;
import dev.jobfeed.jobby.Matches;
import dev.jobfeed.jobby.Queue;
import dev.jobfeed.jobby.QueueStore;
import dev.jobfeed.jobby.RawBody;
import dev.jobfeed.jobby.WebhookEvents;
import dev.jobfeed.jobby.Webhooks;
import dev.jobfeed.metrics.Meters;
import dev.jobfeed.ops.ActionToken;
import dev.jobfeed.ops.Actions;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.ops.Boards;
import dev.jobfeed.ops.Description;
import dev.jobfeed.ops.Door;
import dev.jobfeed.ops.Ops;
import dev.jobfeed.ops.Telling;
import dev.jobfeed.ops.WebFiles;
import dev.jobfeed.run.Attempts;
import dev.jobfeed.run.ChangedSites;
import dev.jobfeed.run.ClockWatch;
import dev.jobfeed.run.ExpiredIds;
import dev.jobfeed.run.Feed;
import dev.jobfeed.run.Firings;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.Reconciliation;
import dev.jobfeed.run.RunResult;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.Sweeps;
import dev.jobfeed.store.Database;
import dev.jobfeed.tenant.Figures;
import dev.jobfeed.tenant.Pools;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantTransaction;
import dev.jobfeed.tenant.Tenants;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.concurrent.Executor;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.Registry;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Binds what the routes in {@code routes/} refer to into a Camel context.
 *
 * <p>It adds beans whose names begin with {@code jobfeed}, the HTTP components {@code jobo-http} and {@code jobby-http},
 * and the defaults of the bundle's properties, and touches nothing else of the context.
 */
public final class JobfeedBundle {

    /** The files in {@code routes/} of the jar, without their ending {@code .camel.yaml}. */
    public static final List<String> ROUTES = List.of(
            "alerts",
            "career-sites",
            "changes",
            "companies",
            "jobby-api",
            "jobby-live-events",
            "jobby-queue",
            "jobby-relay",
            "jobby-webhooks",
            "jobo-api",
            "jobs-expired",
            "jobs-feed",
            "jobs-sync",
            "kamelets",
            "ops",
            "triggers");

    private static final Logger LOG = LoggerFactory.getLogger(JobfeedBundle.class);

    /** How long a page that is being asked for may take before a stop cuts the call off. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    /** Seconds between two looks at whether the clock was set back. */
    private static final long CLOCK_WATCH = 5;

    private final Attempts attempts;
    private final Tenants tenants;

    private JobfeedBundle(Attempts attempts, Tenants tenants) {
        this.attempts = attempts;
        this.tenants = tenants;
    }

    /**
     * Brings the schema up to date and binds the beans; to be called before the routes are loaded.
     *
     * @throws ConfigurationException when a property cannot be used
     * @throws SQLException when the database cannot be reached
     */
    public static JobfeedBundle bind(CamelContext context, Options options) throws SQLException {
        UnknownProperties.in(context)
                .forEach((name, near) -> LOG.warn(
                        "{} is set and has no effect: the bundle has no such property",
                        UnknownProperties.describe(name, near)));
        new BundleProperties(context, options.properties()).add();
        Settings settings =
                Settings.over(name -> context.getPropertiesComponent().resolveProperty(name));
        Holder holder = Holder.here();
        Meters meters = Meters.in(context);
        Tenants tenants = new Tenants(
                settings,
                options.dataSource().apply(context),
                pools(context, options),
                holder.session(),
                options.clock(),
                meters);
        ScheduledExecutorService heartbeats =
                context.getExecutorServiceManager().newScheduledThreadPool(context, "jobfeed-lease", 1);
        Attempts attempts = new Attempts(tenants, heartbeats, options.clock(), holder);

        OwnRoutes routes = OwnRoutes.watch(context);
        Registry registry = context.getRegistry();
        registry.bind("jobfeedTenants", tenants);
        registry.bind("jobfeedTransaction", new TenantTransaction(tenants));
        registry.bind("jobfeedErrorBoundary", new ErrorBoundary());
        registry.bind("jobfeedAttempts", attempts);
        registry.bind("jobfeedFeed", new Feed(tenants, attempts));
        Executor ahead = context.getExecutorServiceManager().newCachedThreadPool(context, "jobfeed-ahead");
        registry.bind("jobfeedAhead", new Ahead(attempts, context.createProducerTemplate(), ahead));
        registry.bind("jobfeedSweeps", new Sweeps(attempts));
        registry.bind("jobfeedChangedSites", new ChangedSites(tenants, heartbeats, holder));
        registry.bind("jobfeedExpiredIds", new ExpiredIds(tenants, heartbeats, options.clock(), holder));
        registry.bind("jobfeedReconciliation", new Reconciliation(attempts));
        registry.bind("jobfeedAlerts", new Telling(tenants));
        registry.bind("jobfeedCompanies", new Companies(tenants, options.clock()));
        Boards boards = new Boards(tenants, attempts, options.clock());
        ActionToken token = new ActionToken(tenants.standard(), options.clock());
        registry.bind("jobfeedBoards", boards);
        Description description = new Description();
        registry.bind("jobfeedDoor", new Door(settings, token, description));
        registry.bind("jobfeedWeb", new WebFiles());
        registry.bind("jobfeedOps", new Ops(boards, options.clock()));
        registry.bind("jobfeedActions", new Actions(boards, token, description, options.clock()));
        registry.bind("jobfeedChunks", new Chunks());
        registry.bind("jobfeedResult", new Result());
        registry.bind("jobfeedAnswer", new Result("joboCreditsDeducted"));
        registry.bind("jobfeedRunResult", new RunResult());
        registry.bind("jobfeedAnswers", new JoboAnswers(attempts, tenants, ahead));
        registry.bind("jobfeedRetries", new JoboRetries(tenants, options.clock(), new SplittableRandom()));
        registry.bind("jobfeedApiKey", new ApiKey(tenants));
        observe(context, tenants, meters, options.clock());
        Network network = Network.of(settings);
        HttpClientConnectionManager connections = network.connections();
        context.addComponent(
                "jobo-http", network.component(connections, settings.duration("jobo.http.response-timeout")));
        heartbeats.scheduleWithFixedDelay(new ClockWatch(context), CLOCK_WATCH, CLOCK_WATCH, TimeUnit.SECONDS);
        registry.bind("jobfeedFirings", new Firings(tenants, options.clock()));
        registry.bind(
                "jobfeedRelay",
                new Relay(tenants, JobfeedBundle::events, heartbeats, options.clock(), holder, new SplittableRandom()));
        bindJobby(registry, tenants.standard(), options.clock());
        if (settings.text("jobby.webhook-secret").isPresent()) {
            RawBody.bind(context, settings.webhookMaxBytes());
        }
        HttpClientConnectionManager jobbyConnections = network.connections();
        context.addComponent(
                "jobby-http", network.component(jobbyConnections, settings.duration("jobby.http.response-timeout")));
        PooledCopies.replacePool(context);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            /** The runtime may have configured its context after the bundle was bound. */
            @Override
            public void onContextInitializing(CamelContext initializing) {
                PooledCopies.replacePool(initializing);
            }

            /**
             * Refuses a reload that would remove the bundle's routes.
             */
            @Override
            public void onContextStarting(CamelContext starting) {
                RouteWatcherReloadStrategy reload = starting.hasService(RouteWatcherReloadStrategy.class);
                if (reload != null && reload.isRemoveAllRoutes()) {
                    throw new ConfigurationException("camel.main.routes-reload-enabled is true, and with the first edit"
                            + " Camel would remove every route, those of the bundle included. Set"
                            + " camel.main.routes-reload-remove-all-routes to false.");
                }
            }

            @Override
            public void onContextStarted(CamelContext started) {
                if (settings.text("jobfeed.ops.enabled").equals(Optional.of("true"))) {
                    token.first()
                            .ifPresent(made -> LOG.info("console actions need this token, shown only now: {}", made));
                }
                if (!routes.areThere()) {
                    LOG.warn(
                            "The bundle is bound, and none of its routes is loaded so far, without which it does nothing."
                                    + " They are classpath:routes/*.camel.yaml, for camel.main.routes-include-pattern.");
                }
            }

            @Override
            public void onContextStopping(CamelContext stopping) {
                attempts.stopAll(GRACE);
                connections.close(CloseMode.IMMEDIATE);
                jobbyConnections.close(CloseMode.IMMEDIATE);
            }
        });
        return new JobfeedBundle(attempts, tenants);
    }

    /** A match lasts 30 s, and does not wait behind a million jobs. */
    private static List<EventSource> events(Tenant tenant) {
        EventSource jobs = new JobEvents(tenant);
        return tenant.isStandard() ? List.of(new JobbyEvents(tenant), jobs) : List.of(jobs);
    }

    /** A tenant's database is one of the context's registry, or one that the host opens. */
    private static Pools pools(CamelContext context, Options options) {
        return settings -> {
            String bean = settings.text("jobfeed.datasource.bean").orElse(null);
            if (bean == null) {
                return options.pools().open(settings);
            }
            return Options.named(context, bean);
        };
    }

    /** Health for whoever asks Camel for it, and gauges for whoever has a registry of meters. */
    private static void observe(CamelContext context, Tenants tenants, Meters meters, Clock clock) {
        HealthCheckRegistry health = HealthCheckRegistry.get(context);
        if (health != null) {
            DatabaseProbe probe = new DatabaseProbe(
                    tenants, context.getExecutorServiceManager().newCachedThreadPool(context, "jobfeed-health"));
            health.register(new DatabaseCheck(probe));
            health.register(new FreshnessCheck(probe, clock));
        }
        Duration every = tenants.standard().settings().duration("jobfeed.metrics.refresh");
        context.getExecutorServiceManager()
                .newScheduledThreadPool(context, "jobfeed-figures", 1)
                .scheduleWithFixedDelay(
                        new Figures(tenants, meters, clock), 0, every.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Jobby.dev is an account of its own; what there is of it belongs to the standard tenant. */
    private static void bindJobby(Registry registry, Tenant tenant, Clock clock) {
        Settings settings = tenant.settings();
        settings.jobbyPollInterval();
        DataSource dataSource = tenant.dataSource();
        Database database = tenant.database();
        RunStore runs = tenant.runs();
        Alerts alerts = tenant.alerts();
        registry.bind("jobfeedJobby", new JobbyAnswers(settings, alerts, tenant.meters(), clock));
        registry.bind(
                "jobfeedLiveEvents",
                new LiveEvents(
                        settings, runs, new LiveEventStore(dataSource, database), alerts, tenant.transaction(), clock));
        QueueStore queue = new QueueStore(dataSource, database);
        Matches matches = new Matches(settings, queue, alerts, clock);
        registry.bind("jobfeedMatches", matches);
        registry.bind("jobfeedQueue", new Queue(settings, runs, queue, matches, alerts, tenant.transaction(), clock));
        registry.bind(
                "jobfeedWebhooks",
                new Webhooks(
                        settings,
                        new WebhookEvents(settings, dataSource, database, alerts, clock),
                        runs,
                        tenant.transaction(),
                        clock));
    }

    /** The attempts of this context. */
    public Attempts attempts() {
        return attempts;
    }

    /** The tenants of this context. */
    public Tenants tenants() {
        return tenants;
    }

    /** The runs of the standard tenant. */
    public RunStore runs() {
        return tenants.standard().runs();
    }

    /** The key, read at each call, so that it stands in no route model. */
    public static final class ApiKey {

        private final Tenants tenants;

        ApiKey(Tenants tenants) {
            this.tenants = tenants;
        }

        /** The key of the exchange's tenant. */
        public String value(Exchange exchange) {
            return tenants.of(exchange).settings().apiKey();
        }
    }
}
