package dev.jobfeed.alert;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Conditions of one tenant that need an operator, raised and cleared in the caller's transaction. */
public final class AlertService {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final Clock clock;

    public AlertService(DataSource dataSource, Dialect database, Clock clock) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
        this.clock = clock;
    }

    /** Raises an alert, unless the same condition lasts already. */
    public void raise(String stream, String condition, String message, String remedy) {
        jdbc.update(
                SqlCatalog.text("alert-raise", database),
                Map.of(
                        "stream",
                        stream,
                        "condition",
                        condition,
                        "message",
                        message,
                        "remedy",
                        remedy,
                        "at",
                        OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS)));
    }

    /**
     * Raises an alert, or has a lasting one told again, but neither sooner after the last time than {@code atMostEvery};
     * for what comes with many answers.
     */
    public void renotify(String stream, String condition, String message, String remedy, Duration atMostEvery) {
        OffsetDateTime now = OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS);
        Map<String, Object> parameters = Map.of(
                "stream",
                stream,
                "condition",
                condition,
                "message",
                message,
                "remedy",
                remedy,
                "at",
                now,
                "before",
                now.minus(atMostEvery));
        jdbc.update(SqlCatalog.text("alert-raise-spaced", database), parameters);
        jdbc.update(SqlCatalog.text("alert-renotify", database), parameters);
    }

    /** Ends a condition, if it lasts. */
    public void clear(String stream, String condition) {
        jdbc.update(
                SqlCatalog.text("alert-clear", database),
                Map.of(
                        "stream",
                        stream,
                        "condition",
                        condition,
                        "at",
                        OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS)));
    }

    /** Ends every condition of a stream but some. */
    public void clearAllBut(String stream, Set<String> lasting) {
        open(stream).stream()
                .map(Alert::condition)
                .filter(condition -> !lasting.contains(condition))
                .forEach(condition -> clear(stream, condition));
    }

    /** What lasts on a stream. */
    public List<Alert> open(String stream) {
        return jdbc.query(SqlCatalog.text("alert-open", database), Map.of("stream", stream), AlertService::alert);
    }

    /** Alerts whose beginning or end nobody was told of yet. */
    public List<Alert> pendingNotifications() {
        return jdbc.query(SqlCatalog.text("alert-pending", database), Map.of(), AlertService::alert);
    }

    /** Notes that an alert was told as it is. */
    public void markNotified(Alert alert) {
        jdbc.update(
                SqlCatalog.text("alert-mark-notified", database),
                new MapSqlParameterSource()
                        .addValue("id", alert.id())
                        .addValue("cleared", alert.clearedAt() != null)
                        .addValue("at", OffsetDateTime.now(clock).truncatedTo(ChronoUnit.MICROS)));
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
