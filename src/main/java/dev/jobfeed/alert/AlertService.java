package dev.jobfeed.alert;

import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.Problem;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.function.Predicate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;

/** Raises and clears the alerts of one tenant, in the caller's transaction. */
public final class AlertService {

    private final SqlClient sql;
    private final Clock clock;

    public AlertService(SqlClient sql, Clock clock) {
        this.sql = sql;
        this.clock = clock;
    }

    /** Raises an alert, unless one for the same condition is open. */
    public void raise(String stream, AlertCondition condition, String message, String remedy) {
        raise(stream, new Problem(condition, message, remedy));
    }

    /** Raises an alert, unless one for the same condition is open. */
    public void raise(String stream, Problem problem) {
        sql.statement("alert-raise")
                .paramSource(parameters(stream, problem, now()))
                .update();
    }

    /**
     * Raises an alert, or schedules an open one for another notification, at most once per {@code atMostEvery}. For
     * conditions that many responses report.
     */
    public void renotify(String stream, Problem problem, Duration atMostEvery) {
        OffsetDateTime now = now();
        MapSqlParameterSource parameters = parameters(stream, problem, now).addValue("before", now.minus(atMostEvery));
        sql.statement("alert-raise-spaced").paramSource(parameters).update();
        sql.statement("alert-renotify").paramSource(parameters).update();
    }

    private static MapSqlParameterSource parameters(String stream, Problem problem, OffsetDateTime at) {
        return new MapSqlParameterSource()
                .addValue("stream", stream)
                .addValue("condition", problem.condition())
                .addValue("message", problem.message())
                .addValue("remedy", problem.remedy())
                .addValue("at", at);
    }

    /** Clears an alert, if it is open. */
    public void clear(String stream, AlertCondition condition) {
        clear(stream, condition.id());
    }

    /** Clears the alert of one subject, if it is open. */
    public void clear(String stream, AlertCondition condition, String subject) {
        clear(stream, condition.id(subject));
    }

    private void clear(String stream, String condition) {
        sql.statement("alert-clear")
                .param("stream", stream)
                .param("condition", condition)
                .param("at", now())
                .update();
    }

    /** Clears every alert of a stream. */
    public void clearAll(String stream) {
        clearAllBut(stream, condition -> false);
    }

    /** Clears every alert of a stream except those with some conditions. */
    public void clearAllBut(String stream, Predicate<String> lasting) {
        open(stream).stream()
                .map(Alert::condition)
                .filter(lasting.negate())
                .forEach(condition -> clear(stream, condition));
    }

    /** Returns all open alerts. */
    public List<Alert> open() {
        return open(null);
    }

    /**
     * Returns the open alerts of a stream.
     *
     * @param stream null for all streams
     */
    public List<Alert> open(String stream) {
        return sql.statement("alert-open")
                .param("stream", stream, Types.VARCHAR)
                .query(AlertService::alert)
                .list();
    }

    /** Returns the alerts that were raised or cleared without a notification so far. */
    public List<Alert> pendingNotifications() {
        return sql.statement("alert-pending").query(AlertService::alert).list();
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
    }

    private static Alert alert(ResultSet row, int i) throws SQLException {
        return new Alert(
                row.getLong("id"),
                row.getString("stream"),
                row.getString("condition"),
                row.getString("message"),
                row.getString("remedy"),
                row.getObject("raised_at", OffsetDateTime.class),
                row.getObject("cleared_at", OffsetDateTime.class));
    }
}
