package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.route.ShippedRoutes;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangePropertyKey;
import org.apache.camel.Predicate;
import org.apache.camel.RoutesBuilder;
import org.apache.camel.builder.DeadLetterChannelBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.builder.RouteConfigurationBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.http.base.HttpOperationFailedException;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.apache.camel.util.ObjectHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.CannotGetJdbcConnectionException;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/** Tests every kind of error handling that a host may have around a call, with every entry point of the bundle. */
class HostErrorHandlingTest {

    private DataSource database = HostContextTest.database();
    private JdbcTemplate feed = new JdbcTemplate(database);
    private final Properties properties = new Properties();
    private Sandbox sandbox;
    private DefaultCamelContext context;

    /** Lists the error handling of hosts; each sends failures to {@code mock:handled}. */
    private enum Host {
        ROUTE_ON_EXCEPTION,
        BUILDER_ON_EXCEPTION,
        GLOBAL_ROUTE_CONFIGURATION,
        CONTINUED,
        NOT_HANDLED,
        REDELIVERY,
        ROUTE_DEAD_LETTERS,
        CONTEXT_DEAD_LETTERS,
        DO_TRY,
        TRANSACTED;

        /** Returns whether the steps after the call still run. */
        boolean continues() {
            return this == CONTINUED || this == DO_TRY;
        }

        int deliveries() {
            return this == REDELIVERY ? 3 : 1;
        }
    }

    /** Lists the endpoints that a host may call. */
    private enum Entry {
        JOBS_SYNC("direct:jobs-sync"),
        CAREER_SITES_SYNC("direct:career-sites-sync"),
        COMPANY_PROFILE("direct:company-profile"),
        JOBO_API("direct:jobo-api"),
        JOBBY_API("direct:jobby-api"),
        JOBBY_QUEUE_JOIN("direct:jobby-queue-join"),
        COMPANY_KAMELET("kamelet:jobo-company-action");

        private final String uri;

        Entry(String uri) {
            this.uri = uri;
        }

