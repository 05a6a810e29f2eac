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
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Appends changes of jobs to the outbox, {@code job_change}, after the change and in its transaction, so that the lock
 * on the job determines the order. Appends nothing while {@code jobfeed.changes.to} is empty and there is no
 * subscriber.
 */
public final class OutboxWriter {

    /**
     * Time after which a subscription ends unless it is renewed, so that the outbox of an abandoned store does not fill
     * the disk.
     */
    private static final Duration SUBSCRIPTION_DURATION = Duration.ofDays(30);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final JobfeedProperties settings;

    public OutboxWriter(DataSource dataSource, Dialect database, JobfeedProperties settings) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
        this.settings = settings;
    }

    /**
     * The pending events of the outbox.
     *
     * @param oldest when the first of them occurred; null when none is pending
     */
    public record Lag(long waiting, OffsetDateTime oldest) {}

    /**
     * Subscribes to the changes independently of {@code jobfeed.changes.to}. The subscription is stored in the
     * database, because another process may write to the store.
     */
    public void subscribe() {
        jdbc.update(SqlCatalog.text("outbox-subscribe", database), Map.of());
    }

    private boolean isEnabled() {
        return settings.text("jobfeed.changes.to").isPresent()
                || Boolean.TRUE.equals(jdbc.queryForObject(
                        SqlCatalog.text("outbox-is-subscribed", database),
                        Map.of("seconds", SUBSCRIPTION_DURATION.toSeconds()),
                        Boolean.class));
    }

    /** Returns the events of changed jobs, one per kind of change; none while nothing receives them. */
    public List<SqlParameterSource> changed(long runId, Collection<RecordChange> changes, OffsetDateTime at) {
        return changes.isEmpty() || !isEnabled()
                ? List.of()
                : changes.stream()
                        .collect(Collectors.groupingBy(
                                OutboxWriter::changeType,
                                Collectors.mapping(change -> change.row().id(), Collectors.toList())))
                        .entrySet()
                        .stream()
                        .map(type -> event(runId, type.getKey(), null, type.getValue(), at))
                        .toList();
    }

    /** Returns the event of expired jobs; none while nothing receives it. */
    public List<SqlParameterSource> expired(long runId, String reason, List<UUID> ids, OffsetDateTime at) {
        return ids.isEmpty() || !isEnabled() ? List.of() : List.of(event(runId, "expired", reason, ids, at));
    }

    /** Appends events. */
    public void append(List<SqlParameterSource> events) {
        jdbc.batchUpdate(SqlCatalog.text("outbox-append", database), events.toArray(SqlParameterSource[]::new));
    }

    private static String changeType(RecordChange change) {
        if (change.reactivates()) {
            return "reactivated";
        }
        return change.action() == RecordChange.Action.INSERT ? "created" : "updated";
    }

    private static SqlParameterSource event(long runId, String type, String reason, List<UUID> ids, OffsetDateTime at) {
        return new MapSqlParameterSource("ids", new UuidArray(ids))
                .addValue("change", type)
                .addValue("reason", reason, Types.VARCHAR)
                .addValue("run_id", runId)
                .addValue("at", at);
    }

    /** Returns the number of pending events, and the time of the oldest. */
    public Lag lag() {
        return jdbc.queryForObject(
                SqlCatalog.text("outbox-lag", database),
                Map.of(),
                (row, i) -> new Lag(row.getLong("waiting"), row.getObject("oldest", OffsetDateTime.class)));
    }
}
