package dev.jobfeed.cli.rehearse;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.BundleOptions;
import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.tenant.Tenant;
import java.sql.SQLException;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Consumer;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.FailedToCreateRouteException;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/**
 * The routes in a context like that of the runtime, with a temporary database and the sandbox in place of everything
 * outside.
 */
final class RehearsalContext implements AutoCloseable {

    /** Consumers that start on their own or need a port. */
    private static final String TRIGGERS = "quartz*,timer*,scheduler*,cron*,platform-http*";

    private static final int FALLBACK = PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK;

    private final HikariDataSource dataSource;
    private final Main main;
    private final Tenant tenant;

    private RehearsalContext(HikariDataSource dataSource, Main main, Tenant tenant) {
        this.dataSource = dataSource;
        this.main = main;
        this.tenant = tenant;
    }

    /**
     * Starts a context.
     *
     * @param locations the route files
     * @param properties those of the routes
     * @param settings those of the bundle, with the address of the sandbox and of the database
     * @param prepare changes the context before it is configured
     * @throws ConfigurationException if the routes do not start
     */
    static RehearsalContext start(
            String locations,
            Properties properties,
            Map<String, String> settings,
            Consumer<ExtendedCamelContext> prepare) {
        Properties all = new Properties();
        all.putAll(properties);
        all.putAll(JobfeedProperties.defaults());
        all.putAll(settings);
        HikariDataSource dataSource = open(settings.get("jobfeed.datasource.url"));
        Main main = new Main();
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.setOverrideProperties(all);
        main.setDefaultPropertyPlaceholderLocation("false");
        main.configure().withName("jobfeed").withAutoConfigurationLogSummary(false);
        main.configure().withRoutesIncludePattern(locations);
        main.configure().withShutdownTimeout(1);
        main.configure().withAutoStartupExcludePattern(TRIGGERS);
        Tenant[] tenant = new Tenant[1];
        main.addMainListener(new MainListenerSupport() {
            @Override
            public void beforeConfigure(BaseMainSupport support) {
                CamelContext context = support.getCamelContext();
                // the environment may have the real key and the real address
                PropertiesComponent placeholders = (PropertiesComponent) context.getPropertiesComponent();
                placeholders.setEnvironmentVariableMode(FALLBACK);
                placeholders.setSystemPropertiesMode(FALLBACK);
                prepare.accept(context.getCamelContextExtension());
                try {
                    tenant[0] = JobfeedBundle.bind(context, BundleOptions.of(dataSource))
                            .tenants()
                            .defaultTenant();
                } catch (SQLException e) {
                    throw new IllegalStateException(e);
                }
                check(tenant[0].settings(), settings);
            }
        });
        try {
            main.start();
            return new RehearsalContext(dataSource, main, tenant[0]);
        } catch (Exception e) {
            main.stop();
            dataSource.close();
            throw new ConfigurationException("The routes do not start: " + reason(e), e);
        }
    }

    private static HikariDataSource open(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setPoolName("rehearsal");
        config.setMaximumPoolSize(6);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    /** Refuses to start with another address or key than those of the sandbox. */
    private static void check(JobfeedProperties effective, Map<String, String> settings) {
        if (!effective.jobo().baseUrl().equals(settings.get("jobo.base-url"))
                || !effective.jobo().apiKey().equals(Sandbox.TEST_KEY)
                || !effective.text("jobo.call").equals(Optional.of("jobo-http:" + settings.get("jobo.base-url")))) {
            throw new ConfigurationException("The rehearsal does not use the sandbox; nothing was sent.");
        }
    }

    /** Returns which route does not start, if that is known, and the innermost reason. */
    private static String reason(Throwable failure) {
        String route = "";
        Throwable root = failure;
        while (root.getCause() != null) {
            if (root instanceof FailedToCreateRouteException created) {
                route = "route " + created.getRouteId() + ": ";
            }
            root = root.getCause();
        }
        return route
                + (root.getMessage() == null
                        ? ProblemTranslator.describe(failure)
                        : PrintableText.inOneLine(root.getMessage()));
    }

    CamelContext camel() {
        return main.getCamelContext();
    }

    Tenant tenant() {
        return tenant;
    }

    HikariDataSource dataSource() {
        return dataSource;
    }

    @Override
    public void close() {
        main.stop();
        dataSource.close();
    }
}
