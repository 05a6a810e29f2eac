package dev.jobfeed.jobby;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import java.time.OffsetDateTime;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Runs the statements on {@code jobby_webhook_event}, in the caller's transaction. */
public final class WebhookRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    WebhookRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Stores an event; false if it is known. */
    boolean add(String id, String type, String payload, OffsetDateTime at) {
        return jdbc.update(
                        SqlCatalog.text("webhook-insert", database),
                        Map.of("id", id, "type", type, "payload", payload, "at", at))
                == 1;
    }
}
