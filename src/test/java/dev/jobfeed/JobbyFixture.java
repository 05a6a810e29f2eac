package dev.jobfeed;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobFair;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.impl.DefaultCamelContext;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Runs the shipped routes in a Camel context, against the stand-in for Jobby.dev over HTTP, with a separate database.
 */
final class JobbyFixture implements AutoCloseable {

    /** Holds a timeout for slow machines. */
    static final Duration DEADLINE = Duration.ofMinutes(1);

    final Sandbox sandbox;
    final String url;
    final JdbcTemplate database;
    final ShiftedClock clock = new ShiftedClock();
    private final HikariDataSource dataSource;
    private final Properties settings = new Properties();
    private String notStarted = "scheduler*";
    private int port;
    private DefaultCamelContext context;

    /** Creates a fixture with an H2 or PostgreSQL database: {@code h2} or {@code postgresql}. */
    static JobbyFixture of(String database, JobbyOptions.Builder options) throws Exception {
        String url = database.equals("h2")
                ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"
                : PostgresServer.migratedDatabase();
        return new JobbyFixture(url, options);
    }

    private JobbyFixture(String url, JobbyOptions.Builder options) throws Exception {
        this.url = url;
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build(), options.build());
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        dataSource = new HikariDataSource(config);
        database = new JdbcTemplate(dataSource);
        settings.setProperty("jobby.base-url", jobby().baseUrl());
        settings.setProperty("jobby.token", Jobby.TEST_TOKEN);
        settings.setProperty("jobo.retry.time-scale", "0.001");
        settings.setProperty("jobby.poll-interval", "1ms");
        settings.setProperty("jobfeed.jobs.enabled", "false");
    }

    /** Starts the queue's timer. */
    JobbyFixture withTimer() {
        notStarted = "";
        stop();
        return this;
    }

    /** Receives webhooks with a secret; returns the address. */
    String withWebhooks(String secret) throws Exception {
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        with("jobby.webhook-secret", secret).context();
        return "http://127.0.0.1:" + port + "/jobby/webhooks";
    }

    /** Sets a property for the next start. */
    JobbyFixture with(String property, String value) {
        settings.setProperty(property, value);
        stop();
        return this;
    }

    Jobby jobby() {
        return sandbox.jobby();
    }

    JobFair fair() {
        return jobby().fair();
    }

    /** Returns the id of a live event. */
    String liveEvent() {
        return fair().liveEvents().get(0).id();
    }

    DefaultCamelContext context() throws Exception {
        if (context == null) {
            context = newContext();
        }
        return context;
    }

    /** Starts another context over the same database, as another process would; the caller stops it. */
    DefaultCamelContext newContext() throws Exception {
        DefaultCamelContext created = new DefaultCamelContext();
        created.getPropertiesComponent().setOverrideProperties(settings);
        StepCoverage.observe(created);
        created.setAutoStartupExcludePattern(notStarted);
        JobfeedBundle.bind(created, BundleOptions.of(dataSource).withClock(clock));
        if (port > 0) {
            MainHttpServer server = new MainHttpServer();
            server.setCamelContext(created);
            server.setHost("127.0.0.1");
            server.setPort(port);
            created.addService(server, true, true);
        }
        SyncFixture.loadRoutes(created);
        created.start();
        return created;
    }

    void stop() {
        if (context != null) {
            context.stop();
            context = null;
        }
    }

    /** Returns the result of a route; throws its exception. */
    <T> T send(String route, Object body, Map<String, Object> variables, Class<T> type) throws Exception {
        Exchange exchange = exchange(route, body, variables);
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange.getMessage().getBody(type);
    }

    /** Returns the exchange after a route, failed or not. */
    Exchange exchange(String route, Object body, Map<String, Object> variables) throws Exception {
        try (var template = context().createProducerTemplate()) {
            return template.send(route, exchange -> {
                exchange.getMessage().setBody(body);
                variables.forEach(exchange::setVariable);
            });
        }
    }

    /** Returns the value of a query with one row. */
    <T> T one(String query, Class<T> type, Object... parameters) {
        return database.queryForObject(query, type, parameters);
    }

    /** Returns the active conditions in the order in which they began. */
    List<String> alerts() {
        return database.queryForList("select condition from alert where cleared_at is null order by id", String.class);
    }

    @Override
    public void close() {
        stop();
        dataSource.close();
        sandbox.close();
    }

    /** Runs ahead of the system clock by an offset. */
    static final class ShiftedClock extends Clock {

        private volatile Duration offset = Duration.ZERO;

        void forward(Duration by) {
            offset = offset.plus(by);
        }

        @Override
        public Instant instant() {
            return Instant.now().plus(offset);
        }

        @Override
        public ZoneId getZone() {
            return ZoneOffset.UTC;
        }

        @Override
        public Clock withZone(ZoneId zone) {
            return Clock.fixed(instant(), zone);
        }
    }
}
