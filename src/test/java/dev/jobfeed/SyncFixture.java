package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.route.ShippedRoutes;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sync.SyncCoordinator;
import dev.jobfeed.tenant.Tenant;
import java.net.ServerSocket;
import java.time.Clock;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.function.BiFunction;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Service;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.springframework.jdbc.core.JdbcTemplate;

/** Runs the shipped routes in a Camel context, against a sandbox over HTTP, with a separate database. */
final class SyncFixture implements AutoCloseable {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Starts the ids of rows that a fault of the sandbox added. */
    static final String FAULT_ID = "fa017000-";

    final Sandbox sandbox;
    final JdbcTemplate database;
    private final HikariDataSource dataSource;
    private final boolean ownsSandbox;
    private Clock clock = Clock.systemUTC();
    private int port;
    private BiFunction<CamelContext, Integer, Service> server;
    private DefaultCamelContext context;
    private JobfeedBundle bundle;
    private final Properties settings = new Properties();

    /** Creates a fixture with an H2 or PostgreSQL database: {@code h2} or {@code postgresql}. */
    static SyncFixture of(String database, SandboxOptions.Builder options) throws Exception {
        String url = database.equals("h2")
                ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"
                : PostgresServer.migratedDatabase();
        return new SyncFixture(url, Sandbox.start(options.port(0).build()), true);
    }

    /** Creates a fixture over an existing sandbox, which it does not close, and an existing database. */
    static SyncFixture over(Sandbox sandbox, String url) {
        return new SyncFixture(url, sandbox, false);
    }

    private SyncFixture(String url, Sandbox sandbox, boolean ownsSandbox) {
        this.sandbox = sandbox;
        this.ownsSandbox = ownsSandbox;
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(4);
        dataSource = new HikariDataSource(config);
        database = new JdbcTemplate(dataSource);
        settings.setProperty("jobo.base-url", sandbox.baseUrl());
        settings.setProperty("jobo.api-key", Sandbox.TEST_KEY);
        settings.setProperty("jobo.jobs.watermark-parameter", "updated_after");
        settings.setProperty("jobfeed.jobs.enabled", "false");
    }

    /** Sets the clock of the bundle. */
    SyncFixture clock(Clock other) {
        clock = other;
        return this;
    }

    /** Sets a property and stops the context, so that the next start uses it. */
    SyncFixture with(String property, String value) {
        settings.setProperty(property, value);
        return restart();
    }

    /** Stops the context; the next use of the fixture starts another one over the same database. */
    SyncFixture restart() {
        if (context != null) {
            context.stop();
            context = null;
        }
        return this;
    }

    /** Serves the console with a server on a free port; returns its URL. */
    String serve(BiFunction<CamelContext, Integer, Service> withServer) throws Exception {
        server = withServer;
        try (ServerSocket probe = new ServerSocket(0)) {
            port = probe.getLocalPort();
        }
        with("jobfeed.console.enabled", "true").context();
        return "http://127.0.0.1:" + port;
    }

    /** Returns the context with all routes loaded, which may not be started yet. */
    DefaultCamelContext loaded() throws Exception {
        if (context == null) {
            context = new DefaultCamelContext();
            context.getPropertiesComponent().setOverrideProperties(settings);
            StepCoverage.observe(context);
            bundle = JobfeedBundle.bind(context, BundleOptions.of(dataSource).withClock(clock));
            if (port > 0) {
                context.addService(server.apply(context, port), true, true);
            }
            loadRoutes(context);
        }
        return context;
    }

    /** Loads all shipped routes at once, because some of them use templates of others. */
    static void loadRoutes(CamelContext context) throws Exception {
        var loader = PluginHelper.getResourceLoader(context);
        List<Resource> files = new ArrayList<>();
        for (String name : ShippedRoutes.FILES) {
            files.add(loader.resolveResource("classpath:routes/" + name + ".camel.yaml"));
        }
        PluginHelper.getRoutesLoader(context).loadRoutes(files);
    }

    DefaultCamelContext context() throws Exception {
        loaded().start();
        return context;
    }

    JobfeedBundle bundle() throws Exception {
        context();
        return bundle;
    }

    SyncCoordinator coordinator() throws Exception {
        return context().getRegistry().lookupByNameAndType("jobfeedSync", SyncCoordinator.class);
    }

    /** Runs an attempt on the jobs. */
    Run sync() throws Exception {
        return attempt(Map.of());
    }

    /** Runs an attempt on the jobs of a tenant. */
    Run sync(String tenant) throws Exception {
        return attempt(Map.of("jobfeedTenant", tenant));
    }

    /** Runs an attempt with a confirmed cost. */
    Run syncConfirmed() throws Exception {
        return attempt(Map.of("jobfeedConfirmCost", true));
    }

    /** Runs an attempt with a confirmed cost and a limit of pages. */
    Run syncConfirmed(int maxPages) throws Exception {
        return attempt(Map.of("jobfeedConfirmCost", true, "jobfeedMaxPages", maxPages));
    }

    /** Runs an attempt with a limit of pages. */
    Run syncPages(int maxPages) throws Exception {
        return attempt(Map.of("jobfeedMaxPages", maxPages));
    }

