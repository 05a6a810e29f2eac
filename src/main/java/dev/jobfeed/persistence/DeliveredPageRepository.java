package dev.jobfeed.persistence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Stores in {@code delivered_page} when the feed last delivered which jobs as active, in the server's time. Joins the
 * calling thread's transaction.
 */
public final class DeliveredPageRepository {

    private final SqlClient sql;

    public DeliveredPageRepository(SqlClient sql) {
        this.sql = sql;
    }

    /**
     * The range in which a page was requested, by the server's present clock. An expiry before the earliest time
     * precedes the delivery, an expiry after the latest time follows it; between the two, the order is unknown.
     */
    public record Delivery(Instant earliest, Instant latest) {}

    /**
     * Returns the row of {@code delivered_page-insert}, with the jobs of a page whether or not their rows can be stored.
     *
     * @param requestedAt when the page was requested
     * @param setBackFrom the latest time that the server's clock may have shown before it was set back; null when it
     *     was not
     */
    public static SqlParameterSource delivery(
            long runId, OffsetDateTime requestedAt, OffsetDateTime setBackFrom, Collection<UUID> ids) {
        return new MapSqlParameterSource("run_id", runId)
                .addValue("earliest", requestedAt)
                .addValue(
                        "latest", setBackFrom == null || setBackFrom.isBefore(requestedAt) ? requestedAt : setBackFrom)
                .addValue("ids", new SqlArrayValue("uuid", ids.toArray()));
    }

    /** Returns the latest deliveries of some jobs, among pages that may have been delivered since a time. */
    public Map<UUID, Delivery> since(OffsetDateTime since, Collection<UUID> ids) {
        Map<UUID, Delivery> found = new HashMap<>();
        Set<UUID> requested = ids.isEmpty() ? Set.of() : new HashSet<>(ids);
        Long after = requested.isEmpty()
                ? null
                : sql.statement("delivered_page-after")
                        .param("since", since)
                        .query(Long.class)
                        .single();
        while (after != null) {
            List<Long> pages = sql.statement("delivered_page-since")
                    .param("behind", after)
                    .query((page, i) -> read(page, requested, found))
                    .list();
            after = pages.isEmpty() ? null : pages.get(pages.size() - 1);
        }
        return found;
    }

    /** Reads a page and returns its number. */
    private static long read(ResultSet page, Set<UUID> requested, Map<UUID, Delivery> found) throws SQLException {
        Delivery delivery = new Delivery(
                page.getObject(2, OffsetDateTime.class).toInstant(),
                page.getObject(3, OffsetDateTime.class).toInstant());
        for (Object id : (Object[]) page.getArray(4).getArray()) {
            if (requested.contains(id)) {
                found.put((UUID) id, delivery);
            }
        }
        return page.getLong(1);
    }

    /** Deletes pages requested before a time, except those of open runs. */
    public void purge(OffsetDateTime before) {
        sql.statement("delivered_page-purge").param("before", before).update();
    }

    /** Moves the earliest times of all pages back, because the server's clock may have been set back since. */
    public void shift(Duration by) {
        sql.statement("delivered_page-shift")
                .param("millis", by.plusNanos(999_999).toMillis())
                .update();
    }
}
