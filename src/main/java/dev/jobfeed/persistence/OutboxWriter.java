package dev.jobfeed.persistence;

import dev.jobfeed.config.JobfeedProperties;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.stream.Collectors;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/**
 * Notes in {@code job_change} what happens to jobs, behind the change and in its transaction: the lock on the job is the
 * order of what happens to it. Notes nothing while {@code jobfeed.changes.to} is empty and nobody asks.
 */
public final class OutboxWriter {

    /** How long changes are noted for one who asked for them and asks no more; a store that is left alone fills no disk. */
    private static final Duration REMEMBERED = Duration.ofDays(30);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final JobfeedProperties settings;

    public OutboxWriter(DataSource dataSource, Dialect database, JobfeedProperties settings) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
        this.settings = settings;
    }

    /**
     * What waits to be sent.
     *
     * @param oldest when the first of it happened; null when nothing waits
     */
    public record Lag(long waiting, OffsetDateTime oldest) {}

    /**
     * Notes that somebody asks for the changes who does not go by {@code jobfeed.changes.to}. It is noted in the database,
     * because the process that writes to it may be another.
     */
    public void subscribe() {
        jdbc.update(SqlCatalog.text("outbox-subscribe", database), Map.of());
    }

    private boolean isWanted() {
        return settings.text("jobfeed.changes.to").isPresent()
                || Boolean.TRUE.equals(jdbc.queryForObject(
                        SqlCatalog.text("outbox-is-subscribed", database),
                        Map.of("seconds", REMEMBERED.toSeconds()),
                        Boolean.class));
    }

    /** Notes what a page did to its jobs. */
    public void append(long runId, Collection<RecordChange> changes, OffsetDateTime at) {
        if (!changes.isEmpty() && isWanted()) {
            changes.stream()
                    .collect(Collectors.groupingBy(
                            OutboxWriter::changeType,
                            Collectors.mapping(change -> change.row().id(), Collectors.toList())))
                    .forEach((word, ids) -> insert(runId, word, null, ids, at));
        }
    }

    private static String changeType(RecordChange change) {
        if (change.reactivates()) {
            return "reactivated";
        }
        return change.action() == RecordChange.Action.INSERT ? "created" : "updated";
    }

    /** Notes that jobs have expired. */
    public void expired(long runId, String reason, List<UUID> ids, OffsetDateTime at) {
        if (!ids.isEmpty() && isWanted()) {
            insert(runId, "expired", reason, ids, at);
        }
    }

    private void insert(long runId, String word, String reason, List<UUID> ids, OffsetDateTime at) {
        jdbc.update(
                SqlCatalog.text("outbox-append", database),
                new MapSqlParameterSource("ids", new UuidArray(ids))
                        .addValue("change", word)
                        .addValue("reason", reason, Types.VARCHAR)
                        .addValue("run_id", runId)
                        .addValue("at", at));
    }

    /** How much waits to be sent, and how long. */
    public Lag lag() {
        return jdbc.queryForObject(
                SqlCatalog.text("outbox-lag", database),
                Map.of(),
                (row, i) -> new Lag(row.getLong("waiting"), row.getObject("oldest", OffsetDateTime.class)));
    }
}
