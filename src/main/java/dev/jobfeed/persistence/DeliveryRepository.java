package dev.jobfeed.persistence;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.ResultSetExtractor;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Stores in {@code delivered_page} when the feed last delivered which jobs as active, in the server's time. Joins the
 * calling thread's transaction.
 */
public final class DeliveryRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public DeliveryRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * The range in which a page was requested, by the server's present clock. An expiry before the earliest time
     * precedes the delivery, an expiry after the latest time follows it; between the two, the order is unknown.
     */
    public record Delivery(Instant earliest, Instant latest) {}

    /**
     * Returns the row of {@code delivery-insert}, with the jobs of a page whether or not their rows can be stored.
     *
     * @param requestedAt when the page was requested
     * @param setBackFrom the latest time that the server's clock may have shown before it was set back; null when it
     *     was not
     */
    public static SqlParameterSource delivery(
            long runId, OffsetDateTime requestedAt, OffsetDateTime setBackFrom, UuidArray ids) {
        return new MapSqlParameterSource("run_id", runId)
                .addValue("earliest", requestedAt)
                .addValue(
                        "latest", setBackFrom == null || setBackFrom.isBefore(requestedAt) ? requestedAt : setBackFrom)
                .addValue("ids", ids, Types.ARRAY);
    }

    /** Returns the latest deliveries of some jobs, among pages that may have been delivered since a time. */
    public Map<UUID, Delivery> since(OffsetDateTime since, Collection<UUID> ids) {
        Map<UUID, Delivery> found = new HashMap<>();
        Set<UUID> requested = ids.isEmpty() ? Set.of() : new HashSet<>(ids);
        Long after = requested.isEmpty()
                ? null
                : jdbc.queryForObject(sql("delivery-after"), Map.of("since", since), Long.class);
        while (after != null) {
            after = jdbc.query(sql("delivery-since"), Map.of("behind", after), (ResultSetExtractor<Long>)
                    pages -> read(pages, requested, found));
        }
        return found;
    }

    /** Reads the pages and returns the last one; null when there were none. */
    private static Long read(ResultSet pages, Set<UUID> requested, Map<UUID, Delivery> found) throws SQLException {
        Long last = null;
        while (pages.next()) {
            last = pages.getLong(1);
            Delivery delivery = new Delivery(
                    pages.getObject(2, OffsetDateTime.class).toInstant(),
                    pages.getObject(3, OffsetDateTime.class).toInstant());
            for (Object id : (Object[]) pages.getArray(4).getArray()) {
                if (requested.contains(id)) {
                    found.put((UUID) id, delivery);
                }
            }
        }
        return last;
    }

    /** Deletes pages requested before a time, except those of open runs. */
    public void purge(OffsetDateTime before) {
        jdbc.update(sql("delivery-purge"), Map.of("before", before));
    }

    /** Moves the earliest times of all pages back, because the server's clock may have been set back since. */
    public void shift(Duration by) {
        jdbc.update(
                sql("delivery-shift"), Map.of("millis", by.plusNanos(999_999).toMillis()));
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
