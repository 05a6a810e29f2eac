package dev.jobfeed.persistence;

import dev.jobfeed.config.ConfigurationException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationInfoService;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Supports the databases that the bundle has statements and migrations for. */
public enum Dialect {
    /** The embedded default. */
    H2("h2"),
    /** For production; version 15 or later. */
    POSTGRESQL("postgresql");

    private static final String HISTORY = "jobfeed_schema_history";
    private static final Pattern CREATED =
            Pattern.compile("(?m)^create (?:table|(?:or replace )?view) (?:if not exists )?(\\w+)");

    private final String folder;

    Dialect(String folder) {
        this.folder = folder;
    }

    /**
     * Detects the database of a data source.
     *
     * @throws ConfigurationException when the bundle does not support it
     */
    public static Dialect of(DataSource dataSource) throws SQLException {
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

    /** Returns the directory of statements for this database only. */
    public String folder() {
        return folder;
    }

    /**
     * Returns where a connection searches for tables, in the form that {@link #searchPath(Connection, String)} accepts.
     */
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

    /** Restores where a connection searches for tables. */
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

    /**
     * Migrates the schema if enabled, otherwise checks its version. The history table is the bundle's own, separate
     * from one of the host application.
     *
     * @throws ConfigurationException when the schema is outdated and must not be migrated, or has tables of another
     *     application
     */
    public void prepare(DataSource dataSource, Optional<String> schema, boolean migrate) throws SQLException {
        if (migrate) {
            migrate(dataSource, schema);
            return;
        }
        check(dataSource, schema);
        MigrationInfoService info = flyway(dataSource, schema).info();
        if (info.pending().length > 0) {
            throw new ConfigurationException(
                    "The schema is at version " + version(info) + ", this bundle needs version "
                            + last(info.pending())
                            + ", and jobfeed.datasource.migrate is false. Run jobfeed migrate (for a tenant with"
                            + " --tenant) as a user that may change the schema, or apply the output of jobfeed migrate --print.");
        }
    }

    /**
     * Checks that the database can store a feed, and that a pooler between keeps sessions together.
     *
     * @throws ConfigurationException with the settings that work when it cannot
     */
    public void check(DataSource dataSource, Optional<String> schema) throws SQLException {
        if (this == POSTGRESQL) {
            PostgresCheck.check(dataSource, schema);
        }
    }

    /** Returns whether the schema has the bundle's tables, in any version. */
    public boolean isPrepared(DataSource dataSource, Optional<String> schema) {
        return flyway(dataSource, schema).info().applied().length > 0;
    }

    /**
     * Migrates the schema and returns its resulting version.
     *
     * @throws ConfigurationException when the schema has tables of another application; nothing is created then
     */
    public String migrate(DataSource dataSource, Optional<String> schema) throws SQLException {
        check(dataSource, schema);
        Flyway flyway = flyway(dataSource, schema);
        if (flyway.info().applied().length == 0) {
            checkNames(dataSource, schema, flyway.info().pending());
        }
        try {
            flyway.migrate();
        } catch (FlywayException e) {
            // H2 keeps the executed part of a failed migration, which can be repeated without harm; a script that was
            // harmful has been corrected, and therefore differs from what an older version applied
            boolean isRepairable = this == H2
                    && Arrays.stream(flyway.info().all())
                            .anyMatch(migration -> migration.getState().isFailed() || !migration.isChecksumMatching());
            if (!isRepairable) {
                throw e;
            }
            flyway.repair();
            flyway.migrate();
        }
        return version(flyway.info());
    }

    /**
     * Checks for tables of another application: if there is no history table, which a migration creates first, a table
     * with a name that the migrations create belongs to another application.
     */
    private void checkNames(DataSource dataSource, Optional<String> schema, MigrationInfo[] migrations)
            throws SQLException {
        Set<String> existing = new TreeSet<>();
        String name;
        try (Connection connection = dataSource.getConnection()) {
            name = schema.isPresent() ? schema.get() : connection.getSchema();
            try (ResultSet tables = connection.getMetaData().getTables(connection.getCatalog(), name, null, null)) {
                while (tables.next()) {
                    existing.add(tables.getString("TABLE_NAME").toLowerCase(Locale.ROOT));
                }
            }
        }
        Set<String> created = new TreeSet<>();
        for (MigrationInfo migration : migrations) {
            CREATED.matcher(text(migration.getScript())).results().forEach(found -> created.add(found.group(1)));
        }
        boolean hasHistory = existing.contains(HISTORY);
        existing.retainAll(created);
        if (!hasHistory && !existing.isEmpty()) {
            throw new ConfigurationException("The schema " + name + " has tables of another application: "
                    + String.join(", ", existing)
                    + ". Nothing was created. Set jobfeed.datasource.schema to a schema of its"
                    + " own, such as jobfeed.");
        }
    }

    /**
     * Returns the SQL that {@link #migrate} would execute, including the history, for an administrator to apply; empty
     * when nothing is pending.
     */
    public Optional<String> script(DataSource dataSource, Optional<String> schema) throws SQLException, IOException {
        MigrationInfoService info = flyway(dataSource, schema).info();
        MigrationInfo[] pending = info.pending();
        if (pending.length == 0) {
            return Optional.empty();
        }
        StringBuilder script = new StringBuilder("-- from version " + version(info) + " to " + last(pending) + "\n");
        script.append(SqlStatement.text("schema-begin", this));
        schema.ifPresent(
                name -> script.append(SqlStatement.text("schema-use", this).replace(":schema", '"' + name + '"')));
        script.append(SqlStatement.text("schema-history", this));
        for (MigrationInfo migration : pending) {
            script.append("\n-- ").append(migration.getScript()).append('\n');
            script.append(text(migration.getScript()).strip()).append('\n');
            script.append(SqlStatement.text("schema-history-add", this)
                    .replace(":version", '\'' + migration.getVersion().toString() + '\'')
                    .replace(":description", '\'' + migration.getDescription() + '\'')
                    .replace(":script", '\'' + migration.getScript() + '\'')
                    .replace(":checksum", migration.getChecksum().toString()));
        }
        return Optional.of(script.append("commit;\n").toString());
    }

    private Flyway flyway(DataSource dataSource, Optional<String> schema) {
        FluentConfiguration flyway = Flyway.configure(Dialect.class.getClassLoader())
                .dataSource(new NoTimeoutDataSource(dataSource))
                .locations("classpath:" + migrations())
                .table(HISTORY)
                .baselineOnMigrate(true)
                .baselineVersion("0");
        schema.ifPresent(flyway::defaultSchema);
        return flyway.load();
    }

    private String migrations() {
        return "dev/jobfeed/db/" + folder;
    }

    private String text(String script) {
        try (InputStream in = Dialect.class.getResourceAsStream("/" + migrations() + "/" + script)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String version(MigrationInfoService info) {
        return info.current() == null ? "0" : info.current().getVersion().toString();
    }

    private static String last(MigrationInfo[] migrations) {
        return migrations[migrations.length - 1].getVersion().toString();
    }

    /**
     * Provides connections without a network timeout, because building an index over millions of rows takes more than
     * minutes. Restores the timeout before a connection returns to its pool, which may be the host application's.
     */
    private static final class NoTimeoutDataSource extends DelegatingDataSource {

        NoTimeoutDataSource(DataSource dataSource) {
            super(dataSource);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            int before = connection.getNetworkTimeout();
            if (before == 0) {
                return connection;
            }
            connection.setNetworkTimeout(Runnable::run, 0);
            return (Connection) Proxy.newProxyInstance(
                    Dialect.class.getClassLoader(), new Class<?>[] {Connection.class}, (proxy, method, arguments) -> {
                        if (method.getName().equals("close") && !connection.isClosed()) {
                            connection.setNetworkTimeout(Runnable::run, before);
                        }
                        try {
                            return method.invoke(connection, arguments);
                        } catch (InvocationTargetException e) {
                            throw e.getCause();
                        }
                    });
        }
    }
}
