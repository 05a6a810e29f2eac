package dev.jobfeed;

import java.sql.SQLException;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;

/**
 * Binds the bundle in a runtime that is configured by properties alone: name this class in
 * {@code camel.main.configuration-classes}.
 */
public final class JobfeedCamelConfiguration implements CamelConfiguration {

    @Override
    public void configure(CamelContext context) throws SQLException {
        JobfeedBundle.bind(context, BundleOptions.standard());
    }
}
