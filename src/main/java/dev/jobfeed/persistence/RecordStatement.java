package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.RecordSchema;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Set;

/** A statement that writes one row. What each of its places takes is worked out once, not for every row. */
final class RecordStatement {

    /** Fills one place of the statement. */
    private interface Parameter {
        void set(PreparedStatement statement, int place, RecordChange change, OffsetDateTime at) throws SQLException;
    }

    private final String text;
    private final List<Parameter> parameters;

    private RecordStatement(String text, List<Parameter> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /** Reads the statement of this name, whose parameters are columns of the shape, without the columns of other parts. */
    static RecordStatement read(String name, Dialect database, RecordSchema shape, Set<ColumnGroup> parts) {
        SqlCatalog sql = SqlCatalog.read(name, database, column -> parts.contains(shape.part(column)));
        return new RecordStatement(
                sql.text(),
                sql.parameters().stream()
                        .map(column -> parameter(column, shape))
                        .toList());
    }

    private static Parameter parameter(String column, RecordSchema shape) {
        return switch (column) {
            case "id" ->
                (statement, place, change, at) ->
                        statement.setObject(place, change.row().id());
            case "extra" ->
                (statement, place, change, at) ->
                        statement.setString(place, change.row().extra());
            case "content_hash" ->
                (statement, place, change, at) ->
                        statement.setBytes(place, change.row().contentHash());
            case "stored_hash" -> (statement, place, change, at) -> statement.setBytes(place, change.storedHash());
            case "now" ->
                (statement, place, change, at) -> statement.setObject(place, at, Types.TIMESTAMP_WITH_TIMEZONE);
            default -> value(shape.position(column), shape);
        };
    }

    private static Parameter value(int position, RecordSchema shape) {
        int type = type(position, shape);
        return type == Types.VARCHAR
                ? (statement, place, change, at) ->
                        statement.setString(place, (String) change.row().values()[position])
                : (statement, place, change, at) ->
                        statement.setObject(place, change.row().values()[position], type);
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

    /** Fills all places; {@code at} is the time of the change. */
    void set(PreparedStatement statement, RecordChange change, OffsetDateTime at) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).set(statement, i + 1, change, at);
        }
    }
}
