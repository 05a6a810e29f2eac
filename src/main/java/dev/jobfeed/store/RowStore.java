package dev.jobfeed.store;

import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.feed.Row;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A feed's table: finds out what a page changes with one look-up, and writes only that. Joins the transaction of the
 * calling thread.
 */
public final class RowStore {

    private final JdbcTemplate jdbc;
    private final Sql lookUp;
    private final Map<RowChange.Action, RowStatement> statements = new EnumMap<>(RowChange.Action.class);

    /** The store of a feed's rows. */
    public RowStore(FeedSource source, DataSource dataSource, Database database) {
        this.jdbc = new JdbcTemplate(dataSource);
        this.lookUp = Sql.read(source.table() + "-look-up", database);
        statements.put(
                RowChange.Action.INSERT, RowStatement.read(source.table() + "-insert", database, source.shape()));
        statements.put(
                RowChange.Action.UPDATE, RowStatement.read(source.table() + "-update", database, source.shape()));
        if (source.isExpiring()) {
            statements.put(
                    RowChange.Action.REACTIVATE,
                    RowStatement.read(source.table() + "-reactivate", database, source.shape()));
        }
    }

    private record Stored(byte[] contentHash, OffsetDateTime updatedAt, boolean expired) {}

    /** What has to be written so that the table holds the rows; nothing for a row that is unchanged. */
    public List<RowChange> changes(List<Row> rows) {
        Map<UUID, Stored> stored = stored(rows);
        List<RowChange> changes = new ArrayList<>();
        for (Row row : rows) {
            Stored before = stored.get(row.id());
            if (before == null) {
                changes.add(new RowChange(row, RowChange.Action.INSERT, false));
            } else if (!Arrays.equals(before.contentHash(), row.contentHash()) && !isOlder(row, before.updatedAt())) {
                changes.add(new RowChange(row, RowChange.Action.UPDATE, before.expired()));
            } else if (before.expired()) {
                changes.add(new RowChange(row, RowChange.Action.REACTIVATE, true));
            }
        }
        return changes;
    }

    /** A row that does not say its age counts as newest, and a stored one that does not gives way. */
    private static boolean isOlder(Row row, OffsetDateTime stored) {
        return stored != null && row.updatedAt().map(stored::isAfter).orElse(false);
    }

    private Map<UUID, Stored> stored(List<Row> rows) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.query(
                lookUp.text(),
                statement -> statement.setArray(
                        1,
                        statement
                                .getConnection()
                                .createArrayOf(
                                        "uuid", rows.stream().map(Row::id).toArray())),
                result -> {
                    stored.put(
                            result.getObject(1, UUID.class),
                            new Stored(
                                    result.getBytes(2),
                                    result.getObject(3, OffsetDateTime.class),
                                    result.getBoolean(4)));
                });
        return stored;
    }

    /** Writes changes, a batch an action; {@code at} becomes the time of the change. */
    public void write(List<RowChange> changes, OffsetDateTime at) {
        statements.forEach((action, sql) -> {
            List<Row> rows = changes.stream()
                    .filter(change -> change.action() == action)
                    .map(RowChange::row)
                    .toList();
            if (!rows.isEmpty()) {
                jdbc.batchUpdate(sql.text(), setter(sql, rows, at));
            }
        });
    }

    private BatchPreparedStatementSetter setter(RowStatement sql, List<Row> rows, OffsetDateTime at) {
        return new BatchPreparedStatementSetter() {
            @Override
            public void setValues(PreparedStatement statement, int i) throws SQLException {
                sql.set(statement, rows.get(i), at);
            }

            @Override
            public int getBatchSize() {
                return rows.size();
            }
        };
    }
}
