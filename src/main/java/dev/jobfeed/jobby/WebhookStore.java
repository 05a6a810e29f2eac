package dev.jobfeed.jobby;

import dev.jobfeed.store.Database;
import dev.jobfeed.store.Sql;
import java.time.OffsetDateTime;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The statements on {@code jobby_webhook_event}. Joins the calling thread's transaction. */
final class WebhookStore {

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;

    WebhookStore(DataSource dataSource, Database database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Keeps an event; false when it is known. */
    boolean add(String id, String type, String payload, OffsetDateTime at) {
        return jdbc.update(
                        Sql.text("webhook-insert", database),
                        Map.of("id", id, "type", type, "payload", payload, "at", at))
                == 1;
    }
}
