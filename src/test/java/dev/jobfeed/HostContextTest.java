package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.route.ShippedRoutes;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.TreeSet;
import java.util.UUID;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.DeadLetterChannelBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.TemplatedRouteBuilder;
import org.apache.camel.component.http.HttpComponent;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.TransactedPolicy;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.support.RouteWatcherReloadStrategy;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.PlatformTransactionManager;

/**
 * Tests the bundle in a host's context, which has its own routes, dead letter channel, transaction manager, databases
 * and HTTP settings.
 */
class HostContextTest {

    /** Matches the jars of the standalone runtime and of the tests. */
    private static final Pattern NOT_FOR_EMBEDDERS = Pattern.compile(
            "camel-(kamelet|main|micrometer|opentelemetry|platform-http|spring|telemetry|test|vertx)|ecs-|h2-|HikariCP|logback"
                    + "|micrometer|netty|opentelemetry|picocli|prometheus|spring-(aop|boot|context)|vertx");

    private final DataSource hostDatabase = database();
    private final DataSource feedDatabase = database();
    private final JdbcTemplate feed = new JdbcTemplate(feedDatabase);
    private final JdbcTemplate host = new JdbcTemplate(hostDatabase);
    private Sandbox sandbox;
    private DefaultCamelContext context;
    private ProducerTemplate template;

    /** Returns a new H2 database in memory. */
    static DataSource database() {
        JdbcDataSource database = new JdbcDataSource();
        database.setURL("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        return database;
    }

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(40).build());
        host.execute("create table invoice (id integer primary key)");

