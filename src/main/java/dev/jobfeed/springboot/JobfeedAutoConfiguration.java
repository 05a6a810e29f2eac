package dev.jobfeed.springboot;

import dev.jobfeed.BundleOptions;
import dev.jobfeed.JobfeedBundle;
import dev.jobfeed.config.ConfigurationException;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.apache.camel.CamelContext;
import org.springframework.beans.factory.NoSuchBeanDefinitionException;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.sql.init.dependency.DependsOnDatabaseInitialization;
import org.springframework.context.ApplicationContext;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/**
 * Binds the bundle into the Camel context of a Spring Boot application if {@code jobfeed.enabled} is true. The
 * application selects the routes with {@code camel.main.routes-include-pattern}.
 */
@AutoConfiguration(afterName = "org.apache.camel.spring.boot.CamelAutoConfiguration")
@ConditionalOnProperty(name = "jobfeed.enabled", havingValue = "true")
public class JobfeedAutoConfiguration {

    /**
     * Binds the bundle before the routes are loaded, and after the application's own migrations, which fail on a schema
     * that is not empty.
     */
    @Bean
    @Lazy(false)
    @DependsOnDatabaseInitialization
    JobfeedBundle jobfeedBundle(CamelContext context, ApplicationContext beans, Environment environment)
            throws SQLException {
        String name = environment.getProperty("jobfeed.datasource.bean", "");
        DataSource dataSource = name.isBlank() ? unique(beans) : named(beans, name.strip());
        return JobfeedBundle.bind(context, BundleOptions.of(dataSource).withProperties(environment::getProperty));
    }

    private static DataSource named(ApplicationContext beans, String name) {
        try {
            return beans.getBean(name, DataSource.class);
        } catch (NoSuchBeanDefinitionException e) {
            throw new ConfigurationException(
                    "jobfeed.datasource.bean is '" + name + "'; it takes the name of a DataSource of the application: "
                            + names(beans) + ".",
                    e);
        }
    }

    private static DataSource unique(ApplicationContext beans) {
        DataSource dataSource = beans.getBeanProvider(DataSource.class).getIfUnique();
        if (dataSource == null) {
            throw new ConfigurationException("jobfeed.datasource.bean is empty, and the application has no DataSource"
                    + " that is the only or the primary one; it takes the name of one of them: " + names(beans) + ".");
        }
        return dataSource;
    }

    private static String names(ApplicationContext beans) {
        String names = String.join(", ", beans.getBeanNamesForType(DataSource.class));
        return names.isEmpty() ? "there is none" : names;
    }
}
