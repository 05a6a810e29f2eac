package dev.jobfeed.cli;

import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.Options;
import dev.jobfeed.Settings;
import dev.jobfeed.SettingsCheck;
import dev.jobfeed.ops.ServerAnswers;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Optional;
import java.util.Properties;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The standalone runtime: pool, Camel context, routes. */
final class Runtime implements AutoCloseable {

    /** Routes that need the port. */
    private static final String SERVERS = "platform-http*";

    /** Routes that begin by themselves or need the port; a command that does one thing starts none of them. */
    private static final String TRIGGERS = "quartz*,timer*,scheduler*,cron*," + SERVERS;

    private final Databases databases;
    private final Main main;
    private final JobfeedBundle bundle;
    private final Traces traces;
    private final Optional<HttpAddress> address;

    private Runtime(
            Databases databases, Main main, JobfeedBundle bundle, Traces traces, Optional<HttpAddress> address) {
        this.databases = databases;
        this.main = main;
        this.bundle = bundle;
        this.traces = traces;
        this.address = address;
    }

    /** Starts a context with every route, triggers included. */
    static Runtime start(Configuration configuration) throws Exception {
        Settings settings = configuration.settings();
        if (settings.flag("jobfeed.jobs.enabled")) {
            check(settings);
        }
        return open(configuration, true, Databases.alone());
    }

    /** Starts a context for one command that asks Jobo for something. */
    static Runtime start(Configuration configuration, TenantOption tenant) throws Exception {
        check(tenant.settings(configuration));
        return open(configuration, false, Databases.alone());
    }

    /** Starts a context for one command that stores no page, and may do its work beside a process that does. */
    static Runtime startBeside(Configuration configuration, TenantOption tenant) throws Exception {
        check(tenant.settings(configuration));
        return open(configuration, false, Databases.besideOthers());
    }

    private static void check(Settings settings) {
        settings.apiKey();
        settings.baseUrl();
    }

    /** Starts a context for one command that asks Jobo for nothing, and needs no key; also beside another process. */
    static Runtime startWithoutKey(Configuration configuration) throws Exception {
        return open(configuration, false, Databases.besideOthers());
    }

    private static Runtime open(Configuration configuration, boolean scheduled, Databases databases) throws Exception {
        Settings settings = configuration.settings();
        SettingsCheck.check(settings);
        Optional<HttpAddress> address = scheduled ? HttpAddress.free(settings) : Optional.empty();
        DataSource dataSource = databases.open(settings);
        Main main = new Main();
        // its default has a shutdown hook of its own, and the two would wait for one another, now and then for 17 s
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        try {
            Properties properties = configuration.forCamel();
            boolean page =
                    address.isPresent() && !settings.text("jobfeed.ops.enabled").equals(Optional.of("false"));
            properties.setProperty("jobfeed.ops.enabled", Boolean.toString(page));
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
            address.ifPresent(there -> there.serve(main, settings.number("jobby.webhooks.max-bytes", 1, 1 << 24)));
            JobfeedBundle[] bundle = new JobfeedBundle[1];
            Traces[] traces = new Traces[1];
            main.addMainListener(new org.apache.camel.main.MainListenerSupport() {
                @Override
                public void beforeConfigure(org.apache.camel.main.BaseMainSupport support) {
                    CamelContext context = support.getCamelContext();
                    traces[0] = Traces.of(context);
                    address.ifPresent(there -> there.measure(context));
                    address.ifPresent(
                            there -> Http1Vertx.bind(context, settings.duration("jobfeed.http.idle-timeout")));
                    try {
                        context.getRegistry().bind("jobfeedDataSource", dataSource);
                        bundle[0] = JobfeedBundle.bind(
                                context, Options.of(dataSource).withPools(databases));
                    } catch (SQLException e) {
                        throw new IllegalStateException("The database cannot be used: " + e.getMessage(), e);
                    }
                }
            });
            main.start();
            databases.share();
            if (address.isPresent()) {
                ServerAnswers.of(main.getCamelContext());
            }
            if (scheduled
                    && settings.flag("jobfeed.routes.reload")
                    && configuration.routes().isPresent()) {
                RouteReload.watch(
                        main.getCamelContext(),
                        bundle[0].attempts(),
                        settings,
                        configuration.routes().get());
            }
            return new Runtime(databases, main, bundle[0], traces[0], address);
        } catch (Exception e) {
            main.stop();
            databases.close();
            throw e;
        }
    }

    Main main() {
        return main;
    }

    /** Where it listens; empty when it does not. */
    Optional<HttpAddress> address() {
        return address;
    }

    JobfeedBundle bundle() {
        return bundle;
    }

    /**
     * Stops. A pool under an attempt that does not end is left to the end of the process: H2 has lost commits when its
     * file was closed under a running transaction, and none when the process just ended.
     */
    @Override
    public void close() throws Exception {
        main.stop();
        traces.close();
        if (bundle.attempts().awaitEnd(Duration.ofSeconds(1))) {
            databases.close();
        }
    }
}