        context = new DefaultCamelContext();
        Properties properties = new Properties();
        properties.setProperty("greeting", "good day");
        properties.setProperty("jobo.base-url", sandbox.baseUrl());
        properties.setProperty("jobo.api-key", Sandbox.TEST_KEY);
        properties.setProperty("jobo.retry.time-scale", "0.001");
        properties.setProperty("jobfeed.jobs.enabled", "false");
        context.getPropertiesComponent().setInitialProperties(properties);
        context.getRegistry().bind("hostDatabase", hostDatabase);
        context.getRegistry().bind("hostTransactions", new DataSourceTransactionManager(hostDatabase));
        HttpComponent http = context.getComponent("http", HttpComponent.class);
        http.setResponseTimeout(4321);
        http.setFollowRedirects(true);
        DeadLetterChannelBuilder deadLetters = new DeadLetterChannelBuilder("mock:dead-letters");
        deadLetters.maximumRedeliveries(1).redeliveryDelay(0);
        context.getCamelContextExtension().setErrorHandlerFactory(deadLetters);
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:jobs").routeId("jobs").setBody().simple("{{greeting}} ${body}");
                from("direct:broken").routeId("alerts").throwException(new IllegalStateException("the host's own"));
                from("direct:asleep").routeId("asleep").autoStartup(false).stop();
                from("direct:invoice")
                        .routeId("invoice")
                        .errorHandler(noErrorHandler())
                        .transacted()
                        .to("sql:insert into invoice (id) values (:#${body})?dataSource=#hostDatabase")
                        .choice()
                        .when(simple("${body} == 13"))
                        .throwException(new IllegalStateException("not this one"))
                        .end();
            }
        });
        template = context.createProducerTemplate();
    }

    @AfterEach
    void stop() {
        context.stop();
        sandbox.close();
    }

    private void include(BundleOptions options) throws Exception {
        JobfeedBundle.bind(context, options);
        load(ShippedRoutes.FILES);
        context.start();
    }

    private void load(List<String> names) throws Exception {
        List<Resource> files = names.stream()
                .map(name -> PluginHelper.getResourceLoader(context)
                        .resolveResource("classpath:routes/" + name + ".camel.yaml"))
                .toList();
        PluginHelper.getRoutesLoader(context).loadRoutes(files);
    }

    private MockEndpoint deadLetters() {
        return context.getEndpoint("mock:dead-letters", MockEndpoint.class);
    }

    @Test
    void feedIsStoredInTheNamedHostDatabase() throws Exception {
        context.getRegistry().bind("feedDatabase", feedDatabase);

        include(BundleOptions.named("feedDatabase"));
        template.sendBody("direct:jobs-sync", null);

        assertThat(feed.queryForObject("select count(*) from active_job", Integer.class))
                .isEqualTo(40);
        assertThat(host.queryForList(
                        "select lower(table_name) from information_schema.tables where table_schema = 'PUBLIC'",
                        String.class))
                .containsExactly("invoice");
    }

    /** As hosts with JPA often configure it. */
    @Test
    void poolWithoutAutoCommitIsSupported() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(feedDatabase);
        config.setAutoCommit(false);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            include(BundleOptions.of(pool));
            template.sendBody("direct:jobs-sync", null);

            assertThat(feed.queryForObject("select count(*) from active_job", Integer.class))
                    .isEqualTo(40);
            assertThat(feed.queryForObject("select status from sync_run", String.class))
                    .isEqualTo("succeeded");
            assertThat(feed.queryForObject(
                            "select count(*) from sync_state where lease_owner is not null", Integer.class))
                    .isZero();
        }
    }

    @Test
    void poolOfOneConnectionIsRejectedBeforeAnythingIsCreated() throws Exception {
        HikariConfig config = new HikariConfig();
        config.setDataSource(feedDatabase);
        config.setMaximumPoolSize(1);
        try (HikariDataSource pool = new HikariDataSource(config)) {
            assertThatThrownBy(() -> JobfeedBundle.bind(context, BundleOptions.of(pool)))
                    .isInstanceOf(ConfigurationException.class)
                    .hasMessageContaining("no second connection")
                    .hasMessageContaining("maximum-pool-size");
        }
        assertThat(tables(feed)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void hostTableWithTheSameNameIsRejectedBeforeAnythingIsCreated(String database) throws Exception {
        DataSource shared =
                database.equals("h2") ? feedDatabase : new DriverManagerDataSource(PostgresServer.newDatabase());
        JdbcTemplate tables = new JdbcTemplate(shared);
        tables.execute("create table job (id integer primary key)");

        assertThatThrownBy(() -> JobfeedBundle.bind(context, BundleOptions.of(shared)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("tables of another application: job.")
                .hasMessageContaining("jobfeed.datasource.schema");

        assertThat(tables(tables)).containsExactly("job");
        context.getPropertiesComponent()
                .setOverrideProperties(
                        properties("jobfeed.datasource.schema", database.equals("h2") ? "FEED" : "feed"));
        include(BundleOptions.of(shared));
        template.sendBody("direct:jobs-sync", null);
        assertThat(tables(tables)).containsExactly("job");
        assertThat(tables.queryForObject("select count(*) from feed.active_job", Integer.class))
                .isEqualTo(40);
    }

    private static Properties properties(String name, String value) {
        Properties properties = new Properties();
        properties.setProperty(name, value);
        return properties;
    }

    private static List<String> tables(JdbcTemplate database) {
        return database.queryForList(
                "select lower(table_name) from information_schema.tables where lower(table_schema) = 'public'",
                String.class);
    }

    @Test
    void reloadThatWouldRemoveTheBundlesRoutesIsRejected() throws Exception {
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
        load(ShippedRoutes.FILES);
        context.addService(new RouteWatcherReloadStrategy("src/main/resources/camel"));

        assertThatThrownBy(context::start)
                .hasStackTraceContaining("camel.main.routes-reload-remove-all-routes to false");
    }

    @Test
    void consoleTokenIsLoggedAtTheFirstStartOnly() throws Exception {
        context.getPropertiesComponent().setOverrideProperties(properties("jobfeed.console.enabled", "true"));
        List<String> messages;
        try (LogLines log = LogLines.of(JobfeedBundle.class.getName())) {
            JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
            load(List.of("jobo-api", "alerts"));
            context.start();
            messages = log.messages();
        }

        assertThat(messages).singleElement().asString().startsWith("console actions need this token, shown only now: ");
        assertThat(feed.queryForObject("select count(*) from console_token", Integer.class))
                .isEqualTo(1);
    }

    @Test
    void triggerOnALockedStreamIsNoFailedExchange() throws Exception {
        List<String> failed = new ArrayList<>();
        context.getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
            @Override
            public void notify(CamelEvent event) {
                if (event instanceof CamelEvent.ExchangeFailedEvent failure) {
                    failed.add(failure.getExchange().getFromRouteId());
                }
            }
        });
        include(BundleOptions.of(feedDatabase));
        feed.update(
                "update sync_state set lease_token = ?, lease_owner = 'other', lease_expires_at = ?"
                        + " where stream = 'jobs'",
                UUID.randomUUID(),
                OffsetDateTime.now().plusSeconds(100));

        template.send("direct:sync-scheduled", trigger -> trigger.setVariable("jobfeedStream", "jobs"));

        assertThat(failed).isEmpty();
        assertThat(feed.queryForObject("select count(*) from sync_run", Integer.class))
                .isZero();
    }

    @Test
    void onlyDatabaseIsUsedWithoutANameAndNoneOfSeveral() throws Exception {
        context.getRegistry().bind("feedDatabase", feedDatabase);

        assertThatThrownBy(() -> JobfeedBundle.bind(context, BundleOptions.standard()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("jobfeed.datasource.bean")
                .hasMessageContaining("2 data sources");
        assertThatThrownBy(() -> JobfeedBundle.bind(context, BundleOptions.named("nowhere")))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("'nowhere'");

        context.getRegistry().unbind("feedDatabase");
        include(BundleOptions.standard());
        assertThat(host.queryForObject("select count(*) from sync_run", Integer.class))
                .isZero();
    }

    @Test
    void bindingAddsTwoComponentsAndNoBeanThatIsFoundByType() throws Exception {
        context.start();
        HttpComponent http = context.getComponent("http", HttpComponent.class);
        var errorHandler = context.getCamelContextExtension().getErrorHandlerFactory();
        int converters = context.getTypeConverterRegistry().size();
        String pool = context.getExecutorServiceManager()
                .getDefaultThreadPoolProfile()
                .toString();
        Set<String> components = new TreeSet<>(context.getComponentNames());
        Map<String, String> options = Map.copyOf(context.getGlobalOptions());

        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));

        Set<String> added = new TreeSet<>(context.getComponentNames());
        added.removeAll(components);
        assertThat(added).isNotEmpty().allMatch(name -> name.matches("(jobo|jobby|jobfeed)-[a-z]+"));
        assertThat(context.getComponent("http")).isSameAs(http);
        assertThat(http.getResponseTimeout()).isEqualTo(4321);
        assertThat(http.isFollowRedirects()).isTrue();
        assertThat(http.getClientConnectionManager()).isNull();
        assertThat(context.getCamelContextExtension().getErrorHandlerFactory()).isSameAs(errorHandler);
        assertThat(context.getTypeConverterRegistry().size()).isEqualTo(converters);
        assertThat(context.getExecutorServiceManager()
                        .getDefaultThreadPoolProfile()
                        .toString())
                .isEqualTo(pool);
        assertThat(context.getGlobalOptions()).isEqualTo(options);
        assertThat(context.resolvePropertyPlaceholders("{{greeting}}")).isEqualTo("good day");
        assertThat(context.getPropertiesComponent().resolveProperty("nobody.set.this"))
                .isEmpty();
        assertThat(context.getRegistry().findByType(DataSource.class)).containsExactly(hostDatabase);
        assertThat(context.getRegistry().findByType(TransactedPolicy.class)).isEmpty();
        assertThat(context.getRegistry().findByType(PlatformTransactionManager.class))
                .hasSize(1);
    }

    @Test
    void hostRoutesWorkAsBefore() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:count").to("sql:select count(*) from invoice?outputType=SelectOne");
            }
        });
        include(BundleOptions.of(feedDatabase));

        assertThat(template.requestBody("direct:jobs", "world", String.class)).isEqualTo("good day world");
        template.sendBody("direct:broken", "this one");
        deadLetters().expectedBodiesReceived("this one");
        deadLetters().assertIsSatisfied();
        assertThat(context.getRouteController().getRouteStatus("asleep").isStopped())
                .isTrue();
        template.sendBody("direct:invoice", 12);
        assertThatThrownBy(() -> template.sendBody("direct:invoice", 13)).isInstanceOf(CamelExecutionException.class);
        assertThat(host.queryForList("select id from invoice", Integer.class)).containsExactly(12);
        // without a reference, Camel takes the only data source that it finds by type
        assertThat(template.requestBody("direct:count", "", Integer.class)).isOne();
    }

    @Test
    void failureOfTheBundleReachesItsCallerAndNoDeadLetterChannel() throws Exception {
        include(BundleOptions.of(feedDatabase));
        sandbox.faults(
                FaultRule.answer(503, Map.of("Retry-After", "1"), "{}")
                        .on(Endpoint.JOBS_FEED)
                        .times(2),
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).nth(3));

        assertThatThrownBy(() -> template.sendBody("direct:jobs-sync", null)).hasStackTraceContaining("403");

        assertThat(sandbox.log().entries("/api/jobs/feed")).hasSize(3);
        assertThat(deadLetters().getExchanges()).isEmpty();
        assertThat(feed.queryForObject("select status from sync_run", String.class))
                .isEqualTo("open");
        template.sendBody("direct:jobs-sync", null);
        assertThat(feed.queryForObject("select status from sync_run", String.class))
                .isEqualTo("succeeded");
    }

    @Test
    void earlierCaughtExceptionIsNoFailureOfAnAttempt() throws Exception {
        include(BundleOptions.of(feedDatabase));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:careful")
                        .doTry()
                        .throwException(new IllegalStateException("the host's"))
                        .doCatch(IllegalStateException.class)
                        .setBody(constant("caught"))
                        .end()
                        .to("direct:jobs-sync");
            }
        });

        template.sendBody("direct:careful", null);

        assertThat(feed.queryForObject("select status from sync_run where last_error is null", String.class))
                .isEqualTo("succeeded");
        assertThat(feed.queryForObject("select count(*) from alert", Integer.class))
                .isZero();
    }

    @Test
    void everyRouteAndTemplateOfTheBundleIsRecognised() throws Exception {
        ShippedRoutes shipped = ShippedRoutes.read();
        Set<String> before = ids();

        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
        load(ShippedRoutes.FILES);

        assertThat(ids()).hasSizeGreaterThan(before.size() + 45);
        assertThat(ids()).allMatch(id -> before.contains(id) || shipped.fileOf(id) != null);
        assertThat(before).allMatch(id -> shipped.fileOf(id) == null);
    }

    private Set<String> ids() {
        Set<String> ids = new TreeSet<>();
        context.getRouteDefinitions().forEach(route -> ids.add(route.getRouteId()));
        context.getRouteTemplateDefinitions().forEach(template -> ids.add(template.getId()));
        return ids;
    }

    private static RouteBuilder ofTheHost(String id) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:of-the-host").routeId(id).setBody().constant("the host's");
            }
        };
    }

    /** Tests a sub-route, a route without an error policy, a web route, and two routes from templates. */
    @ParameterizedTest
    @ValueSource(
            strings = {"jobs-sync", "jobo-http-call", "console-api", "jobfeed-changes-schedule", "companies-enrichment"
            })
    void hostRouteWithAnIdOfTheBundleIsRejected(String id) throws Exception {
        context.addRoutes(ofTheHost(id));
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));

        assertThatThrownBy(() -> load(ShippedRoutes.FILES))
                .hasStackTraceContaining("Duplicate route id '" + id + "'")
                .hasStackTraceContaining(ShippedRoutes.read().fileOf(id) + " of the bundle")
                .hasStackTraceContaining("loaded from Java code and from ");

        context.stop();
        context = new DefaultCamelContext();
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase).withProperties(this::property));
        load(ShippedRoutes.FILES);

        assertThatThrownBy(() -> PluginHelper.getRoutesLoader(context)
                        .loadRoutes(ResourceHelper.fromString("file:camel/host.camel.yaml", """
                                - route:
                                    id: %s
                                    from:
                                      uri: direct:of-the-host
                                      steps:
                                        - setBody:
                                            constant: the host's
                                """.formatted(id))))
                .hasStackTraceContaining("Duplicate route id '" + id + "'")
                .hasStackTraceContaining("from file:camel/host.camel.yaml");
    }

    private String property(String name) {
        return Map.of(
                        "jobo.base-url",
                        sandbox.baseUrl(),
                        "jobo.api-key",
                        Sandbox.TEST_KEY,
                        "jobfeed.jobs.enabled",
                        "false")
                .get(name);
    }

    /** The id is duplicated when an entry of the bundle's file is copied for a tenant. */
    @Test
    void tenantScheduleWithAnIdOfTheBundleIsRejected() throws Exception {
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
        load(ShippedRoutes.FILES);

        assertThatThrownBy(() -> TemplatedRouteBuilder.builder(context, "jobfeed-companies")
                        .routeId("companies-enrichment")
                        .prefixId("acme-")
                        .parameter("tenant", "acme")
                        .add())
                .hasStackTraceContaining("Duplicate route id 'companies-enrichment'");
        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        routeTemplate("jobfeed-schedule").from("timer:other").log("other");
                    }
                }))
                .hasStackTraceContaining("Duplicate route template id 'jobfeed-schedule'");
    }

    @Test
    void editedCopyReplacesItsFileAndASecondCopyIsRejected(@TempDir Path routes) throws Exception {
        Path copy = routes.resolve("companies.camel.yaml");
        Files.writeString(
                copy,
                Files.readString(Path.of("routes/companies.camel.yaml")).replace("Many companies", "Most companies"));
        Resource edited = PluginHelper.getResourceLoader(context).resolveResource("file:" + copy);
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
        load(List.of("jobo-api", "schedules"));
        PluginHelper.getRoutesLoader(context).loadRoutes(edited);

        assertThatThrownBy(() -> load(List.of("companies"))).hasStackTraceContaining("Duplicate route id");
    }

    @Test
    void fileWithoutItsErrorPolicyIsRejected() throws Exception {
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));

        assertThatThrownBy(() -> load(List.of("alerts")))
                .hasStackTraceContaining("'propagate-errors'")
                .hasStackTraceContaining("jobo-api.camel.yaml");
    }

    @Test
    void hostWithoutTheRoutesGetsAnError() throws Exception {
        List<String> messages;
        try (LogLines log = LogLines.of(JobfeedBundle.class.getName())) {
            JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
            context.start();
            messages = log.messages();
        }

        assertThat(messages).singleElement().asString().contains("classpath:routes/*.camel.yaml");
    }

    @Test
    void hostLoadsSelectedStreamsOnly() throws Exception {
        JobfeedBundle.bind(context, BundleOptions.of(feedDatabase));
        load(List.of("jobo-api", "companies", "schedules"));
        context.start();

        String job = sandbox.data().json(sandbox.data().activeIds().findFirst().orElseThrow());
        String company = SyncFixture.parse(job).at("/company/id").textValue();

        String profile = template.requestBody("direct:company-profile", company, String.class);

        assertThat(SyncFixture.parse(profile).get("id").textValue()).isEqualTo(company);
        assertThat(context.getRoutes())
                .extracting(route -> route.getRouteId())
                .doesNotContain("jobs-sync", "feed-loop");
    }

    /** Uses the class path of an application: the jar, its dependencies, and a database driver. */
    @Test
    void bundleWorksWithoutTheStandaloneDependencies() throws Exception {
        String url = PostgresServer.newDatabase();
        List<URL> classPath = new ArrayList<>();
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator)) {
            Path path = Path.of(entry);
            if (!NOT_FOR_EMBEDDERS.matcher(path.getFileName().toString()).lookingAt()) {
                classPath.add(path.toUri().toURL());
            }
        }
        ClassLoader before = Thread.currentThread().getContextClassLoader();
        try (URLClassLoader application =
                new URLClassLoader(classPath.toArray(URL[]::new), ClassLoader.getPlatformClassLoader())) {
            for (String missing : List.of(
                    "ch.qos.logback.classic.Logger",
                    "com.zaxxer.hikari.HikariDataSource",
                    "io.micrometer.core.instrument.MeterRegistry",
                    "io.opentelemetry.api.trace.Span",
                    "io.vertx.core.Vertx",
                    "org.apache.camel.component.kamelet.KameletComponent",
                    "org.apache.camel.component.platform.http.PlatformHttpComponent",
                    "org.apache.camel.main.Main",
                    "org.h2.Driver",
                    "org.springframework.context.ApplicationContext",
                    "picocli.CommandLine")) {
                assertThatThrownBy(() -> application.loadClass(missing)).isInstanceOf(ClassNotFoundException.class);
            }
            Thread.currentThread().setContextClassLoader(application);

            application
                    .loadClass(Application.class.getName())
                    .getMethod("sync", String.class, String.class, String.class)
                    .invoke(null, url, sandbox.baseUrl(), Sandbox.TEST_KEY);
        } finally {
            Thread.currentThread().setContextClassLoader(before);
        }
        assertThat(new JdbcTemplate(new DriverManagerDataSource(url))
                        .queryForObject("select count(*) from active_job", Integer.class))
                .isEqualTo(40);
    }

    /** Runs an application that follows docs/embedding.md. */
    public static final class Application {

        private Application() {}

        public static void sync(String url, String baseUrl, String key) throws Exception {
            try (DefaultCamelContext context = new DefaultCamelContext()) {
                Properties properties = new Properties();
                properties.setProperty("jobo.base-url", baseUrl);
                properties.setProperty("jobo.api-key", key);
                properties.setProperty("jobfeed.jobs.enabled", "false");
                context.getPropertiesComponent().setInitialProperties(properties);
                PGSimpleDataSource database = new PGSimpleDataSource();
                database.setUrl(url);
                JobfeedBundle.bind(context, BundleOptions.of(database));
                PluginHelper.getRoutesLoader(context)
                        .loadRoutes(PluginHelper.getPackageScanResourceResolver(context)
                                .findResources("classpath:routes/*.camel.yaml"));
                context.start();
                context.createProducerTemplate().requestBody("direct:jobs-sync", (Object) null);
            }
        }
    }
}
