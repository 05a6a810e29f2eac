package dev.jobfeed;

import dev.jobfeed.changes.JobEvents;
import dev.jobfeed.changes.Relay;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.jobby.JobbyAnswers;
import dev.jobfeed.jobby.JobbyEvents;
import dev.jobfeed.jobby.LiveEventStore;
import dev.jobfeed.jobby.LiveEvents;
import dev.jobfeed.jobby.Matches;
import dev.jobfeed.jobby.Queue;
import dev.jobfeed.jobby.QueueStore;
import dev.jobfeed.jobby.RawBody;
import dev.jobfeed.jobby.WebhookStore;
import dev.jobfeed.jobby.Webhooks;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.run.Attempts;
import dev.jobfeed.run.Feed;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.ReconcileStore;
import dev.jobfeed.run.Reconciliation;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.Sweeps;
import dev.jobfeed.store.CompanyStore;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.FencedTransactions;
import dev.jobfeed.store.RowStore;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SplittableRandom;
import java.util.concurrent.ScheduledExecutorService;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.Ordered;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Registry;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.LifecycleStrategySupport;
import org.apache.hc.client5.http.config.ConnectionConfig;
import org.apache.hc.client5.http.impl.io.PoolingHttpClientConnectionManagerBuilder;
import org.apache.hc.client5.http.io.HttpClientConnectionManager;
import org.apache.hc.core5.io.CloseMode;
import org.apache.hc.core5.util.Timeout;
import org.springframework.transaction.support.TransactionTemplate;

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
            "jobs-sync");

    /** How long a page that is being asked for may take before a stop cuts the call off. */
    private static final Duration GRACE = Duration.ofSeconds(2);

    private final Attempts attempts;
    private final RunStore runs;

    private JobfeedBundle(Attempts attempts, RunStore runs) {
        this.attempts = attempts;
        this.runs = runs;
    }

    /**
     * What a host decides.
     *
     * @param dataSource the database to fill
     * @param clock the source of every time the bundle stores
     */
    public record Options(DataSource dataSource, Clock clock) {}

    /**
     * Brings the schema up to date and binds the beans; to be called before the routes are loaded.
     *
     * @throws ConfigurationException when a property cannot be used
     * @throws SQLException when the database cannot be reached
     */
    public static JobfeedBundle bind(CamelContext context, Options options) throws SQLException {
        context.getPropertiesComponent().addPropertiesSource(new Defaults(context));
        Settings settings =
                Settings.over(name -> context.getPropertiesComponent().resolveProperty(name));
        DataSource dataSource = options.dataSource();
        Database database = Database.of(dataSource);
        if (settings.migrate()) {
            database.migrate(dataSource, settings.schema());
        }

        Holder holder = Holder.here();
        TransactionTemplate transaction = new TransactionTemplate(
                new FencedTransactions(dataSource, database, settings.lease(), holder.session()));
        ScheduledExecutorService heartbeats =
                context.getExecutorServiceManager().newScheduledThreadPool(context, "jobfeed-lease", 1);
        RunStore runs = new RunStore(dataSource, database);
        Alerts alerts = new Alerts(dataSource, database, options.clock());
        ReconcileStore reconcile = new ReconcileStore(dataSource, database);
        Attempts attempts =
                new Attempts(settings, runs, reconcile, alerts, transaction, heartbeats, options.clock(), holder);
        Map<FeedSource, RowStore> rows = new EnumMap<>(FeedSource.class);
        for (FeedSource source : FeedSource.values()) {
            rows.put(source, new RowStore(source, dataSource, database));
        }
        CompanyStore companies = new CompanyStore(dataSource, database);

        Registry registry = context.getRegistry();
        registry.bind("jobfeedDataSource", dataSource);
        registry.bind("jobfeedTransaction", new SpringTransactionPolicy(transaction));
        registry.bind("jobfeedAttempts", attempts);
        registry.bind("jobfeedFeed", new Feed(settings, runs, rows, companies, attempts, alerts, transaction));
        registry.bind("jobfeedAhead", new Ahead(attempts, context.createProducerTemplate()));
        registry.bind("jobfeedSweeps", new Sweeps(settings, runs, attempts, transaction));
        registry.bind("jobfeedReconciliation", new Reconciliation(reconcile, runs, attempts, alerts, transaction));
        registry.bind("jobfeedAlerts", alerts);
        registry.bind("jobfeedCompanies", new Companies(settings, companies, alerts, options.clock()));
        registry.bind("jobfeedChunks", new Chunks());
        registry.bind("jobfeedAnswers", new JoboAnswers(attempts, new Pace(settings, options.clock())));
        registry.bind("jobfeedRetries", new JoboRetries(settings, options.clock(), new SplittableRandom()));
        registry.bind("jobfeedApiKey", new ApiKey(settings));
        HttpClientConnectionManager connections = connections(settings);
        context.addComponent("jobo-http", http(settings, connections, "jobo.http.response-timeout"));
        settings.jobbyPollInterval();
        registry.bind("jobfeedJobby", new JobbyAnswers(settings, alerts, options.clock()));
        registry.bind(
                "jobfeedLiveEvents",
                new LiveEvents(settings, runs, new LiveEventStore(dataSource, database), alerts, options.clock()));
        QueueStore queue = new QueueStore(dataSource, database);
        Matches matches = new Matches(settings, queue, alerts, options.clock());
        registry.bind("jobfeedMatches", matches);
        registry.bind("jobfeedQueue", new Queue(settings, runs, queue, matches, alerts, transaction, options.clock()));
        registry.bind(
                "jobfeedRelay",
                new Relay(
                        settings,
                        runs,
                        // a match lasts 30 s, and does not wait behind a million jobs
                        List.of(
                                new JobbyEvents(dataSource, database, settings),
                                new JobEvents(dataSource, database, settings)),
                        alerts,
                        options.clock(),
                        holder,
                        heartbeats,
                        new SplittableRandom()));
        registry.bind(
                "jobfeedWebhooks",
                new Webhooks(
                        settings,
                        new WebhookStore(dataSource, database),
                        matches,
                        alerts,
                        transaction,
                        options.clock()));
        RawBody.bind(context, settings.webhookMaxBytes());
        HttpClientConnectionManager jobbyConnections = connections(settings);
        context.addComponent("jobby-http", http(settings, jobbyConnections, "jobby.http.response-timeout"));
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStopping(CamelContext stopping) {
                attempts.stopAll(GRACE);
                connections.close(CloseMode.IMMEDIATE);
                jobbyConnections.close(CloseMode.IMMEDIATE);
            }
        });
        return new JobfeedBundle(attempts, runs);
    }

    /** An own component, so that a host's settings of {@code http:} and the bundle's never meet. */
    private static HttpComponent http(
            Settings settings, HttpClientConnectionManager connections, String responseTimeout) {
        HttpComponent http = new HttpComponent();
        http.setClientConnectionManager(connections);
        http.setAutomaticRetriesDisabled(true);
        http.setFollowRedirects(false);
        http.setResponseTimeout(settings.duration(responseTimeout).toMillis());
        return http;
    }

    private static HttpClientConnectionManager connections(Settings settings) {
        return PoolingHttpClientConnectionManagerBuilder.create()
                .setDefaultConnectionConfig(ConnectionConfig.custom()
                        .setConnectTimeout(Timeout.of(settings.duration("jobo.http.connect-timeout")))
                        .build())
                .build();
    }

    /** The attempts of this context. */
    public Attempts attempts() {
        return attempts;
    }

    /** The runs in the context's database. */
    public RunStore runs() {
        return runs;
    }

    /** The key, read at each call, so that it stands in no route model. */
    public static final class ApiKey {

        private final Settings settings;

        ApiKey(Settings settings) {
            this.settings = settings;
        }

        /** The key. */
        public String value() {
            return settings.apiKey();
        }
    }

    /**
     * The lowest of the context's property sources. Beside the defaults it has, for each property {@code jobfeed.x}
     * with a schedule that may be empty, {@code jobfeed-schedule.x.set} and {@code jobfeed-schedule.x.cron}, because a
     * Quartz endpoint takes no empty cron even when it is not started; and for any property
     * {@code x}, {@code jobfeed-set.x}, whether it is set; and {@code jobfeed-set.jobby}, whether there is anything to do
     * for Jobby.dev.
     */
    private static final class Defaults implements PropertiesSource, Ordered {

        private static final Pattern SCHEDULE =
                Pattern.compile("jobfeed-schedule\\.(([a-z-]+)\\.[a-z-]+)\\.(set|cron)");
        private static final String NEVER = "0 0 0 1 1 ? 2099";

        private final Properties defaults = new Properties();
        private final CamelContext context;

        Defaults(CamelContext context) {
            this.context = context;
            defaults.putAll(Settings.defaults());
        }

        @Override
        public String getName() {
            return "jobfeed-defaults";
        }

        @Override
        public String getProperty(String name) {
            if (name.equals("jobfeed-set.jobby")) {
                Settings settings =
                        Settings.over(n -> context.getPropertiesComponent().resolveProperty(n));
                return Boolean.toString(settings.text("jobby.token").isPresent()
                        || settings.text("jobby.webhook-secret").isPresent());
            }
            if (name.startsWith("jobfeed-set.")) {
                return Boolean.toString(
                        Settings.over(n -> context.getPropertiesComponent().resolveProperty(n))
                                .text(name.substring("jobfeed-set.".length()))
                                .isPresent());
            }
            Matcher schedule = SCHEDULE.matcher(name);
            if (!schedule.matches()) {
                return defaults.getProperty(name);
            }
            Settings settings =
                    Settings.over(n -> context.getPropertiesComponent().resolveProperty(n));
            String cron = settings.text("jobfeed." + schedule.group(1)).orElse("");
            return schedule.group(3).equals("cron")
                    ? cron.isEmpty() ? NEVER : cron
                    : Boolean.toString(!cron.isEmpty() && settings.flag("jobfeed." + schedule.group(2) + ".enabled"));
        }

        @Override
        public int getOrder() {
            return LOWEST;
        }
    }
}
