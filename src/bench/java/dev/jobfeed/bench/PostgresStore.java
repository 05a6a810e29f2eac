package dev.jobfeed.bench;

import dev.jobfeed.PostgresServer;
import dev.jobfeed.persistence.Dialect;
import java.io.IOException;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import java.util.OptionalLong;
import org.postgresql.ds.PGSimpleDataSource;

/** Provides a separate PostgreSQL server with default settings, except for those that would make runs unequal. */
final class PostgresStore implements Store {

    /** Prevents checkpoints and vacuum during a run; both are done between runs. */
    private static final String[] SETTINGS = {
        "max_wal_size=8GB", "checkpoint_timeout=1h", "autovacuum=off", "shared_preload_libraries=pg_stat_statements"
    };

    private final PostgresServer server;
    private final String version;
    private String url;

    PostgresStore() throws IOException, InterruptedException, SQLException {
        server = PostgresServer.startOwn(SETTINGS);
        server.execute("create extension pg_stat_statements");
        version = text(server.url("postgres"), "show server_version");
    }

    @Override
    public String label() {
        return "postgresql";
    }

    @Override
    public String product() {
        return "PostgreSQL";
    }

    @Override
    public String version() {
        return version;
    }

    @Override
    public void recreate() throws SQLException {
        if (url != null) {
            server.execute("drop database " + text(url, "select current_database()") + " with (force)");
        }
        url = server.create();
        PGSimpleDataSource dataSource = new PGSimpleDataSource();
        dataSource.setUrl(url);
        Dialect.POSTGRESQL.migrate(dataSource, Optional.empty());
    }

    @Override
    public void runMaintenance() throws SQLException {
        PostgresServer.executeIn(url, "vacuum analyze", "checkpoint");
    }

    @Override
    public String url() {
        return url + "&reWriteBatchedInserts=true";
    }

    @Override
    public String bundleUrl() {
        return url;
    }

    @Override
    public OptionalLong statements() throws SQLException {
        return OptionalLong.of(Long.parseLong(text(
                server.url("postgres"),
                "select sum(calls) from pg_stat_statements s join pg_database d on d.oid = s.dbid"
                        + " where d.datname = '" + text(url, "select current_database()") + "'")));
    }

    /** Returns the size of the write-ahead log, which contains every change of rows, indexes and long texts. */
    @Override
    public long bytesWritten() throws SQLException {
        return Long.parseLong(text(url, "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')"));
    }

    private static String text(String url, String query) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }

    @Override
    public void close() {
        server.close();
    }
}
