package dev.jobfeed.springboot;

import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.config.ConfigurationException;
import java.util.Map;
import javax.sql.DataSource;
import org.apache.camel.impl.DefaultCamelContext;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.springframework.context.support.GenericApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Tests which of an application's databases the bundle uses. */
class JobfeedAutoConfigurationTest {

    private static void bind(Map<String, Object> properties, String... dataSources) throws Exception {
        try (GenericApplicationContext application = new GenericApplicationContext();
                DefaultCamelContext context = new DefaultCamelContext()) {
            for (String name : dataSources) {
                application.registerBean(name, DataSource.class, JdbcDataSource::new);
            }
            application.getEnvironment().getPropertySources().addFirst(new MapPropertySource("test", properties));
            application.refresh();
            new JobfeedAutoConfiguration().jobfeedBundle(context, application, application.getEnvironment());
        }
    }

    @Test
    void severalDatabasesAreRejectedWithTheirNames() {
        assertThatThrownBy(() -> bind(Map.of(), "orders", "archive"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("jobfeed.datasource.bean is empty")
                .hasMessageContaining("orders, archive");
    }

    @Test
    void unknownDatabaseNameIsRejectedWithTheAvailableNames() {
        assertThatThrownBy(() -> bind(Map.of("jobfeed.datasource.bean", "jobs"), "orders"))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("jobfeed.datasource.bean is 'jobs'")
                .hasMessageContaining("orders");
    }

    @Test
    void missingDatabaseIsReported() {
        assertThatThrownBy(() -> bind(Map.of()))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("there is none");
    }
}
