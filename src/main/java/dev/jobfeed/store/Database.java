package dev.jobfeed.store;

import dev.jobfeed.ConfigurationException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
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

    /** Where a connection looks for tables, in the form that {@link #searchPath(Connection, String)} takes. */
    public String searchPath(Connection connection) throws SQLException {
        if (this == H2) {
            return connection.getSchema();
        }
        try (Statement statement = connection.createStatement();
                ResultSet path = statement.executeQuery("select current_setting('search_path')")) {
            path.next();
            return path.getString(1);
        }
    }

    /** Lets a connection look for tables where it did before. */
    public void searchPath(Connection connection, String path) throws SQLException {
        if (this == H2) {
            connection.setSchema(path);
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement("select set_config('search_path', ?, false)")) {
            statement.setString(1, path);
            statement.execute();
        }
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
