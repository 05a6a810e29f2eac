package dev.jobfeed.jobby;

import dev.jobfeed.persistence.SqlClient;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;

/** Runs the statements on {@code jobby_live_event}, in the caller's transaction. */
public final class LiveEventRepository {

    private final SqlClient sql;

    public LiveEventRepository(SqlClient sql) {
        this.sql = sql;
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

    /** Writes new, changed and reactivated events; unchanged events cause no write. */
    Changes write(Collection<LiveEvent> events, OffsetDateTime now) {
        Map<String, Stored> stored = new HashMap<>();
        sql.statement("live-event-look-up").param("ids", ids(events)).query(row -> {
            stored.put(row.getString("id"), new Stored(row.getBytes("content_hash"), row.getBoolean("is_expired")));
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
        sql.batch("live-event-insert", created);
        sql.batch("live-event-update", changed);
        return new Changes(created.size(), changed.size());
    }

    /** Expires the events that are not listed; returns their number. */
    int expireAllBut(Collection<LiveEvent> events, OffsetDateTime now) {
        return sql.statement("live-event-expire")
                .param("ids", ids(events))
                .param("now", now)
                .update();
    }

    /** Lists the live events, latest first. */
    public List<Listed> live() {
        return sql.statement("live-event-list")
                .query((row, i) -> new Listed(
                        row.getString("id"),
                        row.getString("title"),
                        row.getString("event"),
                        row.getObject("first_seen_at", OffsetDateTime.class)))
                .list();
    }

    private static SqlArrayValue ids(Collection<LiveEvent> events) {
        return new SqlArrayValue("varchar", events.stream().map(LiveEvent::id).toArray());
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
