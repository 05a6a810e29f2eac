package dev.jobfeed.persistence;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.InvalidRecord;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.dao.DataAccessException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.support.TransactionTemplate;

/** The statements on {@code sync_state}, {@code sync_run} and {@code quarantine}. Joins the calling thread's transaction. */
public final class RunRepository {

    private static final Logger LOG = LoggerFactory.getLogger(RunRepository.class);

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;
    private final String machine;

    /**
     * Creates the repository.
     *
     * @param machine the name of this machine, by which the difference of its clock is stored
     */
    public RunRepository(DataSource dataSource, Dialect database, String machine) {
        this.machine = machine;
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** What is known of a stream between its runs. */
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

    /** Whether rows of a stream are in quarantine that a good row of their job would end, or jobs are put aside by a resync. */
    public boolean isUnsettled(String stream) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(sql("state-has-open-issues"), Map.of("stream", stream), Boolean.class));
    }

    /** A run by its id. */
    public Run run(long id) {
        return jdbc.queryForObject(sql("run-read"), Map.of("id", id), RunRepository::run);
    }

    /** The newest runs of a stream, newest first. */
    public List<Run> lastRuns(String stream, int limit) {
        return jdbc.query(sql("run-last"), Map.of("stream", stream, "limit", limit), RunRepository::run);
    }

    /** Whether this user may change the tables; changes nothing. */
    public boolean mayWrite(String stream) {
        try {
            return jdbc.update(sql("state-touch"), Map.of("stream", stream)) == 1;
        } catch (DataAccessException e) {
            return false;
        }
    }

    /** Active and expired rows of the job table. */
    public JobTotals jobCounts() {
        return jdbc.queryForObject(
                sql("job-counts"),
                Map.of(),
                (row, number) -> new JobTotals(row.getLong("active"), row.getLong("expired")));
    }

    /** How many jobs there are in all. */
    public record JobTotals(long active, long expired) {}

    /**
     * Opens a run and makes it the stream's open one.
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

    /** Remembers where a store is filled from. */
    public void setOrigin(String stream, String baseUrl, String environment, String tenant) {
        jdbc.update(
                sql("state-origin"),
                Map.of("stream", stream, "base_url", baseUrl, "environment", environment, "tenant", tenant));
    }

    /** Returns whether a stream has received nothing so far, so that nothing in the store is of any server. */
    public boolean isEmpty(String stream) {
        return Boolean.TRUE.equals(jdbc.queryForObject(sql("state-is-empty"), Map.of("stream", stream), Boolean.class));
    }

    /** Forgets the times of another server. */
    public void forgetTimes(String stream) {
        jdbc.update(sql("state-reset"), Map.of("stream", stream));
    }

    public void countAttempt(long runId) {
        jdbc.update(sql("run-attempt"), Map.of("id", runId));
    }

    /**
     * Adds a page's counters, and moves cursor and phase on; the run as it is then.
     *
     * @param nextCursor null after the last page, and when the run cannot be continued, see {@link #isStuck}
     */
    public Run checkpoint(
            long runId,
            FeedPage page,
            String nextCursor,
            RecordCounts counts,
            FeedProgress scan,
            RunPhase phase,
            RequestUsage spent) {
        return jdbc.queryForObject(
                database.returning("*", sql("run-checkpoint")),
                spent(runId, spent)
                        .addValue("next_cursor", nextCursor)
                        // added up in the store, where an agreement may have set them to zero meanwhile
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
                        .addValue("quarantined", counts.quarantined()),
                RunRepository::run);
    }

    /**
     * Puts bad rows aside; one that lies there already stays as it is, and takes the place of another of its job.
     *
     * @param runId null when they were not received by a run
     */
    public void quarantine(String stream, Long runId, List<InvalidRecord> rejected, OffsetDateTime at) {
        SqlParameterSource[] rows = rejected.stream()
                .map(row -> new MapSqlParameterSource()
                        .addValue("stream", stream)
                        .addValue("run_id", runId, java.sql.Types.BIGINT)
                        .addValue("job_id", row.id(), java.sql.Types.OTHER)
                        .addValue("reason", row.reason())
                        .addValue("payload", row.json())
                        .addValue("at", at))
                .toArray(SqlParameterSource[]::new);
        // a row without an id takes nobody's place, and H2 would compare it with all that lie there
        SqlParameterSource[] known =
                Stream.of(rows).filter(row -> row.getValue("job_id") != null).toArray(SqlParameterSource[]::new);
        jdbc.batchUpdate(sql("quarantine-replace"), known);
        jdbc.batchUpdate(sql("quarantine-insert"), rows);
    }

    /** Whether an unfinished run has stored pages of other filters. */
    public boolean hasOtherFilters(String stream, String fingerprint) {
        return Boolean.TRUE.equals(jdbc.queryForObject(
                sql("run-has-other-filters"),
                Map.of("stream", stream, "filters_fingerprint", fingerprint),
                Boolean.class));
    }

    /** What a row cost in the last run that received any, zero when it was not charged; empty when none did. */
    public Optional<BigDecimal> lastPrice(String stream) {
        return jdbc.queryForList(sql("run-price"), Map.of("stream", stream), BigDecimal.class).stream()
                .findFirst();
    }

    /** How many rows the last finished run of a mode received; empty when there is none. */
    public Optional<Long> lastReceived(String stream, RunMode mode) {
        return jdbc
                .queryForList(sql("run-last-received"), Map.of("stream", stream, "mode", lower(mode)), Long.class)
                .stream()
                .findFirst();
    }

    /**
     * Makes the next attempt a resync.
     *
     * @return false when an attempt is at work on a resync already, so that no second one is to follow
     */
    public boolean askForResync(String stream, OffsetDateTime at) {
        return jdbc.update(sql("state-request-resync"), Map.of("stream", stream, "at", at)) == 1;
    }

    /** Forgets that a resync was asked for, because one is under way. */
    public void clearResyncRequest(String stream) {
        jdbc.update(sql("state-clear-resync"), Map.of("stream", stream));
    }

    /** Notes that a resync is owed until one has succeeded, whatever closes the run that is to bring it. */
    public void needResync(String stream, OffsetDateTime at) {
        jdbc.update(sql("state-need-resync"), Map.of("stream", stream, "at", at));
    }

    public void confirmCost(long runId) {
        jdbc.update(sql("run-confirm-cost"), Map.of("id", runId));
    }

    /**
     * Agrees to the cost of a stream's open run on behalf of its next attempt, whichever process makes it, in a transaction of its
     * own. The balance that is stored is forgotten, because the wallet may have been topped up; a feed that repeats its rows is
     * agreed to for as many rows again.
     *
     * @return false when no run is open
     */
    public boolean agreeToCost(String stream, TransactionTemplate transaction) {
        return Boolean.TRUE.equals(transaction.execute(status -> {
            boolean isOpen = jdbc.update(sql("run-agree"), Map.of("stream", stream)) == 1;
            if (isOpen) {
                jdbc.update(sql("state-reset-balance"), Map.of());
            }
            return isOpen;
        }));
    }

    /** Takes a run back to the beginning of its feed. */
    public void restart(long runId, RequestUsage spent) {
        jdbc.update(sql("run-reset-cursor"), spent(runId, spent));
        deleteCursors(runId);
    }

    /** Returns the hashes of the cursors that a run's pagination has used. */
    public List<Long> cursors(long runId) {
        return jdbc.queryForList(sql("run_cursor-read"), Map.of("run_id", runId), Long.class);
    }

    /**
     * Returns whether a run has used cursors and has none to continue with. A run that starts its pagination again has none of
     * either.
     */
    public boolean isStuck(Run run) {
        return run.phase() == RunPhase.FEED
                && run.nextCursor() == null
                && !cursors(run.id()).isEmpty();
    }

    /** Stores that a run's pagination uses a cursor. */
    public void addCursor(long runId, String cursor) {
        jdbc.update(sql("run_cursor-insert"), Map.of("run_id", runId, "hash", UsedCursors.hash(cursor)));
    }

    private void deleteCursors(long runId) {
        jdbc.update(sql("run_cursor-delete"), Map.of("run_id", runId));
    }

    /** Returns how many rows of a feed are stored. */
    public long rows(FeedDefinition source) {
        return jdbc.queryForObject(sql(source.table() + "-count"), Map.of(), Long.class);
    }

    public void setPhase(long runId, RunPhase phase) {
        jdbc.update(sql("run-phase"), Map.of("id", runId, "phase", lower(phase)));
    }

    /** Closes an open run for good. */
    public void closeFailed(Run run, String reason, OffsetDateTime at) {
        jdbc.update(sql("run-close-failed"), Map.of("id", run.id(), "last_error", reason, "finished_at", at));
        jdbc.update(sql("state-close"), Map.of("stream", run.stream()));
        deleteCursors(run.id());
    }

    /** Rows that were delivered in order need nobody's care any more. */
    public void stored(Run run, UuidArray ids, OffsetDateTime at) {
        jdbc.update(
                sql("quarantine-close"),
                new MapSqlParameterSource()
                        .addValue("stream", run.stream())
                        .addValue("at", at)
                        .addValue("ids", ids, java.sql.Types.ARRAY));
    }

    /** Expires the active jobs among these ids; says which they were. */
    public List<UUID> expire(UuidArray ids, String reason, OffsetDateTime at) {
        return jdbc.queryForList(
                database.returning("id", sql("job-expire")),
                new MapSqlParameterSource("at", at)
                        .addValue("reason", reason)
                        .addValue("ids", ids, java.sql.Types.ARRAY),
                UUID.class);
    }

    public void addExpired(long runId, long expired, RequestUsage spent) {
        jdbc.update(sql("run-expired"), spent(runId, spent).addValue("expired", expired));
    }

    /**
     * Stores what the server's clock showed, and the watermarks by it.
     *
     * @param difference null when it is not known
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
     * Stores a run's start, window and mode, as they are by the server's clock.
     *
     * @param measured whether an answer has shown that clock
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

    /** The start of the last complete run that did not start after a time; empty when there is none. */
    public Optional<OffsetDateTime> lastStart(String stream, OffsetDateTime before) {
        return Optional.ofNullable(jdbc.queryForObject(
                sql("run-last-started"), Map.of("stream", stream, "before", before), OffsetDateTime.class));
    }

    /**
     * Moves a sweep's watermark.
     *
     * @param whole whether its window began behind the last one; then no id is left that could not be read
     */
    public void sweptUntil(String stream, OffsetDateTime startedAt, boolean whole) {
        jdbc.update(sql("state-swept"), Map.of("stream", stream, "started_at", startedAt, "whole", whole));
    }

    /** Notes a sweep of which some ids could not be read. */
    public void sweptUnreadably(String stream, OffsetDateTime startedAt) {
        jdbc.update(sql("state-swept-unreadably"), Map.of("stream", stream, "started_at", startedAt));
    }

    /** Closes a run that did all it had to, and moves the stream's watermark to its start. */
    public void succeed(Run run, OffsetDateTime at) {
        jdbc.update(sql("run-succeed"), Map.of("id", run.id(), "finished_at", at));
        jdbc.update(sql("state-commit"), Map.of("stream", run.stream(), "id", run.id()));
        if (run.mode() == RunMode.RESYNC) {
            // one that was asked for in the moment in which this one began
            clearResyncRequest(run.stream());
            jdbc.update(sql("state-resynced"), Map.of("stream", run.stream()));
            jdbc.update(sql("state-clear-unreadable"), Map.of("stream", run.stream(), "run_id", run.id()));
        }
        deleteCursors(run.id());
    }

    /**
     * Forgets runs that ended before a time, and what was put aside and is settled since. The last success of each mode
     * stays, as estimates go by it, and a run that something still hangs on.
     */
    public void purge(String stream, OffsetDateTime before) {
        Map<String, Object> which = Map.of("stream", stream, "before", before);
        jdbc.update(sql("quarantine-purge"), which);
        jdbc.update(sql("run-purge"), which);
    }

    /** Saves how an attempt ended: its error, or null, and what no page has saved. */
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
