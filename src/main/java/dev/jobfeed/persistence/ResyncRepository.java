package dev.jobfeed.persistence;

import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;

/**
 * Compares the ids that a resync received with the active jobs, and stores pending expiries in {@code pending_expiry}.
 * Joins the calling thread's transaction.
 */
public final class ResyncRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public ResyncRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Deletes the pending expiries of jobs whose state has been determined. */
    public void deletePending(Collection<UUID> ids) {
        jdbc.update(SqlCatalog.text("pending-expiry-delete", database), decided(ids));
    }

    /** Returns the parameters of {@code pending-expiry-delete} for jobs whose state has been determined. */
    public static SqlParameterSource decided(Collection<UUID> ids) {
        return new MapSqlParameterSource("ids", new UuidArray(ids));
    }

    /** Returns the number of active jobs that a resync did not receive. */
    public long unseenCount(long runId) {
        if (database == Dialect.H2) {
            return UnseenJobIterator.ids(jdbc, runId, new UUID(0, 0)).count();
        }
        Map<String, Object> parameters = Map.of("run_id", runId);
        String unseen = SqlCatalog.only(parameters::containsKey, SqlCatalog.text("reconcile-unseen", database));
        return jdbc.queryForObject("select count(*) from (" + unseen + ") unseen", parameters, Long.class);
    }

    /**
     * The counts that the number of unseen jobs is compared with.
     *
     * @param active active jobs
     * @param seen ids that the resync received
     */
    public record Counts(long active, long seen) {}

    public Counts counts(long runId) {
        return jdbc.queryForObject(
                SqlCatalog.text("reconcile-counts", database),
                Map.of("run_id", runId),
                (row, i) -> new Counts(row.getLong("active"), row.getLong("seen")));
    }

    /**
     * Returns active jobs that a resync did not receive, ordered by id, so that the next query continues where this one
     * ended.
     *
     * @param from the first id to check
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

    /**
     * Returns the parameters of {@code reconcile-close-quarantine}, which closes the quarantine entries of jobs that a
     * resync did not receive.
     */
    public static SqlParameterSource received(long runId, OffsetDateTime at) {
        return new MapSqlParameterSource("run_id", runId).addValue("at", at);
    }

    /**
     * Returns the parameters of {@code pending-expiry-insert}, which adds pending expiries for active jobs and keeps
     * existing ones. Its update count is the number added.
     */
    public static SqlParameterSource pending(long runId, String reason, Collection<UUID> ids) {
        return new MapSqlParameterSource("run_id", runId)
                .addValue("reason", reason)
                .addValue("ids", new UuidArray(ids));
    }

    /** Returns the number of active jobs with a pending expiry. */
    public long pending() {
        Long pending = jdbc.queryForObject(SqlCatalog.text("pending-expiry-count", database), Map.of(), Long.class);
        return pending == null ? 0 : pending;
    }

    /** A job whose expiry an operator has to approve. */
    public record PendingExpiry(UUID jobId, Cause cause) {}

    /**
     * The cause of a pending expiry.
     *
     * @param runId the resync that did not deliver the job, or the run of the expiry sweep that could not decide
     * @param reason the reason that the job expires with
     */
    public record Cause(long runId, String reason) {}

    /** Returns pending expiries in the order of their jobs. */
    public List<PendingExpiry> pendingExpiries(int limit) {
        return jdbc.query(
                SqlCatalog.text("pending-expiry-list", database),
                Map.of("limit", limit),
                (row, i) -> new PendingExpiry(
                        row.getObject("job_id", UUID.class),
                        new Cause(row.getLong("run_id"), row.getString("reason"))));
    }
}
