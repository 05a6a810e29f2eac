package dev.jobfeed.persistence;

import dev.jobfeed.config.ConfigurationException;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Optional;
import javax.sql.DataSource;
import org.postgresql.PGConnection;

/**
 * Checks the settings of a PostgreSQL server, or of a pooler in front of it, that would otherwise fail in the middle of
 * a run.
 */
final class PostgresCheck {

    /** Number of attempts, because another client of the pooler may take the session in between. */
    private static final int TRIES = 3;

    private PostgresCheck() {}

    /**
     * Checks the encoding, and whether a pooler assigns each transaction another session.
     *
     * @param schema the configured schema
     * @throws ConfigurationException when one of them does not work
     */
    static void check(DataSource dataSource, Optional<String> schema) throws SQLException {
        try (Connection connection = dataSource.getConnection()) {
            String encoding = text(connection, "select current_setting('server_encoding')");
            if (!encoding.equals("UTF8")) {
                throw new ConfigurationException("The database " + text(connection, "select current_database()")
                        + " has the encoding " + encoding + ", which has no place for most characters of a feed. Create"
                        + " one with: create database jobs encoding 'UTF8' template template0; and set"
                        + " jobfeed.datasource.url.");
            }
            checkPooler(dataSource, connection, schema);
        }
    }

    private static void checkPooler(DataSource dataSource, Connection connection, Optional<String> schema)
            throws SQLException {
        boolean isPrepared = !connection.isWrapperFor(PGConnection.class)
                || connection.unwrap(PGConnection.class).getPrepareThreshold() != 0;
        boolean isElsewhere = schema.isPresent() && !schema.get().equals(defaultSchema(connection));
        if ((isPrepared || isElsewhere) && isSharedByTransactions(dataSource, connection)) {
            throw new ConfigurationException(
                    "Between this process and PostgreSQL is a pooler in transaction mode, such as"
                            + " PgBouncer, where each transaction may get another session. Set prepareThreshold=0 in"
                            + " jobfeed.datasource.url (a parameter of the URL)"
                            + schema.map(name -> ", and the schema as the role's own: alter role ... set search_path = "
                                            + name + ";")
                                    .orElse("")
                            + ". Or set pool_mode=session for this database in the pooler, or let jobfeed.datasource.url lead to"
                            + " PostgreSQL itself.");
        }
    }

    /** Returns the schema that new sessions of the role start with. */
    private static String defaultSchema(Connection connection) throws SQLException {
        return text(connection, "select reset_val from pg_settings where name = 'search_path'")
                .replaceFirst(",.*", "")
                .replace("\"", "")
                .strip();
    }

    /** Returns whether a second connection can take over the session of the first between two of its transactions. */
    private static boolean isSharedByTransactions(DataSource dataSource, Connection first) throws SQLException {
        boolean isCommitting = first.getAutoCommit();
        first.setAutoCommit(true);
        try (Connection second = dataSource.getConnection()) {
            boolean isOtherCommitting = second.getAutoCommit();
            if (isSame(first, second)) {
                return false;
            }
            for (int i = 0; i < TRIES; i++) {
                String before = session(first);
                second.setAutoCommit(false);
                String taken = session(second);
                String after = session(first);
                second.rollback();
                if (!before.equals(after) || before.equals(taken)) {
                    return true;
                }
            }
            second.setAutoCommit(isOtherCommitting);
            return false;
        } finally {
            first.setAutoCommit(isCommitting);
        }
    }

    /** Returns whether a data source of a single connection has provided it twice. */
    private static boolean isSame(Connection first, Connection second) throws SQLException {
        return first.isWrapperFor(PGConnection.class)
                && second.isWrapperFor(PGConnection.class)
                && first.unwrap(PGConnection.class) == second.unwrap(PGConnection.class);
    }

    private static String session(Connection connection) throws SQLException {
        return text(connection, "select pg_backend_pid()");
    }

    private static String text(Connection connection, String query) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(query)) {
            result.next();
            return result.getString(1);
        }
    }
}
