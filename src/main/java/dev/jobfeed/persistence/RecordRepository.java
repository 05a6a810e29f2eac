package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedRecord;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.BatchPreparedStatementSetter;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * Stores a feed's rows: determines with one query what a page changes, and writes only that. Joins the calling thread's
 * transaction.
 */
public final class RecordRepository {

    private final FeedDefinition source;
    private final JdbcTemplate jdbc;
    private final Dialect database;
    private final SqlCatalog storedRows;
    private final Map<BatchKey, RecordStatement> statements = new ConcurrentHashMap<>();

    /** Creates the repository of a feed. */
    public RecordRepository(FeedDefinition source, DataSource dataSource, Dialect database) {
        this.source = source;
        this.jdbc = new JdbcTemplate(dataSource);
        this.database = database;
        this.storedRows = SqlCatalog.read(source.table() + "-look-up", database);
    }

    /** The common properties of the changes in a batch. */
    private record BatchKey(RecordChange.Action action, Set<ColumnGroup> parts) {}

    private record Stored(byte[] contentHash, OffsetDateTime updatedAt, boolean expired) {}

    /** Returns the changes needed to store the rows; none for an unchanged row. */
    public List<RecordChange> changes(List<FeedRecord> rows) {
        Map<UUID, Stored> stored = stored(rows);
        List<RecordChange> changes = new ArrayList<>();
        for (FeedRecord row : rows) {
            Stored before = stored.get(row.id());
            if (before == null) {
                changes.add(new RecordChange(row, RecordChange.Action.INSERT, ColumnGroup.ALL, null, false));
                continue;
            }
            Set<ColumnGroup> changed = row.changedParts(before.contentHash());
            if (!changed.isEmpty() && !isOlder(row, before.updatedAt())) {
                changes.add(new RecordChange(
                        row, RecordChange.Action.UPDATE, changed, before.contentHash(), before.expired()));
            } else if (before.expired()) {
                changes.add(new RecordChange(
                        row, RecordChange.Action.REACTIVATE, Set.of(ColumnGroup.SCALAR), before.contentHash(), true));
            }
        }
        return changes;
    }

    /**
     * Returns whether a row is older than the stored one. A row without an update time counts as newest; a stored row
     * without one counts as older.
     */
    private static boolean isOlder(FeedRecord row, OffsetDateTime stored) {
        return stored != null && row.updatedAt().map(stored::isAfter).orElse(false);
    }

    private Map<UUID, Stored> stored(List<FeedRecord> rows) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.query(
                storedRows.text(),
                statement -> statement.setArray(
                        1,
                        statement
                                .getConnection()
                                .createArrayOf(
                                        "uuid",
                                        rows.stream().map(FeedRecord::id).toArray())),
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

    /** Groups changes into batches by action and column groups. */
    public List<RecordBatch> batches(List<RecordChange> changes, OffsetDateTime at) {
        // keeps the page's order: rows would otherwise be locked in hash order, which differs between processes
        Map<BatchKey, List<RecordChange>> byStatement = changes.stream()
                .collect(Collectors.groupingBy(
                        change -> new BatchKey(change.action(), change.parts()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        List<RecordBatch> batches = new ArrayList<>();
        byStatement.forEach((key, all) -> {
            for (int from = 0; from < all.size(); from += RecordBatch.MAX_SIZE) {
                List<RecordChange> some = all.subList(from, Math.min(all.size(), from + RecordBatch.MAX_SIZE));
                batches.add(new RecordBatch(source, key.action(), key.parts(), some, at));
            }
        });
        return batches;
    }

    /**
     * Writes changes; {@code at} becomes their time. If another transaction has changed or deleted a row since it was
     * compared, the row is compared again.
     */
    public void write(List<RecordChange> changes, OffsetDateTime at) {
        List<FeedRecord> missed = new ArrayList<>();
        for (RecordBatch batch : batches(changes, at)) {
            RecordStatement sql =
                    statements.computeIfAbsent(new BatchKey(batch.action(), batch.parts()), this::statement);
            int[] written = jdbc.batchUpdate(sql.text(), setter(sql, batch));
            for (int i = 0; i < written.length; i++) {
                if (written[i] == 0) {
                    missed.add(batch.changes().get(i).row());
                }
            }
        }
        if (!missed.isEmpty()) {
            write(changes(missed), at);
        }
    }

    private RecordStatement statement(BatchKey key) {
        String action = key.action().name().toLowerCase(Locale.ROOT);
        return RecordStatement.read(source.table() + "-" + action, database, source.shape(), key.parts());
    }

    private static BatchPreparedStatementSetter setter(RecordStatement sql, RecordBatch batch) {
        return new BatchPreparedStatementSetter() {
            @Override
            public void setValues(PreparedStatement statement, int i) throws SQLException {
                sql.set(statement, batch.changes().get(i), batch.at());
            }

            @Override
            public int getBatchSize() {
                return batch.changes().size();
            }
        };
    }
}
