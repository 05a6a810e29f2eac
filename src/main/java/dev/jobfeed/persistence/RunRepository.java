package dev.jobfeed.persistence;

import dev.jobfeed.config.SharedObjectMapper;
import dev.jobfeed.feed.FeedPage;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stores runs in {@code sync_run} and {@code run_cursor}, and with their beginning and end what {@code sync_state}
 * records of them. Joins the calling thread's transaction.
 */
public final class RunRepository {

    private final SqlClient sql;

    public RunRepository(SqlClient sql) {
        this.sql = sql;
    }

    /** Returns a run by its id. */
    public Run run(long id) {
        return sql.statement("run-read")
                .param("id", id)
                .query(RunRepository::run)
                .single();
    }

    /** Returns the latest runs of a stream, latest first. */
    public List<Run> lastRuns(String stream, int limit) {
        return sql.statement("run-last")
                .param("stream", stream)
                .param("limit", limit)
                .query(RunRepository::run)
                .list();
    }

    /**
     * Opens a run as the stream's open run, in its first attempt.
     *
     * @param windowFrom null unless the run is incremental
     * @return the id of the run
     */
    public long open(
            String stream,
            RunMode mode,
            OffsetDateTime windowFrom,
            OffsetDateTime startedAt,
            String fingerprint,
            boolean costConfirmed) {
        GeneratedKeyHolder key = new GeneratedKeyHolder();
        sql.statement("run-open")
                .param("stream", stream)
                .param("mode", lower(mode))
                .param("run_started_at", startedAt)
                .param("window_from", windowFrom, Types.TIMESTAMP_WITH_TIMEZONE)
                .param("filters_fingerprint", fingerprint)
                .param("cost_confirmed", costConfirmed)
                .update(key, "id");
        long id = key.getKey().longValue();
        startAttempt(id);
        sql.statement("state-open")
                .param("stream", stream)
                .param("run_id", id)
                .param("run_started_at", startedAt)
                .update();
        return id;
    }

    /** Counts another attempt on a run, and stores its start. */
    public void resume(long runId) {
        sql.statement("run-attempt").param("id", runId).update();
        startAttempt(runId);
    }

    private void startAttempt(long runId) {
        sql.statement("run_attempt-start").param("run_id", runId).update();
    }

    /**
     * Stores the end of the last attempt on a run.
     *
     * @param error null if the attempt did not fail
     */
    public void endAttempt(long runId, String error, AttemptRequests requests) {
        sql.statement("run_attempt-end")
                .param("run_id", runId)
                .param("error", error, Types.VARCHAR)
                .param(
                        "responses",
                        SharedObjectMapper.JSON.valueToTree(requests.byStatus()).toString())
                .param("waited_ms", requests.waited().toMillis())
                .update();
    }

    /**
     * Returns the parameters of {@code run-checkpoint}, which adds a page's counters and advances cursor and phase.
     *
     * @param nextCursor null after the last page, and when the run cannot be continued, see {@link Run#isStuck}
     */
    public static SqlParameterSource checkpoint(
            long runId,
            FeedPage page,
            String nextCursor,
            RecordCounts counts,
            FeedProgress scan,
            RunPhase phase,
            RequestUsage spent) {
        return spent(runId, spent)
                .addValue("next_cursor", nextCursor, Types.VARCHAR)
                // summed in the database, where an acceptance of the cost may have reset them in the meantime
                .addValue("repeats", scan.repeated() > 0)
                .addValue("scan_empty_pages", scan.emptyPages())
                .addValue("phase", lower(phase))
                .addValue(
                        "estimated_total",
                        page.estimatedTotal().isPresent()
                                ? page.estimatedTotal().getAsLong()
                                : null,
                        Types.BIGINT)
                .addValue("received", counts.received())
                .addValue("inserted", counts.inserted())
                .addValue("updated", counts.updated())
                .addValue("unchanged", counts.unchanged())
                .addValue("reactivated", counts.reactivated())
                .addValue("duplicates", counts.duplicates())
                .addValue("quarantined", counts.quarantined());
    }

    /** Returns whether an unfinished run has stored pages requested with other filters. */
    public boolean hasOtherFilters(String stream, String fingerprint) {
        return sql.statement("run-has-other-filters")
                .param("stream", stream)
                .param("filters_fingerprint", fingerprint)
                .query(Boolean.class)
                .single();
    }

    /**
     * Returns the price of a row in the last run that received any, zero when it was not charged; empty when no run
     * received rows.
     */
    public Optional<BigDecimal> lastPrice(String stream) {
        return sql.statement("run-price")
                .param("stream", stream)
                .query(BigDecimal.class)
                .optional();
    }

    /** Returns the number of rows that the last finished run of a mode received; empty when there is none. */
    public Optional<Long> lastReceived(String stream, RunMode mode) {
        return sql.statement("run-last-received")
                .param("stream", stream)
                .param("mode", lower(mode))
                .query(Long.class)
                .optional();
    }

    /** Returns the start of the last complete run that did not start after a time; empty when there is none. */
    public Optional<OffsetDateTime> lastStart(String stream, OffsetDateTime before) {
        return sql.statement("run-last-started")
                .param("stream", stream)
                .param("before", before)
                .query(OffsetDateTime.class)
                .optional();
    }

    public void confirmCost(long runId) {
        sql.statement("run-confirm-cost").param("id", runId).update();
    }

