package dev.jobfeed.persistence;

import dev.jobfeed.feed.FeedDefinition;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;

/** Counts and expires stored rows. Joins the calling thread's transaction. */
public final class JobRepository {

    private final SqlClient sql;

    public JobRepository(SqlClient sql) {
        this.sql = sql;
    }

    /** The number of active and expired jobs. */
    public record Totals(long active, long expired) {}

    /** Returns the number of active and expired jobs. */
    public Totals totals() {
        return sql.statement("job-counts")
                .query((row, i) -> new Totals(row.getLong("active"), row.getLong("expired")))
                .single();
    }

    /** Returns the number of stored rows of a feed. */
    public long rows(FeedDefinition source) {
        return sql.statement(source.table() + "-count").query(Long.class).single();
    }

    /** Expires the active jobs among these ids, and returns their ids. */
    public List<UUID> expire(Collection<UUID> ids, String reason, OffsetDateTime at) {
        return sql.statement("job-expire")
                .paramSource(expiry(ids, reason, at))
                .query(UUID.class)
                .list();
    }

    /** Returns the parameters of {@code job-expire}, which expires the active jobs among these ids. */
    public static SqlParameterSource expiry(Collection<UUID> ids, String reason, OffsetDateTime at) {
        return new MapSqlParameterSource("at", at)
                .addValue("reason", reason)
                .addValue("ids", new SqlArrayValue("uuid", ids.toArray()));
    }

    /**
     * Returns the ids that {@code job-expire} has returned.
     *
     * @param rows rows with one column, the id; the databases differ in the case of its name
     */
    public static List<UUID> ids(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (UUID) row.values().iterator().next()).toList();
    }
}
