package dev.jobfeed.tenant;

import dev.jobfeed.store.Database;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.Optional;
import javax.sql.DataSource;
import org.springframework.jdbc.datasource.DelegatingDataSource;

/** Connections of a pool that others use too, each in one tenant's schema from its opening to its closing. */
final class SchemaDataSource extends DelegatingDataSource {

    private final Database database;
    private final String schema;
    private final String pathOfOthers;

    private SchemaDataSource(DataSource pool, Database database, String schema, String pathOfOthers) {
        super(pool);
        this.database = database;
        this.schema = schema;
        this.pathOfOthers = pathOfOthers;
    }

    /** Connections in a schema; the pool itself when its connections are there already, or none is named. */
    static DataSource over(DataSource pool, Database database, Optional<String> schema) throws SQLException {
        if (schema.isEmpty()) {
            return pool;
        }
        try (Connection connection = pool.getConnection()) {
            return schema.get().equals(connection.getSchema())
                    ? pool
                    : new SchemaDataSource(pool, database, schema.get(), database.searchPath(connection));
        }
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
            connection.setSchema(schema);
        } catch (SQLException e) {
            connection.close();
            throw e;
        }
        return (Connection) Proxy.newProxyInstance(
                SchemaDataSource.class.getClassLoader(),
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
        try (connection) {
            if (!connection.isClosed()) {
                database.searchPath(connection, pathOfOthers);
            }
        } catch (SQLException e) {
            connection.abort(Runnable::run);
            throw e;
        }
    }
}
