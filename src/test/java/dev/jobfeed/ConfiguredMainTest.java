package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.util.UUID;
import javax.sql.DataSource;
import org.apache.camel.main.Main;
import org.junit.jupiter.api.Test;
import org.springframework.jdbc.core.JdbcTemplate;

/** The bundle in a {@code camel-main} of somebody's, bound by properties alone. */
class ConfiguredMainTest {

    @Test
    void propertiesBindTheBundleToADatabaseThatTheyDescribe() throws Exception {
        Main main = new Main();
        try (Sandbox sandbox =
                Sandbox.start(SandboxOptions.builder().port(0).jobs(30).build())) {
            main.setDefaultPropertyPlaceholderLocation("false");
            main.addInitialProperty("camel.beans.hostDatabase", "#class:org.h2.jdbcx.JdbcDataSource");
            main.addInitialProperty(
                    "camel.beans.hostDatabase.url", "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
            main.addInitialProperty("camel.main.configuration-classes", "dev.jobfeed.JobfeedConfiguration");
            main.addInitialProperty("camel.main.routes-include-pattern", "classpath:routes/*.camel.yaml");
            main.addInitialProperty("jobfeed.datasource.bean", "hostDatabase");
            main.addInitialProperty("jobfeed.jobs.enabled", "false");
            main.addInitialProperty("jobo.api-key", Sandbox.TEST_KEY);
            main.addInitialProperty("jobo.base-url", sandbox.baseUrl());
            main.start();

            main.getCamelTemplate().sendBody("direct:jobs-sync", null);

            JdbcTemplate database = new JdbcTemplate(
                    main.getCamelContext().getRegistry().lookupByNameAndType("hostDatabase", DataSource.class));
            assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                    .isEqualTo(30);
        } finally {
            main.stop();
        }
    }
}
