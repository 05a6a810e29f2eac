package dev.jobfeed.jobby;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import dev.jobfeed.persistence.TextArray;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/** Runs the statements on {@code jobby_live_event}, in the caller's transaction. */
public final class LiveEventRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public LiveEventRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * A live event.
     *
     * @param title nullable
     * @param event the event as JSON
     */
    public record Listed(String id, String title, String event, OffsetDateTime firstSeenAt) {}

    /** Number of events that a list adds, and that it changes or reactivates. */
    record Changes(int created, int changed) {

        Changes plus(Changes other) {
            return new Changes(created + other.created, changed + other.changed);
        }
    }

    private record Stored(byte[] contentHash, boolean expired) {}

    /** Makes deferred constraints of the current transaction apply at each statement. */
    void checkAtOnce() {
        database.checkAtOnce(jdbc.getJdbcOperations());
    }

    /** Writes new, changed and reactivated events; unchanged events cause no write. */
    Changes write(Collection<LiveEvent> events, OffsetDateTime now) {
        Map<String, Stored> stored = new HashMap<>();
        jdbc.query(
                SqlCatalog.text("live-event-look-up", database), new MapSqlParameterSource("ids", ids(events)), row -> {
                    stored.put(
                            row.getString("id"),
                            new Stored(row.getBytes("content_hash"), row.getBoolean("is_expired")));
                });
        List<SqlParameterSource> created = new ArrayList<>();
        List<SqlParameterSource> changed = new ArrayList<>();
        for (LiveEvent event : events) {
            Stored before = stored.get(event.id());
            if (before == null) {
                created.add(parameters(event, now));
            } else if (before.expired() || !Arrays.equals(before.contentHash(), event.contentHash())) {
                changed.add(parameters(event, now));
            }
        }
        jdbc.batchUpdate(SqlCatalog.text("live-event-insert", database), created.toArray(SqlParameterSource[]::new));
        jdbc.batchUpdate(SqlCatalog.text("live-event-update", database), changed.toArray(SqlParameterSource[]::new));
        return new Changes(created.size(), changed.size());
    }

    /** Expires the events that are not listed; returns their number. */
    int expireAllBut(Collection<LiveEvent> events, OffsetDateTime now) {
        return jdbc.update(
                SqlCatalog.text("live-event-expire", database),
                new MapSqlParameterSource("ids", ids(events)).addValue("now", now));
    }

    /** Moves the watermark of a stream and records the origin of its store. */
    void listed(String stream, OffsetDateTime startedAt, String baseUrl) {
        jdbc.update(
                SqlCatalog.text("state-listed", database),
                Map.of("stream", stream, "started_at", startedAt, "base_url", baseUrl));
    }

    /** Lists the live events, latest first. */
    public List<Listed> live() {
        return jdbc.query(
                SqlCatalog.text("live-event-list", database),
                Map.of(),
                (row, i) -> new Listed(
                        row.getString("id"),
                        row.getString("title"),
                        row.getString("event"),
                        row.getObject("first_seen_at", OffsetDateTime.class)));
    }

    private static TextArray ids(Collection<LiveEvent> events) {
        return new TextArray(events.stream().map(LiveEvent::id).toList());
    }

    private static MapSqlParameterSource parameters(LiveEvent event, OffsetDateTime now) {
        return new MapSqlParameterSource()
                .addValue("id", event.id())
                .addValue("title", event.title(), Types.VARCHAR)
                .addValue("event", event.json())
                .addValue("content_hash", event.contentHash())
                .addValue("now", now);
    }
}
