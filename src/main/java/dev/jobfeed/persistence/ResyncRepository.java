package dev.jobfeed.persistence;

import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** What a resync received and did not bring, and {@code pending_expiry}. Joins the calling thread's transaction. */
public final class ResyncRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public ResyncRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Ids of which it is decided whether they are still there leave what waits for an operator. */
    public void deletePending(UuidArray ids) {
        jdbc.update(
                SqlCatalog.text("pending-expiry-delete", database),
                new MapSqlParameterSource().addValue("ids", ids, Types.ARRAY));
    }

    /** How many active jobs a resync did not bring. */
    public long unseenCount(long runId) {
        if (database == Dialect.H2) {
            return UnseenJobIterator.ids(jdbc, runId, new UUID(0, 0)).count();
        }
        Map<String, Object> which = Map.of("run_id", runId);
        String unseen = SqlCatalog.only(which::containsKey, SqlCatalog.text("reconcile-unseen", database));
        return jdbc.queryForObject("select count(*) from (" + unseen + ") unseen", which, Long.class);
    }

    /**
     * What the number of those it did not bring is compared with.
     *
     * @param active jobs that are active
     * @param seen ids that the resync brought
     */
    public record Counts(long active, long seen) {}

    public Counts counts(long runId) {
        return jdbc.queryForObject(
                SqlCatalog.text("reconcile-counts", database),
                Map.of("run_id", runId),
                (row, i) -> new Counts(row.getLong("active"), row.getLong("seen")));
    }

    /**
     * Active jobs that a resync did not bring, in the order of their ids, so that the next look goes on where this one
     * ended.
     *
     * @param from the first id to look at
     */
    public List<UUID> unseen(long runId, UUID from, int limit) {
        if (database == Dialect.H2) {
            return UnseenJobIterator.ids(jdbc, runId, from).limit(limit).toList();
        }
        return jdbc.queryForList(
                SqlCatalog.text("reconcile-unseen", database),
                Map.of("run_id", runId, "from", from, "limit", limit),
                UUID.class);
    }

    /** Closes the quarantined rows of jobs that a resync did not bring. */
    public void closeQuarantined(long runId, OffsetDateTime at) {
        Long open = jdbc.queryForObject(SqlCatalog.text("quarantine-count", database), Map.of(), Long.class);
        if (open != null && open > 0) {
            jdbc.update(SqlCatalog.text("reconcile-close-quarantine", database), Map.of("run_id", runId, "at", at));
        }
    }

    /**
     * Has active jobs wait for the operator; those that do already stay as they are.
     *
     * @return how many it added
     */
    public int addPending(long runId, String reason, UuidArray ids) {
        return jdbc.update(
                SqlCatalog.text("pending-expiry-insert", database),
                new MapSqlParameterSource("run_id", runId)
                        .addValue("reason", reason)
                        .addValue("ids", ids, Types.ARRAY));
    }

    /** Active jobs that wait for an operator's word. */
    public long pending() {
        Long pending = jdbc.queryForObject(SqlCatalog.text("pending-expiry-count", database), Map.of(), Long.class);
        return pending == null ? 0 : pending;
    }

    /** A job that waits for an operator's word. */
    public record PendingExpiry(UUID jobId, Cause cause) {}

    /**
     * Why a job waits.
     *
     * @param runId the resync that did not deliver it, or the run of the sweep that could not decide
     * @param reason what it expires by
     */
    public record Cause(long runId, String reason) {}

    public List<PendingExpiry> held(int limit) {
        return jdbc.query(
                SqlCatalog.text("pending-expiry-list", database),
                Map.of("limit", limit),
                (row, i) -> new PendingExpiry(
                        row.getObject("job_id", UUID.class),
                        new Cause(row.getLong("run_id"), row.getString("reason"))));
    }
}