    /**
     * Accepts the cost of a stream's open run for its next attempt, in whichever process, in a separate transaction.
     * Resets the stored balance, because the wallet may have been topped up. For a feed that repeats its rows, the
     * acceptance covers the same number of rows again.
     *
     * @return false when no run is open
     */
    public boolean confirmOpenRun(String stream, TransactionTemplate transaction) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            boolean isOpen =
                    sql.statement("run-confirm-open").param("stream", stream).update() == 1;
            if (isOpen) {
                sql.statement("state-reset-balance").update();
            }
            return isOpen;
        }));
    }

    /** Restarts the pagination of a run from the first page. */
    public void restart(long runId, RequestUsage spent) {
        sql.statement("run-reset-cursor").paramSource(spent(runId, spent)).update();
        deleteCursors(runId);
    }

    /** Returns the hashes of the cursors that a run's pagination has used. */
    public List<Long> cursors(long runId) {
        return sql.statement("run_cursor-read")
                .param("run_id", runId)
                .query(Long.class)
                .list();
    }

    /** Returns the parameters of {@code run_cursor-insert}, which stores a cursor as used by a run's pagination. */
    public static SqlParameterSource usedCursor(long runId, String cursor) {
        return new MapSqlParameterSource("run_id", runId).addValue("hash", UsedCursors.hash(cursor));
    }

    private void deleteCursors(long runId) {
        sql.statement("run_cursor-delete").param("run_id", runId).update();
    }

    /** Returns the parameters of {@code run-phase}. */
    public static SqlParameterSource phase(long runId, RunPhase phase) {
        return new MapSqlParameterSource("id", runId).addValue("phase", lower(phase));
    }

    /** Returns the parameters of {@code run-add-expired}, which adds expired jobs and requests to a run. */
    public static SqlParameterSource expired(long runId, long expired, RequestUsage spent) {
        return spent(runId, spent).addValue("expired", expired);
    }

    /**
     * Stores a run's start, window and mode by the server's clock.
     *
     * @param measured whether a response has shown that clock
     */
    public void alignClock(
            long runId, OffsetDateTime startedAt, OffsetDateTime windowFrom, RunMode mode, boolean measured) {
        sql.statement("run-clock")
                .param("id", runId)
                .param("run_started_at", startedAt)
                .param("window_from", windowFrom, Types.TIMESTAMP_WITH_TIMEZONE)
                .param("mode", lower(mode))
                .param("measured", measured)
                .update();
    }

    /** Closes an open run as failed. */
    public void closeFailed(Run run, String reason, OffsetDateTime at) {
        sql.statement("run-close-failed")
                .param("id", run.id())
                .param("last_error", reason)
                .param("finished_at", at)
                .update();
        sql.statement("state-close").param("stream", run.stream()).update();
        deleteCursors(run.id());
    }

    /**
     * Closes a run as succeeded, and advances the stream's watermark to its start. A resync also resets the need for
     * one, and a request from the moment that it started.
     */
    public void succeed(Run run, OffsetDateTime at) {
        sql.statement("run-succeed")
                .param("id", run.id())
                .param("finished_at", at)
                .update();
        sql.statement("state-commit")
                .param("stream", run.stream())
                .param("id", run.id())
                .update();
        if (run.mode() == RunMode.RESYNC) {
            sql.statement("state-resynced")
                    .param("stream", run.stream())
                    .param("run_id", run.id())
                    .update();
        }
        deleteCursors(run.id());
    }

    /**
     * Deletes runs that ended before a time. Keeps the last successful run of each mode, because estimates use it, and
     * runs that other rows still reference.
     */
    public void purge(String stream, OffsetDateTime before) {
        sql.statement("run-purge")
                .param("stream", stream)
                .param("before", before)
                .update();
    }

    /** Stores in a run the result of an attempt: its error, or null, and the usage that no page has saved. */
    public void addUsage(long runId, String error, RequestUsage spent) {
        sql.statement("run-add-usage")
                .paramSource(spent(runId, spent).addValue("last_error", error))
                .update();
    }

    private static MapSqlParameterSource spent(long runId, RequestUsage spent) {
        return new MapSqlParameterSource()
                .addValue("id", runId)
                .addValue("requests", spent.requests())
                .addValue("retries", spent.retries())
                .addValue("credits_spent", spent.credits());
    }

    private static Run run(ResultSet row, int i) throws SQLException {
        return new Run(
                row.getLong("id"),
                row.getString("stream"),
                RunMode.valueOf(row.getString("mode").toUpperCase(Locale.ROOT)),
                RunPhase.valueOf(row.getString("phase").toUpperCase(Locale.ROOT)),
                row.getString("status"),
                time(row, "run_started_at"),
                time(row, "window_from"),
                row.getBoolean("clock_checked"),
                row.getString("filters_fingerprint"),
                row.getString("next_cursor"),
                row.getBoolean("cost_confirmed"),
                row.getObject("estimated_total", Long.class),
                row.getInt("attempts"),
                row.getInt("cursor_resets"),
                row.getLong("pages"),
                new RecordCounts(
                        row.getLong("received"),
                        row.getLong("inserted"),
                        row.getLong("updated"),
                        row.getLong("unchanged"),
                        row.getLong("reactivated"),
                        row.getLong("duplicates"),
                        row.getLong("quarantined")),
                new FeedProgress(
                        row.getLong("scan_received"), row.getLong("scan_repeated"), row.getInt("scan_empty_pages")),
                row.getLong("expired"),
                row.getLong("requests"),
                row.getLong("retries"),
                row.getBigDecimal("credits_spent"),
                row.getString("last_error"),
                time(row, "finished_at"));
    }

    private static OffsetDateTime time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }
}
