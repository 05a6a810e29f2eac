package dev.jobfeed.bench.contender;

import java.sql.Array;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;

/** Writes postings into the table job: one query, then one batch of inserts and one of updates. */
final class PostingTable {

    private final String select;
    private final String insert;
    private final String update;
    private final boolean hashes;

    /**
     * Creates the statements for PostgreSQL or H2.
     *
     * @param hashes whether rows are compared by their hash instead of updated_at
     */
    PostingTable(boolean postgresql, boolean hashes) {
        this.hashes = hashes;
        select = "select id, updated_at" + (hashes ? ", content_hash" : "") + " from job where id = any (?)";
        List<String> placeholders = new ArrayList<>();
        for (int i = 0; i < Columns.ALL.size(); i++) {
            boolean json = Columns.kind(i) == Columns.Kind.JSON;
            placeholders.add(!json ? "?" : postgresql ? "cast(? as jsonb)" : "? format json");
        }
        insert = "insert into job (" + String.join(", ", Columns.ALL)
                + ", content_hash, last_changed_at, id, first_seen_at) values (" + String.join(", ", placeholders)
                + ", ?, ?, ?, ?)";
        List<String> assignments = new ArrayList<>();
        for (int i = 0; i < placeholders.size(); i++) {
            assignments.add(Columns.ALL.get(i) + " = " + placeholders.get(i));
        }
        update = "update job set " + String.join(", ", assignments)
                + ", content_hash = ?, last_changed_at = ?, expired_at = null, expired_reason = null where id = ?";
    }

    private record StoredRow(byte[] hash, OffsetDateTime updatedAt) {}

    private boolean isChanged(Posting posting, StoredRow storedRow) {
        return hashes
                ? !Arrays.equals(storedRow.hash(), posting.hash()) && !isOlder(posting, storedRow.updatedAt())
                : posting.updatedAt() == null
                        || storedRow.updatedAt() == null
                        || posting.updatedAt().isAfter(storedRow.updatedAt());
    }

    /** Writes new and changed rows in the transaction of the connection. */
    void write(Connection connection, List<Posting> postings) throws SQLException {
        // an id that occurs twice in a page is one row
        Map<UUID, Posting> page = postings.stream()
                .collect(
                        Collectors.toMap(Posting::id, posting -> posting, (a, b) -> isOlder(b, a.updatedAt()) ? a : b));
        Map<UUID, StoredRow> stored = stored(connection, page);
        List<Posting> inserts = new ArrayList<>();
        List<Posting> updates = new ArrayList<>();
        for (Posting posting : page.values()) {
            StoredRow storedRow = stored.get(posting.id());
            if (storedRow == null) {
                inserts.add(posting);
            } else if (isChanged(posting, storedRow)) {
                updates.add(posting);
            }
        }
        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC);
        batch(connection, insert, inserts, now, true);
        batch(connection, update, updates, now, false);
    }

    private static boolean isOlder(Posting posting, OffsetDateTime stored) {
        return stored != null
                && posting.updatedAt() != null
                && posting.updatedAt().isBefore(stored);
    }

    private Map<UUID, StoredRow> stored(Connection connection, Map<UUID, Posting> page) throws SQLException {
        Map<UUID, StoredRow> stored = new HashMap<>();
        try (PreparedStatement statement = connection.prepareStatement(select)) {
            Array ids = connection.createArrayOf("uuid", page.keySet().toArray());
            statement.setArray(1, ids);
            try (ResultSet result = statement.executeQuery()) {
                while (result.next()) {
                    stored.put(
                            result.getObject(1, UUID.class),
                            new StoredRow(
                                    hashes ? result.getBytes(3) : null, result.getObject(2, OffsetDateTime.class)));
                }
            }
        }
        return stored;
    }

    private static void batch(
            Connection connection, String sql, List<Posting> postings, OffsetDateTime now, boolean isNew)
            throws SQLException {
        if (postings.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (Posting posting : postings) {
                bind(statement, posting, now, isNew);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    private static void bind(PreparedStatement statement, Posting posting, OffsetDateTime now, boolean isNew)
            throws SQLException {
        int index = 0;
        for (int i = 0; i < posting.values().length; i++) {
            statement.setObject(++index, posting.values()[i], type(Columns.kind(i)));
        }
        statement.setBytes(++index, posting.hash());
        statement.setObject(++index, now);
        statement.setObject(++index, posting.id());
        if (isNew) {
            statement.setObject(++index, now);
        }
    }

    private static int type(Columns.Kind kind) {
        return switch (kind) {
            case TEXT, JSON -> Types.VARCHAR;
            case BOOLEAN -> Types.BOOLEAN;
            case TIME -> Types.TIMESTAMP_WITH_TIMEZONE;
        };
    }
}
