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
 * Provides connections of a pool that others use, too. From its opening to its closing, each connection uses
 * auto-commit, READ COMMITTED and one tenant's schema; it is returned to the pool with its original settings.
 *
 * <p>Spring binds a transaction's connection to the thread under its {@code DataSource}. This one is never the pool
 * itself, so that it does not join a transaction of the caller on the same pool: a page, a lease or a profile commits
 * regardless of the caller.
 */
public final class SchemaScopedDataSource extends DelegatingDataSource {

    private final Dialect database;
    private final Optional<String> schema;
    private final String originalSearchPath;
    private final boolean originalAutoCommit;
    private final int originalIsolation;

    private SchemaScopedDataSource(
            DataSource pool,
            Dialect database,
            Optional<String> schema,
            String originalSearchPath,
            boolean originalAutoCommit,
            int originalIsolation) {
        super(pool);
        this.database = database;
        this.schema = schema;
        this.originalSearchPath = originalSearchPath;
        this.originalAutoCommit = originalAutoCommit;
        this.originalIsolation = originalIsolation;
    }

    /** Creates a data source over a pool, for a schema if one is named. */
    public static DataSource over(DataSource pool, Dialect database, Optional<String> schema) throws SQLException {
        try (Connection connection = pool.getConnection()) {
            String current = connection.getSchema();
            return new SchemaScopedDataSource(
                    pool,
                    database,
                    schema.filter(name -> !name.equals(current)),
                    database.searchPath(connection),
                    connection.getAutoCommit(),
                    connection.getTransactionIsolation());
        }
    }

    /** Unwraps proxies that would provide the connection of the caller's transaction. */
    public static DataSource withoutTransactions(DataSource pool) {
        DataSource target = pool;
        while (target instanceof TransactionAwareDataSourceProxy proxy && proxy.getTargetDataSource() != null) {
            target = proxy.getTargetDataSource();
        }
        return target;
    }

    @Override
    public Connection getConnection() throws SQLException {
        return configure(super.getConnection());
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return configure(super.getConnection(username, password));
    }

    private Connection configure(Connection connection) throws SQLException {
        try {
            // first, because a rollback would revert the schema
            connection.setAutoCommit(true);
            if (originalIsolation != Connection.TRANSACTION_READ_COMMITTED) {
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
                        restore(connection);
                        return null;
                    }
                    try {
                        return method.invoke(connection, arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /**
     * Restores a connection. One that cannot be restored is aborted, because its next user would write to this schema.
     */
    private void restore(Connection connection) throws SQLException {
        try {
            if (!connection.isClosed()) {
                if (schema.isPresent()) {
                    database.searchPath(connection, originalSearchPath);
                }
                if (originalIsolation != Connection.TRANSACTION_READ_COMMITTED) {
                    connection.setTransactionIsolation(originalIsolation);
                }
                connection.setAutoCommit(originalAutoCommit);
            }
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
        connection.close();
    }
}
