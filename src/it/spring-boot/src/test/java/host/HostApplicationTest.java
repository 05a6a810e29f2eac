package host;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.UUID;
import java.util.jar.JarEntry;
import java.util.jar.JarFile;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.flywaydb.core.Flyway;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.springframework.boot.SpringApplication;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.util.ClassUtils;

/** Tests the start of a Spring Boot application with and without the bundle. */
class HostApplicationTest {

    private static Sandbox sandbox;

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private ConfigurableApplicationContext application;
    private JdbcTemplate database;

    @BeforeAll
    static void open() throws Exception {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(250).build());
    }

    @AfterAll
    static void close() {
        sandbox.close();
    }

    private void start(String... properties) {
        String[] own = {
            "--spring.datasource.url=" + url,
            "--jobo.base-url=" + sandbox.baseUrl(),
            "--jobo-key-of-the-host=" + Sandbox.TEST_KEY
        };
        application = SpringApplication.run(
                HostApplication.class,
                Stream.concat(Arrays.stream(own), Arrays.stream(properties).map(property -> "--" + property))
                        .toArray(String[]::new));
        database = new JdbcTemplate(application.getBean(DataSource.class));
    }

    @AfterEach
    void stop() {
        if (application != null) {
            application.close();
        }
    }

    private List<String> tables() {
        return database.queryForList(
                "select lower(table_name) from information_schema.tables where table_schema = 'PUBLIC'",
                String.class);
    }

    @Test
    void feedIsSyncedFromTheStartWithTheApplicationsSettings() {
        sandbox.log().clear();

        start();

        await().atMost(Duration.ofMinutes(1))
                .until(() -> database.queryForObject(
                                "select count(*) from sync_run where status = 'succeeded'", Integer.class)
                        == 1);
        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isPositive()
                .isLessThan(250);
        assertThat(sandbox.log().entries("/api/jobs/feed"))
                .isNotEmpty()
                .allMatch(request -> request.body().contains("\"batch_size\":100"))
                .allMatch(request -> request.body().contains("\"work_models\":[\"hybrid\",\"remote\"]"));
    }

    @Test
    void applicationSelectsTheStreams() throws Exception {
        sandbox.log().clear();

        start("jobfeed.jobs.enabled=false");

        CamelContext camel = application.getBean(CamelContext.class);
        assertThat(camel.getRoute("jobs-schedule")).isNull();
        assertThat(camel.getRouteController().getRouteStatus("jobs-sync").isStarted())
                .isTrue();
        assertThat(camel.getRouteController().getRouteStatus("invoices").isStarted())
                .isTrue();
        assertThat(sandbox.log().entries()).isEmpty();

        application.getBean(ProducerTemplate.class).sendBody("direct:jobs-sync", null);
        assertThat(database.queryForObject("select status from sync_run", String.class))
                .isEqualTo("succeeded");
    }

    @Test
    void yamlListFilterIsUsed() {
        sandbox.log().clear();

        assertThatThrownBy(() -> start(
                        "jobfeed.jobs.enabled=false",
                        "jobo.jobs.filter.work_models=",
                        "jobo.jobs.filter.sources[0]=ashby"))
                .rootCause()
                .hasMessageContaining("Set jobo.jobs.filter.sources, as one text");
        assertThat(sandbox.log().entries("/api/jobs/feed")).isEmpty();
    }

    @Test
    void applicationKeepsItsMigrationsAndTransactions() {
        start("jobfeed.jobs.enabled=false");

        assertThat(tables()).contains("invoice", "flyway_schema_history", "job", "jobfeed_schema_history");
        assertThat(application.getBean(Flyway.class).info().applied()).hasSize(1);
        assertThat(application.getBeansOfType(DataSource.class)).hasSize(1);
        assertThatThrownBy(() -> application.getBean(ProducerTemplate.class).sendBody("direct:invoices", 7))
                .hasRootCauseMessage("not today");
        assertThat(database.queryForObject("select count(*) from invoice", Integer.class))
                .isZero();
    }

    @Test
    void syncDoesNotJoinTheApplicationsTransaction() throws Exception {
        start("jobfeed.jobs.enabled=false");
        application.getBean(CamelContext.class).addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:transacted")
                        .errorHandler(noErrorHandler())
                        .transacted()
                        .to("sql:insert into invoice (id, paid) values (7, false)")
                        .to("direct:jobs-sync")
                        .throwException(new IllegalStateException("not today"));
            }
        });

        assertThatThrownBy(() -> application.getBean(ProducerTemplate.class).sendBody("direct:transacted", null))
                .hasRootCauseMessage("not today");

        assertThat(database.queryForObject("select count(*) from invoice", Integer.class))
                .isZero();
        assertThat(database.queryForObject("select status from sync_run", String.class))
                .isEqualTo("succeeded");
        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isPositive();
    }

    @Test
    void restartFindsBothSchemasUnchanged() {
        start("jobfeed.jobs.enabled=false");
        application.close();

        start("jobfeed.jobs.enabled=false");

        assertThat(application.getBean(CamelContext.class).isStarted()).isTrue();
    }

    @Test
    void disabledBundleAddsNothing() {
        start("jobfeed.enabled=false", "camel.main.routes-include-pattern=classpath:camel/*.camel.yaml");

        CamelContext camel = application.getBean(CamelContext.class);
        assertThat(application.getBeansOfType(JobfeedBundle.class)).isEmpty();
        assertThat(tables()).containsExactlyInAnyOrder("invoice", "flyway_schema_history");
        assertThat(camel.getComponentNames()).noneMatch(name -> name.startsWith("jobo"));
        assertThat(camel.getRoutes()).extracting(route -> route.getRouteId()).containsExactly("invoices");
    }

    @Test
    void commandLineAndItsDependenciesAreExcluded() throws Exception {
        try (JarFile jar = new JarFile(Path.of(JobfeedBundle.class
                        .getProtectionDomain()
                        .getCodeSource()
                        .getLocation()
                        .toURI())
                .toFile())) {
            assertThat(jar.stream().map(JarEntry::getName))
                    .contains("routes/jobs-sync.camel.yaml", "dev/jobfeed/console/version.txt")
                    .noneMatch(name -> name.matches("dev/jobfeed/(cli|sandbox)/.*|logback.*|.*[.]sh"));
        }
        assertThat(List.of("picocli.CommandLine", "org.postgresql.Driver", "io.vertx.core.Vertx"))
                .noneMatch(name -> ClassUtils.isPresent(name, null));
    }
}
