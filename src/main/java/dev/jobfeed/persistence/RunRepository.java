package dev.jobfeed.persistence;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.InvalidRecord;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Stores runs and stream states in {@code sync_state}, {@code sync_run} and {@code quarantine}. Joins the calling
 * thread's transaction.
 */
public final class RunRepository {

    private static final Logger LOG = LoggerFactory.getLogger(RunRepository.class);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final String machine;

    /**
     * Creates the repository.
     *
     * @param machine the name of this machine, which identifies the stored difference of its clock
     */
    public RunRepository(DataSource dataSource, Dialect database, String machine) {
        this.machine = machine;
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Returns the state of a stream between its runs. */
    public StreamState state(String stream) {
        return jdbc.queryForObject(
                sql("state-read"),
                Map.of("stream", stream, "machine", machine),
                (row, i) -> new StreamState(
                        stream,
                        time(row, "last_run_started_at"),
                        time(row, "last_sweep_started_at"),
                        row.getString("filters_fingerprint"),
                        row.getObject("open_run_id", Long.class),
                        time(row, "resync_requested_at"),
                        row.getBigDecimal("credits_balance"),
                        time(row, "credits_balance_at"),
                        row.getString("origin_base_url"),
                        row.getString("origin_environment"),
                        row.getString("origin_tenant"),
                        milliseconds(row, "clock_difference_ms"),
                        time(row, "earliest_sweep_started_at"),
                        time(row, "server_set_back_from"),
                        time(row, "unreadable_sweep_at"),
                        time(row, "resync_needed_since")));
    }

    /**
     * Returns whether a stream has quarantine entries that a valid row of their job would close, or pending expiries.
     */
    public boolean hasOpenIssues(String stream) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(sql("state-has-open-issues"), Map.of("stream", stream), Boolean.class));
    }

    /** Returns a run by its id. */
    public Run run(long id) {
        return jdbc.queryForObject(sql("run-read"), Map.of("id", id), RunRepository::run);
    }

    /** Returns the latest runs of a stream, latest first. */
    public List<Run> lastRuns(String stream, int limit) {
        return jdbc.query(sql("run-last"), Map.of("stream", stream, "limit", limit), RunRepository::run);
    }

    /** Returns whether the database user may write to the tables; changes nothing. */
    public boolean mayWrite(String stream) {
        try {
            return jdbc.update(sql("state-touch"), Map.of("stream", stream)) == 1;
        } catch (DataAccessException e) {
            return false;
        }
    }

    /** Returns the number of active and expired jobs. */
    public JobTotals jobCounts() {
        return jdbc.queryForObject(
                sql("job-counts"),
                Map.of(),
                (row, number) -> new JobTotals(row.getLong("active"), row.getLong("expired")));
    }

    public record JobTotals(long active, long expired) {}

    /**
     * Opens a run as the stream's open run.
     *
     * @param windowFrom null unless the run is incremental
     */
    public Run open(
            String stream,
            RunMode mode,
            OffsetDateTime windowFrom,
            OffsetDateTime startedAt,
            String fingerprint,
            boolean costConfirmed) {
        GeneratedKeyHolder key = new GeneratedKeyHolder();
        jdbc.update(
                sql("run-open"),
                new MapSqlParameterSource()
                        .addValue("stream", stream)
                        .addValue("mode", lower(mode))
                        .addValue("run_started_at", startedAt)
                        .addValue("window_from", windowFrom, java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .addValue("filters_fingerprint", fingerprint)
                        .addValue("cost_confirmed", costConfirmed),
                key,
                new String[] {"id"});
        long id = key.getKey().longValue();
        jdbc.update(sql("state-open"), Map.of("stream", stream, "run_id", id, "run_started_at", startedAt));
        return run(id);
    }

    /** Stores the origin that the store is filled from. */
    public void setOrigin(String stream, String baseUrl, String environment, String tenant) {
        jdbc.update(
                sql("state-origin"),
                Map.of("stream", stream, "base_url", baseUrl, "environment", environment, "tenant", tenant));
    }

    /** Returns whether a stream has received nothing so far, so that the store has no data of any server. */
    public boolean isEmpty(String stream) {
        return Boolean.TRUE.equals(jdbc.queryForObject(sql("state-is-empty"), Map.of("stream", stream), Boolean.class));
    }

    /** Resets the times that originate from another server. */
    public void forgetTimes(String stream) {
        jdbc.update(sql("state-reset"), Map.of("stream", stream));
    }

    public void countAttempt(long runId) {
        jdbc.update(sql("run-attempt"), Map.of("id", runId));
    }

    /**
     * Returns the parameters of {@code run-checkpoint}, which adds a page's counters and advances cursor and phase.
     *
     * @param nextCursor null after the last page, and when the run cannot be continued, see {@link #isStuck}
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
                .addValue("next_cursor", nextCursor, java.sql.Types.VARCHAR)
                // summed in the database, where an acceptance of the cost may have reset them in the meantime
                .addValue("repeats", scan.repeated() > 0)
                .addValue("scan_empty_pages", scan.emptyPages())
                .addValue("phase", lower(phase))
                .addValue(
                        "estimated_total",
                        page.estimatedTotal().isPresent()
                                ? page.estimatedTotal().getAsLong()
                                : null,
                        java.sql.Types.BIGINT)
                .addValue("received", counts.received())
                .addValue("inserted", counts.inserted())
                .addValue("updated", counts.updated())
                .addValue("unchanged", counts.unchanged())
                .addValue("reactivated", counts.reactivated())
                .addValue("duplicates", counts.duplicates())
                .addValue("quarantined", counts.quarantined());
    }

    /**
     * Adds invalid rows to the quarantine. An identical open entry is kept unchanged; other open entries of the same
     * job are closed.
     *
     * @param runId null when no run received them
     */
    public void quarantine(String stream, Long runId, List<InvalidRecord> rejected, OffsetDateTime at) {
        List<SqlParameterSource> rows = quarantined(stream, runId, rejected, at);
        jdbc.batchUpdate(sql("quarantine-replace"), withJob(rows).toArray(SqlParameterSource[]::new));
        jdbc.batchUpdate(sql("quarantine-insert"), rows.toArray(SqlParameterSource[]::new));
    }

    /**
     * Returns the rows of {@code quarantine-insert} for invalid rows.
     *
     * @param runId null when no run received them
     */
    public static List<SqlParameterSource> quarantined(
            String stream, Long runId, List<InvalidRecord> rejected, OffsetDateTime at) {
        return rejected.stream()
                .<SqlParameterSource>map(row -> new MapSqlParameterSource("stream", stream)
                        .addValue("run_id", runId, java.sql.Types.BIGINT)
                        .addValue("job_id", row.id(), java.sql.Types.OTHER)
                        .addValue("reason", row.reason())
                        .addValue("payload", row.json())
                        .addValue("at", at))
                .toList();
    }

    /**
     * Returns the rows of {@code quarantine-replace}. A row without an id replaces no other, and H2 would compare it
     * with all entries.
     */
    public static List<SqlParameterSource> withJob(List<SqlParameterSource> quarantined) {
        return quarantined.stream()
                .filter(row -> row.getValue("job_id") != null)
                .toList();
    }

    /** Returns whether an unfinished run has stored pages requested with other filters. */
    public boolean hasOtherFilters(String stream, String fingerprint) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                sql("run-has-other-filters"),
                Map.of("stream", stream, "filters_fingerprint", fingerprint),
                Boolean.class));
    }

    /**
     * Returns the price of a row in the last run that received any, zero when it was not charged; empty when no run
     * received rows.
     */
    public Optional<BigDecimal> lastPrice(String stream) {
        return jdbc.queryForList(sql("run-price"), Map.of("stream", stream), BigDecimal.class).stream()
                .findFirst();
    }

    /** Returns the number of rows that the last finished run of a mode received; empty when there is none. */
    public Optional<Long> lastReceived(String stream, RunMode mode) {
        return jdbc
                .queryForList(sql("run-last-received"), Map.of("stream", stream, "mode", lower(mode)), Long.class)
                .stream()
                .findFirst();
    }

    /**
     * Requests a resync by the next attempt.
     *
     * @return false when a resync is already in progress, so that no second one is to follow
     */
    public boolean requestResync(String stream, OffsetDateTime at) {
        return jdbc.update(sql("state-request-resync"), Map.of("stream", stream, "at", at)) == 1;
    }

    /** Clears the request for a resync, because one is in progress. */
    public void clearResyncRequest(String stream) {
        jdbc.update(sql("state-clear-resync"), Map.of("stream", stream));
    }

    /** Records that a resync is required until one succeeds, whatever closes the run that performs it. */
    public void needResync(String stream, OffsetDateTime at) {
        jdbc.update(sql("state-need-resync"), Map.of("stream", stream, "at", at));
    }

    public void confirmCost(long runId) {
        jdbc.update(sql("run-confirm-cost"), Map.of("id", runId));
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
            boolean isOpen = jdbc.update(sql("run-agree"), Map.of("stream", stream)) == 1;
            if (isOpen) {
                jdbc.update(sql("state-reset-balance"), Map.of());
            }
            return isOpen;
        }));
    }

    /** Restarts the pagination of a run from the first page. */
    public void restart(long runId, RequestUsage spent) {
        jdbc.update(sql("run-reset-cursor"), spent(runId, spent));
        deleteCursors(runId);
    }

    /** Returns the hashes of the cursors that a run's pagination has used. */
    public List<Long> cursors(long runId) {
        return jdbc.queryForList(sql("run_cursor-read"), Map.of("run_id", runId), Long.class);
    }

    /**
     * Returns whether a run has used cursors and has none to continue with. A run that restarts its pagination has no
     * used cursors either.
     */
    public boolean isStuck(Run run) {
        return run.phase() == RunPhase.FEED
                && run.nextCursor() == null
                && !cursors(run.id()).isEmpty();
    }

    /** Returns the parameters of {@code run_cursor-insert}, which stores a cursor as used by a run's pagination. */
    public static SqlParameterSource usedCursor(long runId, String cursor) {
        return new MapSqlParameterSource("run_id", runId).addValue("hash", UsedCursors.hash(cursor));
    }

    private void deleteCursors(long runId) {
        jdbc.update(sql("run_cursor-delete"), Map.of("run_id", runId));
    }

    /** Returns the number of stored rows of a feed. */
    public long rows(FeedDefinition source) {
        return jdbc.queryForObject(sql(source.table() + "-count"), Map.of(), Long.class);
    }

    /** Returns the parameters of {@code run-phase}. */
    public static SqlParameterSource phase(long runId, RunPhase phase) {
        return new MapSqlParameterSource("id", runId).addValue("phase", lower(phase));
    }

    /** Closes an open run as failed. */
    public void closeFailed(Run run, String reason, OffsetDateTime at) {
        jdbc.update(sql("run-close-failed"), Map.of("id", run.id(), "last_error", reason, "finished_at", at));
        jdbc.update(sql("state-close"), Map.of("stream", run.stream()));
        deleteCursors(run.id());
    }

    /** Returns the parameters of {@code quarantine-close}, which closes the entries of rows with these ids. */
    public static SqlParameterSource resolved(String stream, Collection<UUID> ids, OffsetDateTime at) {
        return new MapSqlParameterSource("stream", stream)
                .addValue("at", at)
                .addValue("ids", new UuidArray(ids), java.sql.Types.ARRAY);
    }

    /** Expires the active jobs among these ids, and returns their ids. */
    public List<UUID> expire(Collection<UUID> ids, String reason, OffsetDateTime at) {
        return jdbc.queryForList(sql("job-expire"), expiry(ids, reason, at), UUID.class);
    }

    /** Returns the parameters of {@code job-expire}, which expires the active jobs among these ids. */
    public static SqlParameterSource expiry(Collection<UUID> ids, String reason, OffsetDateTime at) {
        return new MapSqlParameterSource("at", at)
                .addValue("reason", reason)
                .addValue("ids", new UuidArray(ids), java.sql.Types.ARRAY);
    }

    /**
     * Returns the ids that {@code job-expire} has returned.
     *
     * @param rows rows with one column, the id; the databases differ in the case of its name
     */
    public static List<UUID> ids(List<Map<String, Object>> rows) {
        return rows.stream().map(row -> (UUID) row.values().iterator().next()).toList();
    }

    /** Returns the parameters of {@code run-expired}, which adds expired jobs and requests to a run. */
    public static SqlParameterSource expired(long runId, long expired, RequestUsage spent) {
        return spent(runId, spent).addValue("expired", expired);
    }

    /**
     * Stores the measured server clock, and the watermarks adjusted to it.
     *
     * @param difference null when unknown
     */
    public void alignClock(StreamState state, Duration difference) {
        int time = java.sql.Types.TIMESTAMP_WITH_TIMEZONE;
        jdbc.update(
                sql("state-clock"),
                new MapSqlParameterSource("stream", state.stream())
                        .addValue(
                                "difference", difference == null ? null : difference.toMillis(), java.sql.Types.BIGINT)
                        .addValue("machine", machine)
                        .addValue("run_started_at", state.lastRunStartedAt(), time)
                        .addValue("sweep_started_at", state.lastSweepStartedAt(), time)
                        .addValue("earliest_sweep_started_at", state.earliestSweepStartedAt(), time)
                        .addValue("server_set_back_from", state.setBackFrom(), time));
    }

    /**
     * Stores a run's start, window and mode by the server's clock.
     *
     * @param measured whether a response has shown that clock
     */
    public void alignClock(
            long runId, OffsetDateTime startedAt, OffsetDateTime windowFrom, RunMode mode, boolean measured) {
        jdbc.update(
                sql("run-clock"),
                new MapSqlParameterSource("id", runId)
                        .addValue("run_started_at", startedAt)
                        .addValue("window_from", windowFrom, java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .addValue("mode", lower(mode))
                        .addValue("measured", measured));
    }

    /** Returns the start of the last complete run that did not start after a time; empty when there is none. */
    public Optional<OffsetDateTime> lastStart(String stream, OffsetDateTime before) {
        return Optional.ofNullable(jdbc.queryForObject(
                sql("run-last-started"), Map.of("stream", stream, "before", before), OffsetDateTime.class));
    }

    /**
     * Advances the watermark of the expiry sweep.
     *
     * @param whole whether the window covers the whole time since the previous watermark; if so, no id remains that
     *     could not be read
     */
    public void sweptUntil(String stream, OffsetDateTime startedAt, boolean whole) {
        jdbc.update(sql("state-swept"), Map.of("stream", stream, "started_at", startedAt, "whole", whole));
    }

    /** Records a sweep in which some ids could not be read. */
    public void sweptUnreadably(String stream, OffsetDateTime startedAt) {
        jdbc.update(sql("state-swept-unreadably"), Map.of("stream", stream, "started_at", startedAt));
    }

    /** Closes a run as succeeded, and advances the stream's watermark to its start. */
    public void succeed(Run run, OffsetDateTime at) {
        jdbc.update(sql("run-succeed"), Map.of("id", run.id(), "finished_at", at));
        jdbc.update(sql("state-commit"), Map.of("stream", run.stream(), "id", run.id()));
        if (run.mode() == RunMode.RESYNC) {
            // a resync requested at the moment this one started
            clearResyncRequest(run.stream());
            jdbc.update(sql("state-resynced"), Map.of("stream", run.stream()));
            jdbc.update(sql("state-clear-unreadable"), Map.of("stream", run.stream(), "run_id", run.id()));
        }
        deleteCursors(run.id());
    }

    /**
     * Deletes runs that ended before a time, and quarantine entries closed before it. Keeps the last successful run of
     * each mode, because estimates use it, and runs that other rows still reference.
     */
    public void purge(String stream, OffsetDateTime before) {
        Map<String, Object> parameters = Map.of("stream", stream, "before", before);
        jdbc.update(sql("quarantine-purge"), parameters);
        jdbc.update(sql("run-purge"), parameters);
    }

    /** Stores the result of an attempt: its error, or null, and the usage that no page has saved. */
    public void endAttempt(long runId, String error, RequestUsage spent) {
        jdbc.update(sql("run-end-attempt"), spent(runId, spent).addValue("last_error", error));
    }

    public void creditsBalance(String stream, BigDecimal balance, OffsetDateTime at) {
        jdbc.update(sql("state-balance"), Map.of("stream", stream, "balance", balance, "at", at));
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

    private static Duration milliseconds(ResultSet row, String column) throws SQLException {
        Long milliseconds = row.getObject(column, Long.class);
        return milliseconds == null ? null : Duration.ofMillis(milliseconds);
    }

    private static String lower(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
