package dev.jobfeed.cli;

import dev.jobfeed.BundleOptions;
import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.console.ErrorHandlers;
import dev.jobfeed.console.RunLog;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.tenant.PropertiesCheck;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The standalone runtime: database pools, Camel context and routes. */
final class JobfeedRuntime implements AutoCloseable {

    /** Consumers that need the port. */
    private static final String SERVERS = "platform-http*";

    /** Consumers that start on their own or need the port; a single command starts none of them. */
    private static final String TRIGGERS = "quartz*,timer*,scheduler*,cron*," + SERVERS;

    private final RuntimeDataSources databases;
    private final Main main;
    private final JobfeedBundle bundle;
    private final SyncCoordinator attempts;
    private final TraceExport traces;
    private final Optional<HttpEndpointConfig> address;
    private final Optional<RunLogAppender> runLog;

    private JobfeedRuntime(
            RuntimeDataSources databases,
            Main main,
            JobfeedBundle bundle,
            TraceExport traces,
            Optional<HttpEndpointConfig> address) {
        this.databases = databases;
        this.main = main;
        this.bundle = bundle;
        this.attempts = attempts(main);
        this.traces = traces;
        this.address = address;
        this.runLog = address.map(endpoint -> new RunLogAppender(main.lookup("jobfeedRunLog", RunLog.class)));
    }

    /** Starts a context with every route, triggers included. */
    static JobfeedRuntime start(RuntimeConfiguration configuration) throws Exception {
        JobfeedProperties settings = configuration.settings();
        if (settings.flag("jobfeed.jobs.enabled")) {
            check(settings);
        }
        return open(configuration, true, RuntimeDataSources.alone());
    }

    /** Starts a context for one command that calls the Jobo API. */
    static JobfeedRuntime start(RuntimeConfiguration configuration, TenantOption tenant) throws Exception {
        check(tenant.settings(configuration));
        return open(configuration, false, RuntimeDataSources.alone());
    }

    /**
     * Starts a context for one command that stores no page and may run beside a process that does. Creates no store.
     */
    static JobfeedRuntime startReading(RuntimeConfiguration configuration, TenantOption tenant) throws Exception {
        check(tenant.settings(configuration));
        return open(configuration, false, RuntimeDataSources.readingBesideOthers());
    }

    private static void check(JobfeedProperties settings) {
        settings.jobo().apiKey();
        settings.jobo().baseUrl();
    }

    /**
     * Starts a context for one command that does not call the Jobo API and needs no key; may run beside another
     * process.
     */
    static JobfeedRuntime startWithoutKey(RuntimeConfiguration configuration) throws Exception {
        return open(configuration, false, RuntimeDataSources.besideOthers());
    }

    private static JobfeedRuntime open(
            RuntimeConfiguration configuration, boolean scheduled, RuntimeDataSources databases) throws Exception {
        JobfeedProperties settings = configuration.settings();
        PropertiesCheck.check(settings);
        Optional<HttpEndpointConfig> address = scheduled ? HttpEndpointConfig.free(settings) : Optional.empty();
        DataSource dataSource = databases.open(settings);
        Main main = new Main();
        // the default strategy has a shutdown hook of its own; the two would wait for each other, occasionally for 17 s
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        try {
            Properties properties = configuration.forCamel();
            boolean consoleEnabled = address.isPresent()
                    && !settings.text("jobfeed.console.enabled").equals(Optional.of("false"));
            properties.setProperty("jobfeed.console.enabled", Boolean.toString(consoleEnabled));
            main.setOverrideProperties(properties);
            main.setDefaultPropertyPlaceholderLocation("false");
            main.configure().withName("jobfeed").withAutoConfigurationLogSummary(false);
            main.configure()
                    .withRoutesIncludePattern(RouteFile.of(configuration.routes()).stream()
                            .map(RouteFile::location)
                            .collect(Collectors.joining(",")));
            main.configure().withShutdownTimeout(1);
            if (!scheduled) {
                main.configure().withAutoStartupExcludePattern(TRIGGERS);
            } else if (address.isEmpty()) {
                main.configure().withAutoStartupExcludePattern(SERVERS);
            }
            address.ifPresent(
                    endpoint -> endpoint.serve(main, settings.number("jobby.webhooks.max-bytes", 1, 1 << 24)));
            JobfeedBundle[] bundle = new JobfeedBundle[1];
            TraceExport[] traces = new TraceExport[1];
            main.addMainListener(new org.apache.camel.main.MainListenerSupport() {
                @Override
                public void beforeConfigure(org.apache.camel.main.BaseMainSupport support) {
                    CamelContext context = support.getCamelContext();
                    traces[0] = TraceExport.of(context);
                    address.ifPresent(endpoint -> endpoint.measure(context));
                    address.ifPresent(
                            endpoint -> Http1Vertx.bind(context, settings.duration("jobfeed.http.idle-timeout")));
                    try {
                        context.getRegistry().bind("jobfeedDataSource", dataSource);
                        bundle[0] = JobfeedBundle.bind(
                                context, BundleOptions.of(dataSource).withPools(databases));
                    } catch (SQLException e) {
                        throw new IllegalStateException("The database cannot be used: " + e.getMessage(), e);
                    }
                }
            });
            main.start();
            databases.share();
            if (address.isPresent()) {
                ErrorHandlers.of(main.getCamelContext());
            }
            if (scheduled
                    && settings.flag("jobfeed.routes.reload")
                    && configuration.routes().isPresent()) {
                RouteReloader.watch(
                        main.getCamelContext(),
                        attempts(main),
                        settings,
                        configuration.routes().get());
            }
            return new JobfeedRuntime(databases, main, bundle[0], traces[0], address);
        } catch (Exception e) {
            main.stop();
            databases.close();
            throw e;
        }
    }

    Main main() {
        return main;
    }

    /** Returns the address of the HTTP server; empty if there is none. */
    Optional<HttpEndpointConfig> address() {
        return address;
    }

    /** Returns the attempts of this process. */
    SyncCoordinator attempts() {
        return attempts;
    }

    private static SyncCoordinator attempts(Main main) {
        return main.getCamelContext().getRegistry().lookupByNameAndType("jobfeedSync", SyncCoordinator.class);
    }

    JobfeedBundle bundle() {
        return bundle;
    }

    /**
     * Stops the runtime. The pool of an attempt that does not end is left open until the process exits: H2 has lost
     * commits when its file was closed during a transaction, but none when the process just ended.
     */
    @Override
    public void close() throws Exception {
        main.stop();
        runLog.ifPresent(RunLogAppender::close);
        traces.close();
        if (attempts.awaitIdle(Duration.ofSeconds(1))) {
            databases.close();
        }
    }
}
