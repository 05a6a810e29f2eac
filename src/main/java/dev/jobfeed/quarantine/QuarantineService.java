package dev.jobfeed.quarantine;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedResponseParser;
import dev.jobfeed.feed.RecordSchema;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.RecordChange;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.problem.DatabaseRejection;
import java.io.IOException;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** Lists and retries the rows in quarantine, which could not be stored. */
public final class QuarantineService {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final Map<FeedDefinition, RecordRepository> rows;
    private final Map<String, Consumer<String>> handlers = new ConcurrentHashMap<>();
    private final OutboxWriter outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    public QuarantineService(
            DataSource dataSource,
            Dialect database,
            Map<FeedDefinition, RecordRepository> rows,
            OutboxWriter outbox,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
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
        return jdbc.query(SqlCatalog.text("quarantine-list", database), Map.of(), QuarantineService::entry);
    }

    /** Returns the number of open entries. */
    public long openCount() {
        Long count = jdbc.queryForObject(SqlCatalog.text("quarantine-count", database), Map.of(), Long.class);
        return count == null ? 0 : count;
    }

    /** Returns an entry by its id, open or closed. */
    public Optional<Entry> find(long id) {
        return jdbc
                .query(SqlCatalog.text("quarantine-read", database), Map.of("id", id), QuarantineService::entry)
                .stream()
                .findFirst();
    }

    /**
     * Retries storing a row. A job that has expired in the meantime stays expired.
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
            jdbc.queryForList(
                    SqlCatalog.text("job-lock", database),
                    Map.of("id", page.rows().get(0).id()),
                    UUID.class);
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
        jdbc.update(SqlCatalog.text("quarantine-close-one", database), Map.of("id", entry.id(), "at", at));
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
