package dev.jobfeed.persistence;

import dev.jobfeed.feed.ColumnGroup;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedRecord;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.UnparsedRecord;
import java.io.IOException;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
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
    private final SqlStatement storedRows;
    private final Map<BatchKey, RecordStatement> statements = new ConcurrentHashMap<>();

    /** Creates the repository of a feed. */
    public RecordRepository(FeedDefinition source, DataSource dataSource, Dialect database) {
        this.source = source;
        this.jdbc = new JdbcTemplate(dataSource);
        this.database = database;
        this.storedRows = SqlStatement.read(source.table() + "-look-up", database);
    }

    /** The common properties of the changes in a batch. */
    private record BatchKey(RecordChange.Action action, Set<ColumnGroup> parts) {}

    private record Stored(byte[] contentHash, byte[] rawHash, OffsetDateTime updatedAt, boolean expired) {}

    /**
     * A page compared with the stored rows.
     *
     * @param page the page, of which every row that is not stored as delivered is parsed
     * @param changes the changes needed to store its rows; none for an unchanged row
     */
    public record Comparison(FeedPage page, List<RecordChange> changes) {}

    /**
     * Compares a page with the stored rows, with one query. Parses the rows that are not stored as delivered.
     *
     * @throws IOException if such a row is not JSON
     */
    public Comparison compare(FeedPage page) throws IOException {
        List<UUID> ids = page.ids();
        if (ids.isEmpty()) {
            return new Comparison(page, List.of());
        }
        Map<UUID, Stored> stored = stored(ids);
        FeedPage parsed = page.unparsed().isEmpty()
                ? page
                : FeedResponseParser.parse(page, row -> !isStored(row, stored.get(row.id())), source.shape());
        return new Comparison(parsed, changes(parsed.rows(), stored));
    }

    private static boolean isStored(UnparsedRecord row, Stored stored) {
        return stored != null && !stored.expired() && row.isStoredAs(stored.contentHash(), stored.rawHash());
    }

    /** Returns the changes needed to store the rows; none for an unchanged row. */
    public List<RecordChange> changes(List<FeedRecord> rows) {
        return changes(rows, stored(rows.stream().map(FeedRecord::id).toList()));
    }

    /**
     * Returns updates that write every column of stored rows, whether or not the stored hash says that they differ; none
     * for a row that is not stored, or stored in a newer version.
     */
    public List<RecordChange> rewrites(List<FeedRecord> rows) {
        Map<UUID, Stored> stored = stored(rows.stream().map(FeedRecord::id).toList());
        return rows.stream()
                .filter(row -> stored.containsKey(row.id())
                        && !isOlder(row, stored.get(row.id()).updatedAt()))
                .map(row -> new RecordChange(
                        row,
                        RecordChange.Action.UPDATE,
                        ColumnGroup.ALL,
                        stored.get(row.id()).contentHash(),
                        stored.get(row.id()).expired()))
                .toList();
    }

    private static List<RecordChange> changes(List<FeedRecord> rows, Map<UUID, Stored> stored) {
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
            } else if (changed.isEmpty() && row.rawHash() != null && !Arrays.equals(row.rawHash(), before.rawHash())) {
                changes.add(new RecordChange(
                        row, RecordChange.Action.REHASH, Set.of(ColumnGroup.SCALAR), before.contentHash(), false));
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

    private Map<UUID, Stored> stored(List<UUID> ids) {
        Map<UUID, Stored> stored = new HashMap<>();
        jdbc.query(
                storedRows.text(),
                statement -> statement.setArray(1, statement.getConnection().createArrayOf("uuid", ids.toArray())),
                result -> {
                    stored.put(
                            result.getObject(1, UUID.class),
                            new Stored(
                                    result.getBytes(2),
                                    result.getBytes(3),
                                    result.getObject(4, OffsetDateTime.class),
                                    result.getBoolean(5)));
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
