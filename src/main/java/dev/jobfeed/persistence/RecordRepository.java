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
 * A feed's table: finds out what a page changes with one look-up, and writes only that. Joins the transaction of the
 * calling thread.
 */
public final class RecordRepository {

    private final FeedDefinition source;
    private final JdbcTemplate jdbc;
    private final Dialect database;
    private final SqlCatalog lookUp;
    private final Map<Writing, RecordStatement> statements = new ConcurrentHashMap<>();

    /** The store of a feed's rows. */
    public RecordRepository(FeedDefinition source, DataSource dataSource, Dialect database) {
        this.source = source;
        this.jdbc = new JdbcTemplate(dataSource);
        this.database = database;
        this.lookUp = SqlCatalog.read(source.table() + "-look-up", database);
    }

    /** What changes have in common that are one batch. */
    private record Writing(RecordChange.Action action, Set<ColumnGroup> parts) {}

    private record Stored(byte[] contentHash, OffsetDateTime updatedAt, boolean expired) {}

    /** What has to be written so that the table holds the rows; nothing for a row that is unchanged. */
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

    /** A row that does not say its age counts as newest, and a stored one that does not gives way. */
    private static boolean isOlder(FeedRecord row, OffsetDateTime stored) {
        return stored != null && row.updatedAt().map(stored::isAfter).orElse(false);
    }

    private Map<UUID, Stored> stored(List<FeedRecord> rows) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.query(
                lookUp.text(),
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

    /**
     * Writes changes, a batch for those that write the same parts; {@code at} becomes the time of the change. A row that somebody
     * else has written or deleted since the look-up is looked up again.
     */
    public void write(List<RecordChange> changes, OffsetDateTime at) {
        List<FeedRecord> missed = new ArrayList<>();
        // in the page's order: that of hash codes, in which rows would be locked, is another one in each process
        Map<Writing, List<RecordChange>> batches = changes.stream()
                .collect(Collectors.groupingBy(
                        change -> new Writing(change.action(), change.parts()),
                        LinkedHashMap::new,
                        Collectors.toList()));
        batches.forEach((writing, batch) -> {
            RecordStatement sql = statements.computeIfAbsent(writing, this::statement);
            int[] written = jdbc.batchUpdate(sql.text(), setter(sql, batch, at));
            for (int i = 0; i < written.length; i++) {
                if (written[i] == 0) {
                    missed.add(batch.get(i).row());
                }
            }
        });
        if (!missed.isEmpty()) {
            write(changes(missed), at);
        }
    }

    private RecordStatement statement(Writing writing) {
        String action = writing.action().name().toLowerCase(Locale.ROOT);
        return RecordStatement.read(source.table() + "-" + action, database, source.shape(), writing.parts());
    }

    /** Lets the rest of the transaction check at each statement what would be checked at its end. */
    public void checkAtOnce() {
        database.checkAtOnce(jdbc);
    }

    private static BatchPreparedStatementSetter setter(
            RecordStatement sql, List<RecordChange> batch, OffsetDateTime at) {
        return new BatchPreparedStatementSetter() {
            @Override
            public void setValues(PreparedStatement statement, int i) throws SQLException {
                sql.set(statement, batch.get(i), at);
            }

            @Override
            public int getBatchSize() {
                return batch.size();
            }
        };
    }
}
