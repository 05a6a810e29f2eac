package dev.jobfeed.boot;

import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.Options;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Binds the bundle into the Camel context of a Spring Boot application, when {@code jobfeed.enabled} is true. Which
 * routes are loaded is the application's own {@code camel.main.routes-include-pattern}.
 */
@AutoConfiguration(afterName = "org.apache.camel.spring.boot.CamelAutoConfiguration")
@ConditionalOnProperty(name = "jobfeed.enabled", havingValue = "true")
public class JobfeedAutoConfiguration {

    /**
     * The bundle, bound before the routes are loaded. The tables come after the application's own migrations, which
     * refuse a schema that is not empty.
     */
    @Bean
    @Lazy(false)
    @DependsOnDatabaseInitialization
    JobfeedBundle jobfeedBundle(CamelContext context, BeanFactory beans, Environment environment) throws SQLException {
        String name = environment.getProperty("jobfeed.datasource.bean", "");
        DataSource dataSource =
                name.isBlank() ? beans.getBean(DataSource.class) : beans.getBean(name.strip(), DataSource.class);
        return JobfeedBundle.bind(context, Options.of(dataSource).withProperties(environment::getProperty));
    }
}
