package dev.jobfeed.quarantine;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.InvalidRecord;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.problem.DatabaseRejection;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stores, lists and retries the rows in quarantine, which could not be stored. Unless stated otherwise, joins the calling
 * thread's transaction.
 */
public final class QuarantineService {

    private final SqlClient sql;
    private final Map<FeedDefinition, RecordRepository> rows;
    private final Map<String, Consumer<String>> handlers = new ConcurrentHashMap<>();
    private final OutboxWriter outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public QuarantineService(
            SqlClient sql,
            Map<FeedDefinition, RecordRepository> rows,
            OutboxWriter outbox,
            TransactionTemplate transaction,
            Clock clock) {
        this.sql = sql;
        this.rows = rows;
        this.outbox = outbox;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * Registers how rows are stored for a stream that is not a feed.
     *
     * @param handler stores a payload, in the calling thread's transaction
     */
    public void register(String stream, Consumer<String> handler) {
        handlers.put(stream, handler);
    }

    /**
     * A row of {@code quarantine}.
     *
     * @param runId null when no run received it, as for the event of a webhook
     * @param jobId null when the row has no usable id
     * @param payload the row as delivered
     * @param closedAt when the entry was closed; null while it is open
     */
    public record Entry(
            long id,
            String stream,
            Long runId,
            UUID jobId,
            String reason,
            String payload,
            OffsetDateTime quarantinedAt,
            OffsetDateTime closedAt) {}

    /** Returns the open entries, oldest first. */
    public List<Entry> open() {
        return sql.statement("quarantine-list").query(QuarantineService::entry).list();
    }

    /** Returns the number of open entries. */
    public long openCount() {
        return sql.statement("quarantine-count").query(Long.class).single();
    }

    /** Returns an entry by its id, open or closed. */
    public Optional<Entry> find(long id) {
        return sql.statement("quarantine-read")
                .param("id", id)
                .query(QuarantineService::entry)
                .optional();
    }

    /**
     * Adds invalid rows. An identical open entry is kept unchanged; other open entries of the same job are closed.
     *
     * @param runId null when no run received them
     */
    public void add(String stream, Long runId, List<InvalidRecord> rejected, OffsetDateTime at) {
        List<SqlParameterSource> entries = entries(stream, runId, rejected, at);
        sql.batch("quarantine-replace", withJob(entries));
        sql.batch("quarantine-insert", entries);
    }

    /**
     * Returns the rows of {@code quarantine-insert} for invalid rows.
     *
     * @param runId null when no run received them
     */
    public static List<SqlParameterSource> entries(
            String stream, Long runId, List<InvalidRecord> rejected, OffsetDateTime at) {
        return rejected.stream()
                .<SqlParameterSource>map(row -> new MapSqlParameterSource("stream", stream)
                        .addValue("run_id", runId, Types.BIGINT)
                        .addValue("job_id", row.id(), Types.OTHER)
                        .addValue("reason", row.reason())
                        .addValue("payload", row.json())
                        .addValue("at", at))
                .toList();
    }

    /**
     * Returns the rows of {@code quarantine-replace}. A row without an id replaces no other, and H2 would compare it
     * with all entries.
     */
    public static List<SqlParameterSource> withJob(List<SqlParameterSource> entries) {
        return entries.stream().filter(row -> row.getValue("job_id") != null).toList();
    }

    /** Returns the parameters of {@code quarantine-close}, which closes the entries of rows with these ids. */
    public static SqlParameterSource resolved(String stream, Collection<UUID> ids, OffsetDateTime at) {
        return new MapSqlParameterSource("stream", stream)
                .addValue("at", at)
                .addValue("ids", new SqlArrayValue("uuid", ids.toArray()));
    }

    /** Deletes entries that were closed before a time. */
    public void purge(String stream, OffsetDateTime before) {
        sql.statement("quarantine-purge")
                .param("stream", stream)
                .param("before", before)
                .update();
    }

    /**
     * Retries storing a row in a transaction of its own. A job that has expired in the meantime stays expired.
     *
     * @return why it still cannot be stored; empty when the entry is now closed
     */
    public Optional<String> retry(Entry entry) {
        try {
            return store(entry);
        } catch (DataAccessException | TransactionException e) {
            return Optional.of(DatabaseRejection.of(e)
                    .filter(DatabaseRejection::isOfRow)
                    .orElseThrow(() -> e)
                    .ofRow());
        }
    }

    private Optional<String> store(Entry entry) {
        OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
        Consumer<String> registered = handlers.get(entry.stream());
        if (registered != null) {
            transaction.executeWithoutResult(status -> {
                registered.accept(entry.payload());
                close(entry, now);
            });
            return Optional.empty();
        }
        FeedDefinition source = FeedDefinition.of(entry.stream());
        RecordRepository store = rows.get(source);
        FeedPage page = read(entry, source.shape());
        if (!page.rejected().isEmpty()) {
            return Optional.of(page.rejected().get(0).reason());
        }
        transaction.executeWithoutResult(status -> {
            // locks the job, so that it neither expires nor receives a valid version between read and write
            sql.statement("job-lock")
                    .param("id", page.rows().get(0).id())
                    .query(UUID.class)
                    .list();
            List<RecordChange> changes = store.changes(page.rows()).stream()
                    .filter(change -> !change.reactivates())
                    .toList();
            store.write(changes, now);
            if (source == FeedDefinition.JOBS) {
                outbox.append(outbox.changed(entry.runId(), changes, now));
            }
            close(entry, now);
        });
        return Optional.empty();
    }

    private void close(Entry entry, OffsetDateTime at) {
        sql.statement("quarantine-close-one")
                .param("id", entry.id())
                .param("at", at)
                .update();
    }

    private static FeedPage read(Entry entry, RecordSchema shape) {
        try {
            return FeedResponseParser.row(entry.payload(), shape);
        } catch (IOException e) {
            throw new IllegalStateException("quarantine row " + entry.id() + " holds no JSON", e);
        }
    }

    private static Entry entry(ResultSet row, int i) throws SQLException {
        return new Entry(
                row.getLong("id"),
                row.getString("stream"),
                row.getObject("run_id", Long.class),
                row.getObject("job_id", UUID.class),
                row.getString("reason"),
                row.getString("payload"),
                row.getObject("quarantined_at", OffsetDateTime.class),
                row.getObject("closed_at", OffsetDateTime.class));
    }
}
