package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.Settings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Properties;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.camel.main.Main;

/** The standalone runtime: pool, Camel context, routes. */
final class Runtime implements AutoCloseable {

    private static final List<String> SHIPPED = List.of("jobo-api", "jobs-expired", "jobs-feed", "jobs-sync");

    private final HikariDataSource dataSource;
    private final Main main;
    private final JobfeedBundle bundle;

    private Runtime(HikariDataSource dataSource, Main main, JobfeedBundle bundle) {
        this.dataSource = dataSource;
        this.main = main;
        this.bundle = bundle;
    }

    /** A pool as the settings say; H2 keeps each commit, and is closed by its last connection. */
    static HikariDataSource pool(Settings settings) {
        return pool(settings, settings.text("jobfeed.datasource.url").orElse(""));
    }

    static HikariDataSource pool(Settings settings, String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url.startsWith("jdbc:h2:file:") ? url + ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE" : url);
        settings.text("jobfeed.datasource.username").ifPresent(config::setUsername);
        settings.text("jobfeed.datasource.password").ifPresent(config::setPassword);
        settings.schema().ifPresent(config::setSchema);
        if (url.startsWith("jdbc:postgresql:")) {
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
        }
        config.setPoolName("jobfeed");
        config.setMaximumPoolSize(4);
        config.setMinimumIdle(1);
        config.setInitializationFailTimeout(1);
        return new HikariDataSource(config);
    }

    /** Starts a context with every route; the triggers only when asked for. */
    static Runtime start(Configuration configuration, boolean scheduled) throws Exception {
        Settings settings = configuration.settings();
        settings.apiKey();
        HikariDataSource dataSource = pool(settings);
        Main main = new Main();
        try {
            Properties properties = configuration.forCamel();
            if (!scheduled) {
                properties.setProperty("jobfeed.jobs.enabled", "false");
            }
            main.setOverrideProperties(properties);
            main.setDefaultPropertyPlaceholderLocation("false");
            main.configure().withName("jobfeed").withAutoConfigurationLogSummary(false);
            main.configure().withRoutesIncludePattern(routes(configuration.routes()));
            main.configure().withShutdownTimeout(5);
            JobfeedBundle[] bundle = new JobfeedBundle[1];
            main.addMainListener(new org.apache.camel.main.MainListenerSupport() {
                @Override
                public void beforeConfigure(org.apache.camel.main.BaseMainSupport support) {
                    try {
                        bundle[0] = JobfeedBundle.bind(
                                support.getCamelContext(), new JobfeedBundle.Options(dataSource, Clock.systemUTC()));
                    } catch (SQLException e) {
                        throw new IllegalStateException("The database cannot be used: " + e.getMessage(), e);
                    }
                }
            });
            main.start();
            return new Runtime(dataSource, main, bundle[0]);
        } catch (Exception e) {
            main.stop();
            dataSource.close();
            throw e;
        }
    }

    /** The shipped routes, each replaced by a file of its name, and every further file of the directory. */
    private static String routes(Optional<Path> directory) throws IOException {
        Map<String, String> resources = new TreeMap<>();
        SHIPPED.forEach(name -> resources.put(name + ".camel.yaml", "classpath:routes/" + name + ".camel.yaml"));
        if (directory.isPresent()) {
            try (Stream<Path> files = Files.list(directory.get())) {
                files.filter(file -> file.toString().endsWith(".camel.yaml"))
                        .forEach(file -> resources.put(
                                file.getFileName().toString(), "file:" + file.toAbsolutePath()));
            }
        }
        return String.join(",", resources.values());
    }

    Main main() {
        return main;
    }

    JobfeedBundle bundle() {
        return bundle;
    }

    @Override
    public void close() {
        bundle.attempts().stopAll();
        main.stop();
        dataSource.close();
    }
}
