package dev.jobfeed.persistence;

import dev.jobfeed.config.JobfeedProperties;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.UUID;
import java.util.stream.Collectors;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;

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

    private final SqlClient sql;
    private final JobfeedProperties settings;

    public OutboxWriter(SqlClient sql, JobfeedProperties settings) {
        this.sql = sql;
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
        sql.statement("outbox-subscribe").update();
    }

    private boolean isEnabled() {
        return settings.text("jobfeed.changes.to").isPresent()
                || sql.statement("outbox-is-subscribed")
                        .param("seconds", SUBSCRIPTION_DURATION.toSeconds())
                        .query(Boolean.class)
                        .single();
    }

    /** Returns the events of changed jobs, one per kind of change; none while nothing receives them. */
    public List<SqlParameterSource> changed(long runId, Collection<RecordChange> changes, OffsetDateTime at) {
        return changes.isEmpty() || !isEnabled()
                ? List.of()
                : changes.stream()
                        .filter(change -> change.action() != RecordChange.Action.REHASH)
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
        sql.batch("outbox-append", events);
    }

    private static String changeType(RecordChange change) {
        if (change.reactivates()) {
            return "reactivated";
        }
        return change.action() == RecordChange.Action.INSERT ? "created" : "updated";
    }

    private static SqlParameterSource event(long runId, String type, String reason, List<UUID> ids, OffsetDateTime at) {
        return new MapSqlParameterSource("ids", new SqlArrayValue("uuid", ids.toArray()))
                .addValue("change", type)
                .addValue("reason", reason, Types.VARCHAR)
                .addValue("run_id", runId)
                .addValue("at", at);
    }

    /** Returns the number of pending events, and the time of the oldest. */
    public Lag lag() {
        return sql.statement("outbox-lag")
                .query((row, i) -> new Lag(row.getLong("waiting"), row.getObject("oldest", OffsetDateTime.class)))
                .single();
    }
}
