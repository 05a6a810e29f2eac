package dev.jobfeed.persistence;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.Collection;
import org.springframework.jdbc.core.support.AbstractSqlTypeValue;

/** Passes texts as one array parameter of a statement. */
public final class TextArray extends AbstractSqlTypeValue {

    private final Object[] texts;

    public TextArray(Collection<String> texts) {
        this.texts = texts.toArray();
    }

    @Override
    protected Object createTypeValue(Connection connection, int sqlType, String typeName) throws SQLException {
        return connection.createArrayOf("varchar", texts);
    }
}
