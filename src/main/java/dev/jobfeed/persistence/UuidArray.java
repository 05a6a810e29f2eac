package dev.jobfeed.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import java.util.UUID;
import org.springframework.jdbc.core.support.AbstractSqlTypeValue;

/** Passes ids as one array parameter of a statement. */
public final class UuidArray extends AbstractSqlTypeValue {

    private final Object[] ids;

    public UuidArray(Collection<UUID> ids) {
        this.ids = ids.toArray();
    }

    @Override
    protected Object createTypeValue(Connection connection, int sqlType, String typeName) throws SQLException {
        return connection.createArrayOf("uuid", ids);
    }
}
