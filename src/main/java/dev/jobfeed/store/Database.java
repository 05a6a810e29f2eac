package dev.jobfeed.store;

import dev.jobfeed.ConfigurationException;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;

/** The databases there are statements and migrations for. */
public enum Database {
    /** The embedded default. */
    H2("h2"),
    /** Production; 15 or later. */
    POSTGRESQL("postgresql");

    private final String folder;

    Database(String folder) {
        this.folder = folder;
    }

    /**
     * Asks the database what it is.
     *
     * @throws ConfigurationException when it is one that the bundle has no schema for
     */
    public static Database of(DataSource dataSource) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String product = connection.getMetaData().getDatabaseProductName();
            return switch (product) {
                case "H2" -> H2;
                case "PostgreSQL" -> POSTGRESQL;
                default ->
                    throw new ConfigurationException(
                            "jobfeed.datasource.url leads to " + product + "; it takes H2 or PostgreSQL.");
            };
        }
    }

    String folder() {
        return folder;
    }

    /** Brings the schema up to date; the history table is the bundle's own, beside a host's. */
    public void migrate(DataSource dataSource, Optional<String> schema) {
        var flyway = Flyway.configure(Database.class.getClassLoader())
                .dataSource(dataSource)
                .locations("classpath:dev/jobfeed/db/" + folder)
                .table("jobfeed_schema_history")
                .baselineOnMigrate(true)
                .baselineVersion("0");
        schema.ifPresent(flyway::defaultSchema);
        flyway.load().migrate();
    }
}
