package dev.jobfeed.jobby;

import dev.jobfeed.store.Database;
import dev.jobfeed.store.Sql;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The statements on what has to be sent on. */
public final class RelayStore {

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;

    public RelayStore(DataSource dataSource, Database database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Something that was not sent on yet.
     *
     * @param kind which table it is a row of: {@code match} or {@code webhook}
     * @param type what happened
     * @param eventId of the event in whose queue the match was made; nullable
     * @param payload a webhook's own JSON; null for a match
     */
    public record Item(String kind, String id, String type, String eventId, String payload, OffsetDateTime at) {

        /** The type, for expressions in routes. */
        public String getType() {
            return type;
        }

        /** The id, for expressions in routes. */
        public String getId() {
            return id;
        }
    }

    List<Item> waiting(int limit) {
        return jdbc.query(
                Sql.text("relay-waiting", database),
                Map.of("limit", limit),
                (row, i) -> new Item(
                        row.getString("kind"),
                        row.getString("id"),
                        row.getString("type"),
                        row.getString("event_id"),
                        row.getString("payload"),
                        row.getObject("at", OffsetDateTime.class)));
    }

    void done(Item item, OffsetDateTime at) {
        jdbc.update(Sql.text("relay-" + item.kind() + "-done", database), Map.of("id", item.id(), "at", at));
    }

    /** Ends the alerts of matches that a person was told of before a time. */
    void endMatches(OffsetDateTime before, OffsetDateTime at) {
        jdbc.update(Sql.text("match-over", database), Map.of("before", before, "at", at));
    }
}
