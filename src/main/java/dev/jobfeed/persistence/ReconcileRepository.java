package dev.jobfeed.persistence;

import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.SqlArrayValue;

/**
 * Compares the ids that a resync received with the active jobs, and stores pending expiries in {@code pending_expiry}.
 * Joins the calling thread's transaction.
 */
public final class ReconcileRepository {

    private final SqlClient sql;

    public ReconcileRepository(SqlClient sql) {
        this.sql = sql;
    }

    /** Deletes the pending expiries of jobs whose state has been determined. */
    public void deletePending(Collection<UUID> ids) {
        sql.statement("pending-expiry-delete").paramSource(decided(ids)).update();
    }

    /** Returns the parameters of {@code pending-expiry-delete} for jobs whose state has been determined. */
    public static SqlParameterSource decided(Collection<UUID> ids) {
        return new MapSqlParameterSource("ids", new SqlArrayValue("uuid", ids.toArray()));
    }

    /** Returns the number of active jobs that a resync did not receive. */
    public long unseenCount(long runId) {
        return sql.database() == Dialect.H2
                ? UnseenJobIterator.ids(sql, runId, new UUID(0, 0)).count()
                : sql.count("reconcile-unseen", Map.of("run_id", runId));
    }

    /**
     * The counts that the number of unseen jobs is compared with.
     *
     * @param active active jobs
     * @param seen ids that the resync received
     */
    public record Counts(long active, long seen) {}

    public Counts counts(long runId) {
        return sql.statement("reconcile-counts")
                .param("run_id", runId)
                .query((row, i) -> new Counts(row.getLong("active"), row.getLong("seen")))
                .single();
    }

    /**
     * Returns active jobs that a resync did not receive, ordered by id, so that the next query continues where this one
     * ended.
     *
     * @param from the first id to check
     */
    public List<UUID> unseen(long runId, UUID from, int limit) {
        if (sql.database() == Dialect.H2) {
            return UnseenJobIterator.ids(sql, runId, from).limit(limit).toList();
        }
        return sql.statement("reconcile-unseen")
                .param("run_id", runId)
                .param("from", from)
                .param("limit", limit)
                .query(UUID.class)
                .list();
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
                .addValue("ids", new SqlArrayValue("uuid", ids.toArray()));
    }

    /** Returns the number of active jobs with a pending expiry. */
    public long pending() {
        return sql.statement("pending-expiry-count").query(Long.class).single();
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
        return sql.statement("pending-expiry-list")
                .param("limit", limit)
                .query((row, i) -> new PendingExpiry(
                        row.getObject("job_id", UUID.class), new Cause(row.getLong("run_id"), row.getString("reason"))))
                .list();
    }
}