    /** Runs an attempt on the career sites. */
    Run syncCareerSites() throws Exception {
        return attempt("direct:career-sites-sync", Map.of());
    }

    /** Runs an attempt on the career sites with a limit of pages. */
    Run syncCareerSites(int maxPages) throws Exception {
        return attempt("direct:career-sites-sync", Map.of("jobfeedMaxPages", maxPages));
    }

    /** Runs an attempt on the career sites with a confirmed cost. */
    Run syncCareerSitesConfirmed() throws Exception {
        return attempt("direct:career-sites-sync", Map.of("jobfeedConfirmCost", true));
    }

    private Run attempt(Map<String, Object> variables) throws Exception {
        return attempt("direct:jobs-sync", variables);
    }

    private Run attempt(String route, Map<String, Object> variables) throws Exception {
        try (var template = context().createProducerTemplate()) {
            Exchange exchange = template.send(route, e -> variables.forEach(e::setVariable));
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
            Map<?, ?> result = exchange.getMessage().getBody(Map.class);
            return bundle.tenants().get((String) result.get("tenant")).runs().run((Long) result.get("id"));
        }
    }

    /** Runs an attempt on a stream. */
    Run syncStream(String stream) throws Exception {
        return stream.equals("jobs") ? sync() : syncCareerSites();
    }

    /** Runs an attempt on a stream with a limit of pages. */
    Run syncStream(String stream, int maxPages) throws Exception {
        return stream.equals("jobs") ? syncPages(maxPages) : syncCareerSites(maxPages);
    }

    /** Returns the default tenant. */
    Tenant tenant() throws Exception {
        return bundle().tenants().defaultTenant();
    }

    /** Returns the newest run of the jobs, as stored. */
    Run run() throws Exception {
        return run("jobs");
    }

    /** Returns the newest run of a stream, as stored. */
    Run run(String stream) throws Exception {
        return tenant().runs().lastRuns(stream, 1).get(0);
    }

    /** Returns the stored state of the jobs stream between its runs. */
    StreamState state() throws Exception {
        return tenant().states().get("jobs");
    }

    /** Returns the active conditions in the order in which they began. */
    List<String> alerts() {
        return database.queryForList("select condition from alert where cleared_at is null order by id", String.class);
    }

    /** Returns the feed requests in the order of their arrival. */
    List<LoggedRequest> feed() {
        return sandbox.log().entries("/api/jobs/feed");
    }

    /** Returns the requests to the list of expired jobs in the order of their arrival. */
    List<LoggedRequest> expired() {
        return sandbox.log().entries("/api/jobs/expired");
    }

    /** Returns the bodies of the feed requests in the order of their arrival. */
    List<String> feedRequests() {
        return feed().stream().map(LoggedRequest::body).toList();
    }

    /** Returns the value of a query with one row. */
    <T> T one(String query, Class<T> type, Object... parameters) {
        return database.queryForObject(query, type, parameters);
    }

    /**
     * Asserts that the active jobs are those of the sandbox in their newest version; ignores rows added by a fault.
     */
    void assertStoreEqualsSandbox() {
        assertStoreEqualsSandboxExcept(Set.of());
    }

    /**
     * Asserts the same, except for pending expiries, which are active in the store and may be either in the sandbox.
     */
    void assertStoreEqualsSandboxExceptPending() {
        List<UUID> pending = database.queryForList("select job_id from pending_expiry", UUID.class);
        assertThat(database.queryForList(
                        "select id from active_job where id in (select job_id from pending_expiry)", UUID.class))
                .containsExactlyInAnyOrderElementsOf(pending);
        assertStoreEqualsSandboxExcept(Set.copyOf(pending));
    }

    /** Asserts the same, except for some jobs. */
    void assertStoreEqualsSandboxExcept(Set<UUID> ignored) {
        Map<UUID, String> expected = new HashMap<>();
        sandbox.data().forEachActive(json -> {
            JsonNode job = parse(json);
            expected.put(
                    UUID.fromString(job.get("id").textValue()),
                    job.path("title").textValue() + "|" + instant(job.path("updated_at")));
        });
        Map<UUID, String> stored = new HashMap<>();
        String activeJobsWithoutFaults = "select id, title, updated_at from active_job"
                + " where cast(id as varchar) not like '" + FAULT_ID + "%'";
        database.query(activeJobsWithoutFaults, row -> {
            OffsetDateTime updated = row.getObject("updated_at", OffsetDateTime.class);
            stored.put(
                    row.getObject("id", UUID.class),
                    row.getString("title") + "|" + (updated == null ? null : updated.toInstant()));
        });
        stored.keySet().removeAll(ignored);
        expected.keySet().removeAll(ignored);
        assertThat(stored).isEqualTo(expected);
    }

    static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (JsonProcessingException e) {
            throw new IllegalArgumentException(e);
        }
    }

    private static Instant instant(JsonNode time) {
        return time.isTextual() ? OffsetDateTime.parse(time.textValue()).toInstant() : null;
    }

    @Override
    public void close() {
        if (context != null) {
            context.stop();
        }
        dataSource.close();
        if (ownsSandbox) {
            sandbox.close();
        }
    }
}
