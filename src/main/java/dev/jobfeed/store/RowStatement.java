package dev.jobfeed.store;

import dev.jobfeed.feed.Row;
import dev.jobfeed.feed.RowShape;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;

/** A statement that writes one row. What each of its places takes is worked out once, not for every row. */
final class RowStatement {

    /** Fills one place of the statement. */
    private interface Parameter {
        void set(PreparedStatement statement, int place, Row row, OffsetDateTime at) throws SQLException;
    }

    private final String text;
    private final List<Parameter> parameters;

    private RowStatement(String text, List<Parameter> parameters) {
        this.text = text;
        this.parameters = parameters;
    }

    /** Reads the statement of this name; its parameters are columns of the shape. */
    static RowStatement read(String name, Database database, RowShape shape) {
        Sql sql = Sql.read(name, database);
        return new RowStatement(
                sql.text(),
                sql.parameters().stream()
                        .map(column -> parameter(column, shape))
                        .toList());
    }

    private static Parameter parameter(String column, RowShape shape) {
        return switch (column) {
            case "id" -> (statement, place, row, at) -> statement.setObject(place, row.id());
            case "extra" -> (statement, place, row, at) -> statement.setString(place, row.extra());
            case "content_hash" -> (statement, place, row, at) -> statement.setBytes(place, row.contentHash());
            case "now" -> (statement, place, row, at) -> statement.setObject(place, at, Types.TIMESTAMP_WITH_TIMEZONE);
            default -> value(shape.position(column), shape);
        };
    }

    private static Parameter value(int position, RowShape shape) {
        int type = type(position, shape);
        return type == Types.VARCHAR
                ? (statement, place, row, at) -> statement.setString(place, (String) row.values()[position])
                : (statement, place, row, at) -> statement.setObject(place, row.values()[position], type);
    }

    private static int type(int position, RowShape shape) {
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
    void set(PreparedStatement statement, Row row, OffsetDateTime at) throws SQLException {
        for (int i = 0; i < parameters.size(); i++) {
            parameters.get(i).set(statement, i + 1, row, at);
        }
    }
}
