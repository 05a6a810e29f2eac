package dev.jobfeed;

import dev.jobfeed.run.Attempts;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.Sweeps;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.RowStore;
import java.sql.SQLException;
import java.time.Clock;
import java.util.Properties;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.spi.PropertiesSource;
import org.apache.camel.spi.Registry;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Binds what the routes in {@code routes/} refer to into a Camel context.
 *
 * <p>It adds beans whose names begin with {@code jobfeed}, the HTTP component {@code jobo-http} and the defaults of the
 * bundle's properties, and touches nothing else of the context.
 */
public final class JobfeedBundle {

    private final Attempts attempts;
    private final RunStore runs;

    private JobfeedBundle(Attempts attempts, RunStore runs) {
        this.attempts = attempts;
        this.runs = runs;
    }

    /** What a host decides.
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
        context.getPropertiesComponent().addPropertiesSource(new Defaults());
        Settings settings =
                Settings.over(name -> context.getPropertiesComponent().resolveProperty(name));
        DataSource dataSource = options.dataSource();
        Database database = Database.of(dataSource);
        if (settings.migrate()) {
            database.migrate(dataSource, settings.schema());
        }

        DataSourceTransactionManager transactions = new DataSourceTransactionManager(dataSource);
        TransactionTemplate transaction = new TransactionTemplate(transactions);
        ScheduledExecutorService heartbeats =
                context.getExecutorServiceManager().newScheduledThreadPool(context, "jobfeed-lease", 1);
        RunStore runs = new RunStore(dataSource, database);
        Attempts attempts = new Attempts(
                settings, runs, RowStore.jobs(dataSource, database), transaction, heartbeats, options.clock());

        Registry registry = context.getRegistry();
        registry.bind("jobfeedDataSource", dataSource);
        registry.bind("jobfeedTransaction", new SpringTransactionPolicy(transaction));
        registry.bind("jobfeedAttempts", attempts);
        registry.bind("jobfeedSweeps", new Sweeps(settings, runs, attempts));
        registry.bind("jobfeedChunks", new Chunks());
        registry.bind("jobfeedAnswers", new JoboAnswers());
        registry.bind("jobfeedApiKey", new ApiKey(settings));
        context.addComponent("jobo-http", http(settings));
        return new JobfeedBundle(attempts, runs);
    }

    /** An own component, so that a host's settings of {@code http:} and the bundle's never meet. */
    private static HttpComponent http(Settings settings) {
        HttpComponent http = new HttpComponent();
        http.setAutomaticRetriesDisabled(true);
        http.setFollowRedirects(false);
        http.setConnectTimeout(settings.duration("jobo.http.connect-timeout").toMillis());
        http.setResponseTimeout(settings.duration("jobo.http.response-timeout").toMillis());
        return http;
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

    /** The lowest of the context's property sources. */
    private static final class Defaults implements PropertiesSource, org.apache.camel.Ordered {

        private final Properties defaults = new Properties();

        Defaults() {
            defaults.putAll(Settings.defaults());
        }

        @Override
        public String getName() {
            return "jobfeed-defaults";
        }

        @Override
        public String getProperty(String name) {
            return defaults.getProperty(name);
        }

        @Override
        public int getOrder() {
            return LOWEST;
        }
    }
}