        boolean isJobby() {
            return name().startsWith("JOBBY");
        }
    }

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(40).careerSites(5).build(),
                JobbyOptions.builder().build());
        properties.setProperty("jobo.base-url", sandbox.baseUrl());
        properties.setProperty("jobo.api-key", Sandbox.TEST_KEY);
        properties.setProperty("jobby.base-url", sandbox.jobby().baseUrl());
        properties.setProperty("jobby.token", "jby_wrong");
        properties.setProperty("jobo.retry.time-scale", "0.001");
        properties.setProperty("jobfeed.jobs.enabled", "false");
        context = new DefaultCamelContext();
        context.setAutoStartupExcludePattern("scheduler*");
        context.getPropertiesComponent().setInitialProperties(properties);
        context.getRegistry().bind("hostTransactions", new DataSourceTransactionManager(database));
    }

    /** Uses another database, for the host and the bundle. */
    private void use(DataSource other) {
        database = other;
        feed = new JdbcTemplate(other);
        context.getRegistry().bind("hostTransactions", new DataSourceTransactionManager(other));
    }

    private static HikariDataSource pool(String url, int size) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(size);
        config.setConnectionTimeout(2000);
        return new HikariDataSource(config);
    }

    private static String url(String kind) throws Exception {
        return kind.equals("h2")
                ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1"
                : PostgresServer.migratedDatabase();
    }

    @AfterEach
    void stop() {
        context.stop();
        sandbox.close();
    }

    private void bundle() throws Exception {
        JobfeedBundle.bind(context, BundleOptions.of(database));
        SyncFixture.loadRoutes(context);
    }

    private void host(Host host, String uri) throws Exception {
        if (host == Host.GLOBAL_ROUTE_CONFIGURATION) {
            context.addRoutes(globalRouteConfiguration());
        }
        if (host == Host.CONTEXT_DEAD_LETTERS) {
            context.getCamelContextExtension().setErrorHandlerFactory(deadLetters());
        }
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                if (host == Host.BUILDER_ON_EXCEPTION) {
                    onException(Exception.class).handled(true).to("mock:handled");
                }
                RouteDefinition route = from("direct:host").routeId("host");
                switch (host) {
                    case ROUTE_ON_EXCEPTION ->
                        route.onException(Exception.class)
                                .handled(true)
                                .to("mock:handled")
                                .end();
                    case TRANSACTED ->
                        route.onException(Exception.class)
                                .handled(true)
                                .to("mock:handled")
                                .end()
                                .transacted();
                    case CONTINUED ->
                        route.onException(Exception.class)
                                .continued(true)
                                .to("mock:handled")
                                .end();
                    case NOT_HANDLED ->
                        route.onException(Exception.class).to("mock:handled").end();
                    case REDELIVERY ->
                        route.onException(Exception.class)
                                .maximumRedeliveries(2)
                                .redeliveryDelay(0)
                                .handled(true)
                                .to("mock:handled")
                                .end();
                    case ROUTE_DEAD_LETTERS -> route.errorHandler(deadLetters());
                    default -> {}
                }
                if (host == Host.DO_TRY) {
                    route.doTry()
                            .to(uri)
                            .doCatch(Exception.class)
                            .to("mock:handled")
                            .end()
                            .to("mock:after");
                } else {
                    route.to(uri).to("mock:after");
                }
            }
        });
    }

    private static RoutesBuilder globalRouteConfiguration() {
        return new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration().onException(Exception.class).handled(true).to("mock:handled");
            }
        };
    }

    private static DeadLetterChannelBuilder deadLetters() {
        return new DeadLetterChannelBuilder("mock:handled");
    }

    private Exchange call(Entry entry) {
        return context.createProducerTemplate().send("direct:host", exchange -> {
            exchange.getMessage().setHeader("orderNumber", "4711");
            exchange.getMessage().setBody("the host's");
            switch (entry) {
                case COMPANY_PROFILE, COMPANY_KAMELET -> exchange.getMessage().setBody(company());
                case JOBO_API -> {
                    exchange.setVariable("joboPath", "/api/jobs/expired");
                    exchange.setVariable("joboQuery", "expired_since=2026-01-01T00:00:00Z");
                    exchange.getMessage().setBody(null);
                }
                case JOBBY_API -> {
                    exchange.setVariable("jobbyPath", "/queue/status");
                    exchange.getMessage().setBody(null);
                }
                case JOBBY_QUEUE_JOIN ->
                    exchange.getMessage()
                            .setBody(sandbox.jobby().fair().liveEvents().get(0).id());
                default -> {}
            }
        });
    }

    private String company() {
        String job = sandbox.data().json(sandbox.data().activeIds().findFirst().orElseThrow());
        return SyncFixture.parse(job).at("/company/id").textValue();
    }

    private static Throwable caught(Exchange exchange) {
        return exchange.getProperty(Exchange.EXCEPTION_CAUGHT, Throwable.class);
    }

    private MockEndpoint mock(String name) {
        return context.getEndpoint("mock:" + name, MockEndpoint.class);
    }

    private List<Exchange> handled() {
        return mock("handled").getReceivedExchanges();
    }

    private long requests() {
        return sandbox.log().entries().size();
    }

    private void assertHostHandledIt(Host host, Exchange result, Predicate failure) {
        assertThat(handled()).singleElement().satisfies(exchange -> {
            assertThat(failure.matches(exchange))
                    .as(() -> "caught " + caught(exchange))
                    .isTrue();
            assertThat(caught(exchange).getSuppressed()).hasSizeLessThan(host.deliveries());
            assertThat(exchange.getMessage().getHeaders()).containsEntry("orderNumber", "4711");
            assertThat(exchange.getMessage().getHeaders().keySet())
                    .noneMatch(name -> name.matches("X-Api-Key|Authorization|Idempotency-Key"));
        });
        if (host == Host.NOT_HANDLED) {
            assertThat(result.getException()).isNotNull();
        } else {
            assertThat(result.getException()).isNull();
        }
        assertThat(mock("after").getReceivedCounter()).isEqualTo(host.continues() ? 1 : 0);
        assertThat(result.getMessage().getHeaders()).containsEntry("orderNumber", "4711");
        if (host != Host.NOT_HANDLED) {
            assertThat(result.getMessage().getHeaders().keySet()).noneMatch(name -> name.startsWith("CamelRedeliver"));
        }
        assertThat(result.isRollbackOnly()).isFalse();
    }

    private static boolean isRefusal(Exchange exchange, Entry entry) {
        return entry.isJobby()
                ? ObjectHelper.getException(JobbyException.class, caught(exchange)) != null
                : ObjectHelper.getException(HttpOperationFailedException.class, caught(exchange))
                                .getStatusCode()
                        == 401;
    }

    /** Combines every host with one entry, and every entry with the hosts that differ most. */
    static Stream<Arguments> hostsAndEntries() {
        Set<Host> some = EnumSet.of(Host.ROUTE_ON_EXCEPTION, Host.REDELIVERY, Host.TRANSACTED);
        return Stream.of(Entry.values()).flatMap(entry -> Stream.of(Host.values())
                .filter(host -> entry == Entry.COMPANY_PROFILE || some.contains(host))
                .map(host -> Arguments.of(host, entry)));
    }

    @ParameterizedTest
    @MethodSource("hostsAndEntries")
    void hostHandlesAWrongKey(Host host, Entry entry) throws Exception {
        properties.setProperty("jobo.api-key", Sandbox.TEST_KEY.replace("not-a-secret", "not-the-right-secret"));
        host(host, entry.uri);
        bundle();
        context.start();

        Exchange result = call(entry);

        assertHostHandledIt(host, result, exchange -> isRefusal(exchange, entry));
        if (!entry.isJobby()) {
            assertThat(requests()).isEqualTo(host.deliveries());
        }
        if (entry == Entry.JOBS_SYNC || entry == Entry.CAREER_SITES_SYNC) {
            assertThatAttemptsEndedWith("unauthorized", host.deliveries());
        }
    }

    static Stream<Arguments> entriesAndDatabases() {
        return Stream.of(Entry.values())
                .filter(entry -> entry != Entry.JOBO_API && entry != Entry.JOBBY_API)
                .flatMap(entry -> Stream.of("h2", "postgresql").map(kind -> Arguments.of(entry, kind)));
    }

    /** The transaction of the host uses the pool of the bundle, and is rolled back. */
    @ParameterizedTest
    @MethodSource("entriesAndDatabases")
    void bundleStoresOutsideOfTheHostsTransaction(Entry entry, String kind) throws Exception {
        properties.setProperty("jobby.token", Jobby.TEST_TOKEN);
        try (HikariDataSource pool = pool(url(kind), 4)) {
            use(pool);
            feed.execute("create table invoice (id integer primary key)");
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:host")
                            .onException(Exception.class)
                            .handled(true)
                            .to("mock:handled")
                            .markRollbackOnly()
                            .end()
                            .transacted()
                            .process(exchange -> feed.update("insert into invoice (id) values (7)"))
                            .to(entry.uri)
                            .process(
                                    exchange -> assertThat(feed.queryForObject("select id from invoice", Integer.class))
                                            .isEqualTo(7))
                            .throwException(new IllegalStateException("the host's own"));
                }
            });
            bundle();
            context.start();

            call(entry);

            assertThat(handled()).singleElement().satisfies(exchange -> assertThat(caught(exchange))
                    .hasMessage("the host's own"));
            assertThat(feed.queryForList("select id from invoice")).isEmpty();
            String stored =
                    switch (entry) {
                        case JOBS_SYNC, CAREER_SITES_SYNC ->
                            "select count(*) from sync_run where status = 'succeeded' and received > 0";
                        case JOBBY_QUEUE_JOIN -> "select count(*) from jobby_queue";
                        default -> "select count(*) from company_profile where fetched_at is not null";
                    };
            assertThat(feed.queryForObject(stored, Integer.class)).isEqualTo(1);
            assertThat(feed.queryForObject(
                            "select count(*) from sync_state where lease_owner is not null", Integer.class))
                    .isZero();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @Test
    void transactionAwareProxyOfTheHostIsNotUsed() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:host")
                        .errorHandler(noErrorHandler())
                        .transacted()
                        .to("direct:jobs-sync")
                        .rollback();
            }
        });
        JobfeedBundle.bind(context, BundleOptions.of(new TransactionAwareDataSourceProxy(database)));
        SyncFixture.loadRoutes(context);
        context.start();

        call(Entry.JOBS_SYNC);

        assertThat(feed.queryForObject("select status from sync_run", String.class))
                .isEqualTo("succeeded");
    }

    /** The pool has a second connection at the start, and none while the host's transactions hold all of them. */
    @Test
    void exhaustedConnectionPoolIsAClearFailure() throws Exception {
        try (HikariDataSource pool = pool(url("h2"), 2)) {
            use(pool);
            host(Host.TRANSACTED, "direct:jobs-sync");
            bundle();
            context.start();

            try (Connection another = pool.getConnection()) {
                assertThat(another.isValid(1)).isTrue();
                call(Entry.JOBS_SYNC);
            }

            assertThat(handled()).singleElement().satisfies(exchange -> assertThat(
                            ObjectHelper.getException(CannotGetJdbcConnectionException.class, caught(exchange)))
                    .hasStackTraceContaining("total=2"));
            assertThat(requests()).isZero();
            assertThat(context.createProducerTemplate()
                            .send("direct:jobs-sync", exchange -> {})
                            .getException())
                    .isNull();
            assertThat(pool.getHikariPoolMXBean().getActiveConnections()).isZero();
        }
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUTE_ON_EXCEPTION", "TRANSACTED"})
    void lostLeaseIsAFailureForTheHostWithoutAResult(Host host) throws Exception {
        sandbox.intercept(request -> {
            feed.update("update sync_state set lease_token = random_uuid(), lease_owner = 'another'");
            return Interceptor.pass();
        });
        host(host, "direct:jobs-sync");
        bundle();
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertHostHandledIt(host, result, exchange -> caught(exchange) instanceof LeaseLostException);
        assertThat(handled().get(0).getMessage().getBody()).isEqualTo("the host's");
        assertThat(feed.queryForObject("select status from sync_run", String.class))
                .isEqualTo("open");
        assertThat(feed.queryForObject("select count(*) from job", Integer.class))
                .isZero();
    }

    private void assertThatAttemptsEndedWith(String condition, int attempts) {
        assertThat(feed.queryForList(
                        "select status from sync_run where attempts = ? and last_error is not null",
                        String.class,
                        attempts))
                .containsExactly("open");
        assertThat(feed.queryForList("select condition from alert where cleared_at is null", String.class))
                .containsExactly(condition);
        assertThat(feed.queryForObject("select count(*) from sync_state where lease_owner is not null", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @EnumSource
    void hostHandlesMissingCreditsAndTheNextAttemptStartsClean(Host host) throws Exception {
        sandbox.faults(
                FaultRule.answer(402, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(host.deliveries()));
        host(host, "direct:jobs-sync");
        bundle();
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertHostHandledIt(
                host,
                result,
                exchange -> ObjectHelper.getException(HttpOperationFailedException.class, caught(exchange))
                                .getStatusCode()
                        == 402);
        assertThatAttemptsEndedWith("credits-exhausted", host.deliveries());
        assertThat(call(Entry.JOBS_SYNC).getException()).isNull();
        assertThat(feed.queryForObject("select status from sync_run", String.class))
                .isEqualTo("succeeded");
    }

    @ParameterizedTest
    @EnumSource(names = {"ROUTE_ON_EXCEPTION", "REDELIVERY", "CONTEXT_DEAD_LETTERS"})
    void hostHandlesALockedStream(Host host) throws Exception {
        host(host, "direct:jobs-sync");
        bundle();
        context.start();
        call(Entry.JOBS_SYNC);
        mock("after").reset();
        feed.update("update sync_state set lease_owner = 'another', lease_token = random_uuid(),"
                + " lease_expires_at = dateadd(second, 100, current_timestamp)");

        Exchange result = call(Entry.JOBS_SYNC);

        assertHostHandledIt(
                host,
                result,
                exchange -> ObjectHelper.getException(StreamLockedException.class, caught(exchange)) != null);
    }

    /** The retry budget applies to each attempt, independent of the host's error handling. */
    @ParameterizedTest
    @EnumSource
    void retriesAreTheSameUnderEveryHost(Host host) throws Exception {
        sandbox.faults(FaultRule.answer(503, Map.of(), "{}").on(Endpoint.JOBS_FEED));
        host(host, "direct:jobs-sync");
        bundle();
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertHostHandledIt(
                host,
                result,
                exchange -> ObjectHelper.getException(HttpOperationFailedException.class, caught(exchange))
                                .getStatusCode()
                        == 503);
        assertThat(sandbox.log().entries("/api/jobs/feed")).hasSize(6 * host.deliveries());
        assertThatAttemptsEndedWith("server-trouble", host.deliveries());
    }

    @ParameterizedTest
    @EnumSource
    void successfulRetryIsNoFailureForTheHost(Host host) throws Exception {
        sandbox.faults(
                FaultRule.answer(503, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(2),
                FaultRule.answer(500, Map.of(), "{}").on(Endpoint.COMPANY).times(2));
        host(host, "direct:both");
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:both")
                        .errorHandler(noErrorHandler())
                        .to("direct:jobs-sync")
                        .setBody(exchange -> company())
                        .to("direct:company-profile");
            }
        });
        bundle();
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertThat(result.getException()).isNull();
        assertThat(handled()).isEmpty();
        assertThat(mock("after").getReceivedCounter()).isEqualTo(1);
        assertThat(caught(result)).isNull();
        assertThat(result.getProperty("jobfeedRetryPolicy")).isNull();
        assertThat(result.getMessage().getHeaders().keySet()).noneMatch(name -> name.startsWith("CamelRedeliver"));
        assertThat(feed.queryForObject("select status from sync_run where last_error is null", String.class))
                .isEqualTo("succeeded");
    }

    /**
     * Camel marks an exchange whose failure an inner route has handled, and an outer error handler checks the mark.
     */
    @ParameterizedTest
    @EnumSource(names = {"ROUTE_ON_EXCEPTION", "NOT_HANDLED", "REDELIVERY", "CONTEXT_DEAD_LETTERS"})
    void laterFailureOfTheHostIsHandledByTheHost(Host host) throws Exception {
        sandbox.faults(FaultRule.answer(404, Map.of(), "{}").on(Endpoint.COMPANY));
        host(host, "direct:later");
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:later")
                        .errorHandler(noErrorHandler())
                        .to("direct:company-profile")
                        .throwException(new IllegalStateException("the host's own"));
            }
        });
        bundle();
        context.start();

        Exchange result = call(Entry.COMPANY_PROFILE);

        assertHostHandledIt(host, result, exchange -> caught(exchange) instanceof IllegalStateException);
    }

    /** Calls the bundle from within a host's error handler. */
    @ParameterizedTest
    @EnumSource(names = {"JOBS_SYNC", "COMPANY_PROFILE", "COMPANY_KAMELET"})
    void hostFailureSurvivesACallFromItsErrorHandler(Entry entry) throws Exception {
        sandbox.faults(FaultRule.answer(503, Map.of(), "{}").times(1));
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:host")
                        .onException(Exception.class)
                        .setBody(exchange -> company())
                        .to(entry.uri)
                        .to("mock:handled")
                        .end()
                        .throwException(new IllegalStateException("the host's own"));
            }
        });
        bundle();
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertThat(handled()).singleElement().satisfies(exchange -> assertThat(caught(exchange))
                .hasMessage("the host's own"));
        assertThat(result.getException()).hasMessage("the host's own");
        assertThat(requests()).isGreaterThan(1);
    }

    /** An error handler in the YAML of a host applies to the whole context after it is loaded. */
    @ParameterizedTest
    @EnumSource
    void contextWideErrorHandlerAppliesToTheHostOnly(Order order) throws Exception {
        String yaml = """
                - errorHandler:
                    deadLetterChannel:
                      deadLetterUri: mock:handled
                - route:
                    id: host
                    from:
                      uri: direct:host
                      steps:
                        - to: direct:jobs-sync
                        - to: mock:after
                """;
        sandbox.faults(
                FaultRule.answer(503, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(2),
                FaultRule.answer(402, Map.of(), "{}").on(Endpoint.JOBS_FEED).from(3));
        List<Resource> files = new ArrayList<>();
        JobfeedBundle.bind(context, BundleOptions.of(database));
        for (String name : ShippedRoutes.FILES) {
            files.add(PluginHelper.getResourceLoader(context)
                    .resolveResource("classpath:routes/" + name + ".camel.yaml"));
        }
        Resource host = ResourceHelper.fromString("host.camel.yaml", yaml);
        switch (order) {
            case HOST_FIRST -> {
                PluginHelper.getRoutesLoader(context).loadRoutes(host);
                PluginHelper.getRoutesLoader(context).loadRoutes(files);
            }
            case BUNDLE_FIRST -> {
                PluginHelper.getRoutesLoader(context).loadRoutes(files);
                PluginHelper.getRoutesLoader(context).loadRoutes(host);
            }
            case TOGETHER -> {
                files.add(host);
                PluginHelper.getRoutesLoader(context).loadRoutes(files);
            }
            default -> {
                PluginHelper.getRoutesLoader(context).loadRoutes(files);
                PluginHelper.getRoutesLoader(context).loadRoutes(host);
                context.getCamelContextExtension().setErrorHandlerFactory(deadLetters());
            }
        }
        context.start();

        Exchange result = call(Entry.JOBS_SYNC);

        assertHostHandledIt(
                Host.CONTEXT_DEAD_LETTERS,
                result,
                exchange -> ObjectHelper.getException(HttpOperationFailedException.class, caught(exchange))
                                .getStatusCode()
                        == 402);
        assertThat(sandbox.log().entries("/api/jobs/feed")).hasSize(3);
        assertThatAttemptsEndedWith("credits-exhausted", 1);
    }

    @Test
    void globalInterceptorOfTheHostSeesNoStepAndNoKey() throws Exception {
        context.addRoutes(new RouteConfigurationBuilder() {
            @Override
            public void configuration() {
                routeConfiguration().intercept().to("mock:intercepted");
                routeConfiguration().onCompletion().to("mock:completed");
            }
        });
        host(Host.ROUTE_ON_EXCEPTION, "direct:jobs-sync");
        bundle();
        context.start();

        assertThat(call(Entry.JOBS_SYNC).getException()).isNull();

        assertThat(mock("intercepted").getReceivedExchanges())
                .isNotEmpty()
                .allMatch(exchange -> "direct://host"
                        .equals(exchange.getProperty(ExchangePropertyKey.INTERCEPTED_ROUTE_ENDPOINT_URI)))
                .allMatch(exchange -> exchange.getMessage().getHeader("X-Api-Key") == null);
        assertThat(mock("completed").getReceivedCounter()).isEqualTo(1);
    }

    @Test
    void contextWideErrorHandlerOfAnotherFileDoesNotAffectTheRuntime(@TempDir Path home) throws Exception {
        Files.createDirectory(home.resolve("routes"));
        Files.writeString(home.resolve("routes/zz.camel.yaml"), """
                - errorHandler:
                    deadLetterChannel:
                      deadLetterUri: log:dead-letters
                """);
        try (ProcessFixture fixture = ProcessFixture.of("h2", home)) {
            fixture.with("jobfeed.home", home.toString()).with("jobfeed.jobs.schedule", "0/1 * * * * ?");
            fixture.sandbox.faults(
                    FaultRule.answer(402, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(1));

            JobfeedProcess runtime = fixture.start("run");

            runtime.awaitErr("Jobo answered 402");
            runtime.awaitErr("run 1 of jobs succeeded");
            assertThat(runtime.err()).doesNotContain("dead-letters");
        }
    }

    private enum Order {
        HOST_FIRST,
        BUNDLE_FIRST,
        TOGETHER,
        SET_IN_JAVA
    }
}
