package dev.jobfeed.run;

import dev.jobfeed.feed.AnswerReader;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.feed.RowShape;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.Outbox;
import dev.jobfeed.store.Refusal;
import dev.jobfeed.store.RowChange;
import dev.jobfeed.store.RowStore;
import dev.jobfeed.store.Sql;
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
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.TransactionTemplate;

/** The rows that could not be stored. */
public final class Quarantine {

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;
    private final Map<FeedSource, RowStore> rows;
    private final Map<String, Consumer<String>> others;
    private final Outbox outbox;
    private final TransactionTemplate transaction;
    private final Clock clock;

    /**
     * The quarantine of a store.
     *
     * @param others store, by their stream, the payloads of rows that are of no feed; in the transaction
     */
    public Quarantine(
            DataSource dataSource,
            Database database,
            Map<FeedSource, RowStore> rows,
            Map<String, Consumer<String>> others,
            Outbox outbox,
            TransactionTemplate transaction,
            Clock clock) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
        this.rows = rows;
        this.others = others;
        this.outbox = outbox;
        this.transaction = transaction;
        this.clock = clock;
    }

    /**
     * A row of {@code quarantine}.
     *
     * @param runId null when it was not received by a run, as the event of a webhook
     * @param jobId null when the row has no usable id
     * @param payload the row as it was delivered
     * @param closedAt when it stopped to need anybody's care; null until then
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

    /** The open entries, oldest first. */
    public List<Entry> open() {
        return jdbc.query(Sql.text("quarantine-list", database), Map.of(), Quarantine::entry);
    }

    /** How many entries are open. */
    public long openCount() {
        Long count = jdbc.queryForObject(Sql.text("quarantine-count", database), Map.of(), Long.class);
        return count == null ? 0 : count;
    }

    /** An entry by its id, open or closed. */
    public Optional<Entry> find(long id) {
        return jdbc.query(Sql.text("quarantine-read", database), Map.of("id", id), Quarantine::entry).stream()
                .findFirst();
    }

    /**
     * Tries once more to store a row; a job that has expired in the meantime stays expired.
     *
     * @return why it still cannot be stored; empty when the entry is closed now
     */
    public Optional<String> retry(Entry entry) {
        try {
            return store(entry);
        } catch (DataAccessException | TransactionException e) {
            return Optional.of(
                    Refusal.of(e).filter(Refusal::isOfRow).orElseThrow(() -> e).ofRow());
        }
    }

    private Optional<String> store(Entry entry) {
        OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
        Consumer<String> other = others.get(entry.stream());
        if (other != null) {
            transaction.executeWithoutResult(status -> {
                other.accept(entry.payload());
                close(entry, now);
            });
            return Optional.empty();
        }
        FeedSource source = FeedSource.of(entry.stream());
        RowStore store = rows.get(source);
        FeedPage page = read(entry, source.shape());
        if (!page.rejected().isEmpty()) {
            return Optional.of(page.rejected().get(0).reason());
        }
        transaction.executeWithoutResult(status -> {
            // so that it does not expire, or get its good version, between the look at it and the write
            jdbc.queryForList(
                    Sql.text("job-lock", database),
                    Map.of("id", page.rows().get(0).id()),
                    UUID.class);
            List<RowChange> changes = store.changes(page.rows()).stream()
                    .filter(change -> !change.reactivates())
                    .toList();
            store.write(changes, now);
            if (source == FeedSource.JOBS) {
                outbox.written(entry.runId(), changes, now);
            }
            close(entry, now);
        });
        return Optional.empty();
    }

    private void close(Entry entry, OffsetDateTime at) {
        jdbc.update(Sql.text("quarantine-close-one", database), Map.of("id", entry.id(), "at", at));
    }

    private static FeedPage read(Entry entry, RowShape shape) {
        try {
            return AnswerReader.row(entry.payload(), shape);
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
