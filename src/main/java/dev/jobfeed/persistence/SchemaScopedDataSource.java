package dev.jobfeed.persistence;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;
import org.springframework.jdbc.datasource.TransactionAwareDataSourceProxy;

/**
 * Connections of a pool that others use too. Each commits by itself, is READ COMMITTED and in one tenant's schema from its opening to its
 * closing, and goes back as it was.
 *
 * <p>Spring binds a transaction's connection to the thread under its {@code DataSource}. This one is never the pool itself, so
 * that a transaction of the caller on the same pool is not joined: a page, a lease or a profile commits whatever the caller does.
 */
public final class SchemaScopedDataSource extends DelegatingDataSource {

    private final Dialect database;
    private final Optional<String> schema;
    private final String pathOfOthers;
    private final boolean isCommitting;
    private final int isolation;

    private SchemaScopedDataSource(
            DataSource pool,
            Dialect database,
            Optional<String> schema,
            String pathOfOthers,
            boolean isCommitting,
            int isolation) {
        super(pool);
        this.database = database;
        this.schema = schema;
        this.pathOfOthers = pathOfOthers;
        this.isCommitting = isCommitting;
        this.isolation = isolation;
    }

    /** Connections of a pool, in a schema when one is named. */
    public static DataSource over(DataSource pool, Dialect database, Optional<String> schema) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            String there = connection.getSchema();
            return new SchemaScopedDataSource(
                    pool,
                    database,
                    schema.filter(name -> !name.equals(there)),
                    database.searchPath(connection),
                    connection.getAutoCommit(),
                    connection.getTransactionIsolation());
        }
    }

    /** Removes proxies that would give out the connection of the caller's transaction. */
    public static DataSource withoutTransactions(DataSource pool) {
        DataSource own = pool;
        while (own instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            own = proxy.getTargetDataSource();
        }
        return own;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return enter(super.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return enter(super.getConnection(username, password));
    }

    private Connection enter(Connection connection) throws SQLException {
        try {
            // first, because a rollback would take the schema back
            connection.setAutoCommit(true);
            if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
                connection.setTransactionIsolation(Connection.TRANSACTION_READ_COMMITTED);
            }
            if (schema.isPresent()) {
                connection.setSchema(schema.get());
            }
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return (Connection) Proxy.newProxyInstance(
                SchemaScopedDataSource.class.getClassLoader(),
                new Class<?>[] {Connection.class},
                (proxy, method, arguments) -> {
                    if (method.getName().equals("close")) {
                        leave(connection);
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /** A connection that cannot be led back is not given back: the next one to take it would write to this schema. */
    private void leave(Connection connection) throws SQLException {
        try {
            if (!connection.isClosed()) {
                if (schema.isPresent()) {
                    database.searchPath(connection, pathOfOthers);
                }
                if (isolation != Connection.TRANSACTION_READ_COMMITTED) {
                    connection.setTransactionIsolation(isolation);
                }
                connection.setAutoCommit(isCommitting);
            }
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
        connection.close();
    }
}
