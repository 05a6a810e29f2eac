package dev.jobfeed.run;

import dev.jobfeed.store.Database;
import dev.jobfeed.store.Sql;
import dev.jobfeed.store.UuidArray;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
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

/**
 * Statements on {@code delivered_page}: when the feed last delivered which jobs as active, in the server's time. Joins the
 * calling thread's transaction.
 */
public final class Deliveries {

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;

    public Deliveries(DataSource dataSource, Database database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Notes the jobs of a page, whether their rows can be stored or not.
     *
     * @param requestedAt when the page was requested
     */
    void add(long runId, OffsetDateTime requestedAt, UuidArray ids) {
        jdbc.update(
                sql("delivered-insert"),
                new MapSqlParameterSource("run_id", runId)
                        .addValue("requested_at", requestedAt)
                        .addValue("ids", ids, Types.ARRAY));
    }

    /** When the pages with the newest deliveries of some jobs were requested, of the jobs that were delivered since a time. */
    Map<UUID, OffsetDateTime> since(OffsetDateTime since, Collection<UUID> ids) {
        Map<UUID, OffsetDateTime> found = new HashMap<>();
        Set<UUID> wanted = ids.isEmpty() ? Set.of() : new HashSet<>(ids);
        Long behind = wanted.isEmpty() ? null : Long.valueOf(0);
        while (behind != null) {
            behind = jdbc.query(
                    sql("delivered-since"), Map.of("since", since, "behind", behind), (ResultSetExtractor<Long>)
                            pages -> read(pages, wanted, found));
        }
        return found;
    }

    /** The last of the pages; null when there were none. */
    private static Long read(ResultSet pages, Set<UUID> wanted, Map<UUID, OffsetDateTime> found) throws SQLException {
        Long last = null;
        while (pages.next()) {
            last = pages.getLong(1);
            OffsetDateTime requestedAt = pages.getObject(2, OffsetDateTime.class);
            for (Object id : (Object[]) pages.getArray(3).getArray()) {
                if (wanted.contains(id)) {
                    found.merge((UUID) id, requestedAt, (a, b) -> a.isAfter(b) ? a : b);
                }
            }
        }
        return last;
    }

    /** Forgets pages that were requested before a time, but for those of open runs. */
    void forget(OffsetDateTime before) {
        jdbc.update(sql("delivered-forget"), Map.of("before", before));
    }

    /** Moves all times back, because the server's clock may have been set back since. */
    void shift(Duration by) {
        jdbc.update(sql("delivered-shift"), Map.of("seconds", by.plusMillis(999).toSeconds()));
    }

    private String sql(String name) {
        return Sql.text(name, database);
    }
}
