package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.time.Duration;
import java.util.List;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.timer.TimerEndpoint;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests the bundle in a host's {@code camel-main}, bound by properties only. */
class ConfiguredMainTest {

    private final Main main = new Main();
    private Sandbox sandbox;

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(30).build());
        main.setDefaultPropertyPlaceholderLocation("false");
        main.addInitialProperty("camel.beans.hostDatabase", "#class:org.h2.jdbcx.JdbcDataSource");
        main.addInitialProperty(
                "camel.beans.hostDatabase.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        main.addInitialProperty("camel.main.configuration-classes", "dev.jobfeed.JobfeedCamelConfiguration");
        main.addInitialProperty("camel.main.routes-include-pattern", "classpath:routes/*.camel.yaml");
        main.addInitialProperty("jobfeed.datasource.bean", "hostDatabase");
        main.addInitialProperty("jobfeed.jobs.enabled", "false");
        main.addInitialProperty("jobo.api-key", Sandbox.TEST_KEY);
        main.addInitialProperty("jobo.base-url", sandbox.baseUrl());
    }

    @AfterEach
    void stop() {
        main.stop();
        sandbox.close();
    }

    private JdbcTemplate database() {
        return new JdbcTemplate(
                main.getCamelContext().getRegistry().lookupByNameAndType("hostDatabase", DataSource.class));
    }

    @Test
    void propertiesBindTheBundleToADatabase() throws Exception {
        main.start();

        main.getCamelTemplate().sendBody("direct:jobs-sync", null);

        assertThat(database().queryForObject("select count(*) from active_job", Integer.class))
                .isEqualTo(30);
    }

    @Test
    void hostStatementWithoutADatabaseUsesTheHostsOnlyOne() throws Exception {
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:bare").to("sql:select count(*) from sync_run?outputType=SelectOne");
            }
        });
        main.start();

        assertThat(main.getCamelTemplate().requestBody("direct:bare", (Object) null, Integer.class))
                .isZero();
    }

    @Test
    void startLogsNeitherInternalPropertiesNorDisabledSchedules() throws Exception {
        List<String> lines;
        try (LogLines log = LogLines.of("org.apache.camel")) {
            main.addInitialProperty("greeting", "good day");
            main.configure().addRoutesBuilder(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:of-the-host").setBody().constant("{{greeting}}");
                }
            });
            main.start();
            lines = log.messages();
        }

        assertThat(lines).anyMatch(line -> line.contains("greeting = good day"));
        assertThat(lines).noneMatch(line -> line.contains("jobfeed-defaults") || line.contains("2099"));
        assertThat(lines)
                .filteredOn(line -> line.contains("is scheduled") || line.contains("Next fire date"))
                .isEmpty();
    }

    /**
     * Pooled exchanges are reused: the first pass of each split creates a copy, the later ones take it from the pool.
     */
    @Test
    void attemptsOnPooledExchangesSucceed() throws Exception {
        main.addInitialProperty("camel.main.exchange-factory", "pooled");
        main.addInitialProperty("camel.main.exchange-factory-statistics-enabled", "true");
        main.addInitialProperty("jobo.jobs.batch-size", "10");
        main.configure().addRoutesBuilder(new RouteBuilder() {
            @Override
            public void configure() {
                from("timer:of-the-host?delay=0&period=100").to("direct:jobs-sync");
            }
        });
        main.start();

        await().atMost(Duration.ofMinutes(1))
                .until(() -> database().queryForObject("select count(*) from sync_run", Integer.class) >= 5);

        assertThat(database().queryForObject("select count(*) from active_job", Integer.class))
                .isEqualTo(30);
        assertThat(database().queryForObject("select max(attempts) from sync_run", Integer.class))
                .isEqualTo(1);
        assertThat(database().queryForList("select condition from alert", String.class))
                .isEmpty();
        assertThat(main.getCamelContext()
                        .getCamelContextExtension()
                        .getExchangeFactoryManager()
                        .getExchangeFactories())
                .filteredOn(factory -> factory.getConsumer().getEndpoint() instanceof TimerEndpoint)
                .anyMatch(
                        factory -> factory.isPooled() && factory.getStatistics().getAcquiredCounter() > 0);
    }
}
