package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.RecordSchema;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;

/** Writes one row. The setter of each parameter is determined once per statement, not for every row. */
final class RecordStatement {

    /** Sets one parameter of the statement. */
    private interface Parameter {
        void set(PreparedStatement statement, int index, RecordChange change, OffsetDateTime at) throws SQLException;
    }

    private final String text;
    private final List<Parameter> parameters;

    private RecordStatement(String text, List<Parameter> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /**
     * Reads the statement of this name, whose parameters are columns of the schema, without the columns of other column
     * groups.
     */
    static RecordStatement read(String name, Dialect database, RecordSchema shape, Set<ColumnGroup> parts) {
        SqlStatement sql = SqlStatement.read(name, database, column -> parts.contains(shape.part(column)));
        return new RecordStatement(
                sql.text(),
                sql.parameters().stream()
                        .map(column -> parameter(column, shape))
                        .toList());
    }

    private static Parameter parameter(String column, RecordSchema shape) {
        return switch (column) {
            case "id" ->
                (statement, index, change, at) ->
                        statement.setObject(index, change.row().id());
            case "extra" ->
                (statement, index, change, at) ->
                        statement.setString(index, change.row().extra());
            case "content_hash" ->
                (statement, index, change, at) ->
                        statement.setBytes(index, change.row().contentHash());
            case "raw_hash" ->
                (statement, index, change, at) ->
                        statement.setBytes(index, change.row().rawHash());
            case "stored_hash" -> (statement, index, change, at) -> statement.setBytes(index, change.storedHash());
            case "now" ->
                (statement, index, change, at) -> statement.setObject(index, at, Types.TIMESTAMP_WITH_TIMEZONE);
            default -> value(shape.position(column), shape);
        };
    }

    private static Parameter value(int position, RecordSchema shape) {
        int type = type(position, shape);
        return type == Types.VARCHAR
                ? (statement, index, change, at) ->
                        statement.setString(index, (String) change.row().values()[position])
                : (statement, index, change, at) ->
                        statement.setObject(index, change.row().values()[position], type);
    }

    private static int type(int position, RecordSchema shape) {
        if (position >= shape.fields().size()) {
            return Types.VARCHAR;
        }
        return switch (shape.fields().get(position).kind()) {
            case TEXT, JSON -> Types.VARCHAR;
            case BOOLEAN -> Types.BOOLEAN;
            case TIMESTAMP, LENIENT_TIMESTAMP -> Types.TIMESTAMP_WITH_TIMEZONE;
        };
    }

    String text() {
        return text;
    }

    /** Sets all parameters; {@code at} is the time of the change. */
    void set(PreparedStatement statement, RecordChange change, OffsetDateTime at) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).set(statement, i + 1, change, at);
        }
    }
}
