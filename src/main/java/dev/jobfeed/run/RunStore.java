package dev.jobfeed.run;

import dev.jobfeed.feed.FeedPage;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.feed.RejectedRow;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.Sql;
import dev.jobfeed.store.UuidArray;
import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
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
import org.springframework.dao.DuplicateKeyException;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.core.namedparam.SqlParameterSource;
import org.springframework.jdbc.support.GeneratedKeyHolder;
import org.springframework.transaction.support.TransactionTemplate;

/** The statements on {@code sync_state}, {@code sync_run} and {@code quarantine}. Joins the calling thread's transaction. */
public final class RunStore {

    private static final Logger LOG = LoggerFactory.getLogger(RunStore.class);

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;

    public RunStore(DataSource dataSource, Database database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** What is known of a stream between its runs. */
    public SyncState state(String stream) {
        return jdbc.queryForObject(
                sql("state-read"),
                Map.of("stream", stream, "machine", Holder.machine()),
                (row, i) -> new SyncState(
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
    boolean isUnsettled(String stream) {
        return Boolean.TRUE.equals(
                jdbc.queryForObject(sql("state-unsettled"), Map.of("stream", stream), Boolean.class));
    }

    /** A run by its id. */
    public Run run(long id) {
        return jdbc.queryForObject(sql("run-read"), Map.of("id", id), RunStore::run);
    }

    /** The newest runs of a stream, newest first. */
    public List<Run> lastRuns(String stream, int limit) {
        return jdbc.query(sql("run-last"), Map.of("stream", stream, "limit", limit), RunStore::run);
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

    /** Takes the lease if nobody holds it, and ends what a former holder that never gave it back has left open. */
    public Optional<Lease> acquire(String stream, Holder holder, Duration duration) {
        Optional<String> former = leaseHolder(stream);
        Lease lease = new Lease(stream, UUID.randomUUID());
        int taken = jdbc.update(
                sql("lease-acquire"), leaseParameters(lease, duration).addValue("holder", holder.text()));
        if (taken == 0) {
            return Optional.empty();
        }
        if (database == Database.POSTGRESQL) {
            former.ifPresent(text -> jdbc.queryForList(sql("sessions-end"), Map.of("holder", text), Boolean.class));
        }
        return Optional.of(lease);
    }

    /**
     * Notes a firing of a schedule.
     *
     * @param latest the time after which no firing can have been; a later one that is noted does not count
     * @return false when it, or a later one, is noted already
     */
    boolean fire(String schedule, OffsetDateTime at, OffsetDateTime latest) {
        addSchedule(schedule);
        return jdbc.update(sql("firing-advance"), Map.of("schedule", schedule, "at", at, "latest", latest)) == 1;
    }

    /** When a schedule fired last; long ago when it never did. */
    OffsetDateTime lastFiring(String schedule) {
        addSchedule(schedule);
        return jdbc.queryForObject(sql("firing-last"), Map.of("schedule", schedule), OffsetDateTime.class);
    }

    /**
     * Notes a firing of a schedule, unless another was noted since a look at it, or somebody is at work on the stream.
     *
     * @param before what {@link #lastFiring} said
     * @param latest the time after which no firing can have been; a later one that is noted does not count
     */
    boolean fireAfter(String schedule, String stream, OffsetDateTime before, OffsetDateTime at, OffsetDateTime latest) {
        return jdbc.update(
                        sql("firing-replace"),
                        Map.of("schedule", schedule, "stream", stream, "before", before, "at", at, "latest", latest))
                == 1;
    }

    private void addSchedule(String schedule) {
        try {
            jdbc.update(sql("firing-add"), Map.of("schedule", schedule));
        } catch (DuplicateKeyException e) {
            LOG.debug("Another node has added the schedule {} just now", schedule, e);
        }
    }

    /** Who holds the lease of a stream, or held it last and never gave it back. */
    public Optional<String> leaseHolder(String stream) {
        return jdbc.query(sql("lease-holder"), Map.of("stream", stream), (row, i) -> row.getString(1)).stream()
                .findFirst();
    }

    /** Extends a lease; also the fence of a transaction, as its last statement. */
    public void renew(Lease lease, Duration duration) {
        if (jdbc.update(sql("lease-renew"), leaseParameters(lease, duration)) != 1) {
            throw LeaseLostException.of(lease.stream());
        }
    }

    /** Whether a lease is still its holder's. */
    boolean holds(Lease lease) {
        Integer held = jdbc.queryForObject(
                sql("lease-holds"), Map.of("stream", lease.stream(), "token", lease.token()), Integer.class);
        return held != null && held == 1;
    }

    /** Gives the lease back; nothing happens when it is another's by now. */
    public void release(Lease lease) {
        jdbc.update(sql("lease-release"), leaseParameters(lease, Duration.ZERO));
    }

    /** Opens a run and makes it the stream's open one. */
    Run open(SyncState state, RunPlan plan, OffsetDateTime startedAt, String fingerprint, boolean costConfirmed) {
        GeneratedKeyHolder key = new GeneratedKeyHolder();
        jdbc.update(
                sql("run-open"),
                new MapSqlParameterSource()
                        .addValue("stream", state.stream())
                        .addValue("mode", lower(plan.mode()))
                        .addValue("run_started_at", startedAt)
                        .addValue("window_from", plan.windowFrom(), java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .addValue("filters_fingerprint", fingerprint)
                        .addValue("cost_confirmed", costConfirmed),
                key,
                new String[] {"id"});
        long id = key.getKey().longValue();
        jdbc.update(sql("state-open"), Map.of("stream", state.stream(), "run_id", id, "run_started_at", startedAt));
        return run(id);
    }

    /** Remembers where a store is filled from. */
    void setOrigin(String stream, String baseUrl, String environment, String tenant) {
        jdbc.update(
                sql("state-origin"),
                Map.of("stream", stream, "base_url", baseUrl, "environment", environment, "tenant", tenant));
    }

    /** Returns whether a stream has received nothing so far, so that nothing in the store is of any server. */
    boolean isEmpty(String stream) {
        return Boolean.TRUE.equals(jdbc.queryForObject(sql("state-is-empty"), Map.of("stream", stream), Boolean.class));
    }

    /** Forgets the times of another server. */
    void forgetTimes(String stream) {
        jdbc.update(sql("state-forget"), Map.of("stream", stream));
    }

    void countAttempt(long runId) {
        jdbc.update(sql("run-attempt"), Map.of("id", runId));
    }

    /**
     * Adds a page's counters, and moves cursor and phase on; the run as it is then.
     *
     * @param nextCursor null after the last page, and when the run cannot be continued, see {@link #isStuck}
     */
    Run checkpoint(
            long runId, FeedPage page, String nextCursor, Counts counts, Scan scan, RunPhase phase, Spent spent) {
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
                RunStore::run);
    }

    /**
     * Puts bad rows aside; one that lies there already stays as it is, and takes the place of another of its job.
     *
     * @param runId null when they were not received by a run
     */
    public void quarantine(String stream, Long runId, List<RejectedRow> rejected, OffsetDateTime at) {
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
    boolean hasOtherFilters(String stream, String fingerprint) {
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
    Optional<Long> lastReceived(String stream, RunMode mode) {
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
        return jdbc.update(sql("state-ask-resync"), Map.of("stream", stream, "at", at)) == 1;
    }

    /** Forgets that a resync was asked for, because one is under way. */
    void clearResyncRequest(String stream) {
        jdbc.update(sql("state-clear-resync"), Map.of("stream", stream));
    }

    /** Notes that a resync is owed until one has succeeded, whatever closes the run that is to bring it. */
    void needResync(String stream, OffsetDateTime at) {
        jdbc.update(sql("state-need-resync"), Map.of("stream", stream, "at", at));
    }

    void confirmCost(long runId) {
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
                jdbc.update(sql("state-forget-balance"), Map.of());
            }
            return isOpen;
        }));
    }

    /** Takes a run back to the beginning of its feed. */
    void restart(long runId, Spent spent) {
        jdbc.update(sql("run-restart"), spent(runId, spent));
        deleteCursors(runId);
    }

    /** Returns the hashes of the cursors that a run's pagination has used. */
    List<Long> cursors(long runId) {
        return jdbc.queryForList(sql("run_cursor-read"), Map.of("run_id", runId), Long.class);
    }

    /**
     * Returns whether a run has used cursors and has none to continue with. A run that starts its pagination again has none of
     * either.
     */
    boolean isStuck(Run run) {
        return run.phase() == RunPhase.FEED
                && run.nextCursor() == null
                && !cursors(run.id()).isEmpty();
    }

    /** Stores that a run's pagination uses a cursor. */
    void addCursor(long runId, String cursor) {
        jdbc.update(sql("run_cursor-insert"), Map.of("run_id", runId, "hash", UsedCursors.hash(cursor)));
    }

    private void deleteCursors(long runId) {
        jdbc.update(sql("run_cursor-delete"), Map.of("run_id", runId));
    }

    /** Returns how many rows of a feed are stored. */
    long rows(FeedSource source) {
        return jdbc.queryForObject(sql(source.table() + "-count"), Map.of(), Long.class);
    }

    void setPhase(long runId, RunPhase phase) {
        jdbc.update(sql("run-phase"), Map.of("id", runId, "phase", lower(phase)));
    }

    /** Closes an open run for good. */
    void closeFailed(Run run, String reason, OffsetDateTime at) {
        jdbc.update(sql("run-close-failed"), Map.of("id", run.id(), "last_error", reason, "finished_at", at));
        jdbc.update(sql("state-close"), Map.of("stream", run.stream()));
        deleteCursors(run.id());
    }

    /**
     * Closes a stream's open run for good, in a transaction of its own.
     *
     * @return the run as it was; empty when none was open
     * @throws StreamBusyException when an attempt is at work on it
     */
    public Optional<Run> abandon(String stream, TransactionTemplate transaction) {
        return transaction.execute(status -> {
            Lease lease = take(stream);
            SyncState state = state(stream);
            Optional<Run> open = Optional.ofNullable(state.openRunId()).map(this::run);
            open.ifPresent(run -> closeFailed(
                    run,
                    "Abandoned by a person.",
                    OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS)));
            release(lease);
            return open;
        });
    }

    /**
     * Takes the lease, for a minute, for what a person asks for.
     *
     * @throws StreamBusyException when an attempt is at work
     */
    Lease take(String stream) {
        return acquire(stream, Holder.here(), Duration.ofMinutes(1))
                .orElseThrow(() -> new StreamBusyException("An attempt is at work on the stream " + stream + ": "
                        + leaseHolder(stream).orElse("it has just begun") + "."));
    }

    /** Rows that were delivered in order need nobody's care any more. */
    void stored(Run run, UuidArray ids, OffsetDateTime at) {
        jdbc.update(
                sql("quarantine-close"),
                new MapSqlParameterSource()
                        .addValue("stream", run.stream())
                        .addValue("at", at)
                        .addValue("ids", ids, java.sql.Types.ARRAY));
    }

    /** Expires the active jobs among these ids; says which they were. */
    List<UUID> expire(UuidArray ids, String reason, OffsetDateTime at) {
        return jdbc.queryForList(
                database.returning("id", sql("jobs-expire")),
                new MapSqlParameterSource("at", at)
                        .addValue("reason", reason)
                        .addValue("ids", ids, java.sql.Types.ARRAY),
                UUID.class);
    }

    void addExpired(long runId, long expired, Spent spent) {
        jdbc.update(sql("run-expired"), spent(runId, spent).addValue("expired", expired));
    }

    /**
     * Stores what the server's clock showed, and the watermarks by it.
     *
     * @param difference null when it is not known
     */
    void alignClock(SyncState state, Duration difference) {
        int time = java.sql.Types.TIMESTAMP_WITH_TIMEZONE;
        jdbc.update(
                sql("state-clock"),
                new MapSqlParameterSource("stream", state.stream())
                        .addValue(
                                "difference", difference == null ? null : difference.toMillis(), java.sql.Types.BIGINT)
                        .addValue("machine", Holder.machine())
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
    void alignClock(long runId, OffsetDateTime startedAt, OffsetDateTime windowFrom, RunMode mode, boolean measured) {
        jdbc.update(
                sql("run-clock"),
                new MapSqlParameterSource("id", runId)
                        .addValue("run_started_at", startedAt)
                        .addValue("window_from", windowFrom, java.sql.Types.TIMESTAMP_WITH_TIMEZONE)
                        .addValue("mode", lower(mode))
                        .addValue("measured", measured));
    }

    /** The start of the last complete run that did not start after a time; empty when there is none. */
    Optional<OffsetDateTime> lastStart(String stream, OffsetDateTime before) {
        return Optional.ofNullable(jdbc.queryForObject(
                sql("run-last-started"), Map.of("stream", stream, "before", before), OffsetDateTime.class));
    }

    /**
     * Moves a sweep's watermark.
     *
     * @param whole whether its window began behind the last one; then no id is left that could not be read
     */
    void sweptUntil(String stream, OffsetDateTime startedAt, boolean whole) {
        jdbc.update(sql("state-swept"), Map.of("stream", stream, "started_at", startedAt, "whole", whole));
    }

    /** Notes a sweep of which some ids could not be read. */
    void sweptUnreadably(String stream, OffsetDateTime startedAt) {
        jdbc.update(sql("state-swept-unreadably"), Map.of("stream", stream, "started_at", startedAt));
    }

    /** Closes a run that did all it had to, and moves the stream's watermark to its start. */
    void succeed(Run run, OffsetDateTime at) {
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
    void forget(String stream, OffsetDateTime before) {
        Map<String, Object> which = Map.of("stream", stream, "before", before);
        jdbc.update(sql("quarantine-forget"), which);
        jdbc.update(sql("runs-forget"), which);
    }

    /** Saves how an attempt ended: its error, or null, and what no page has saved. */
    void endAttempt(long runId, String error, Spent spent) {
        jdbc.update(sql("run-end-attempt"), spent(runId, spent).addValue("last_error", error));
    }

    void creditsBalance(String stream, BigDecimal balance, OffsetDateTime at) {
        jdbc.update(sql("state-balance"), Map.of("stream", stream, "balance", balance, "at", at));
    }

    private static MapSqlParameterSource spent(long runId, Spent spent) {
        return new MapSqlParameterSource()
                .addValue("id", runId)
                .addValue("requests", spent.requests())
                .addValue("retries", spent.retries())
                .addValue("credits_spent", spent.credits());
    }

    private static MapSqlParameterSource leaseParameters(Lease lease, Duration duration) {
        return new MapSqlParameterSource()
                .addValue("stream", lease.stream())
                .addValue("token", lease.token())
                .addValue("seconds", duration.toSeconds());
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
                row.getInt("restarts"),
                row.getLong("pages"),
                new Counts(
                        row.getLong("received"),
                        row.getLong("inserted"),
                        row.getLong("updated"),
                        row.getLong("unchanged"),
                        row.getLong("reactivated"),
                        row.getLong("duplicates"),
                        row.getLong("quarantined")),
                new Scan(row.getLong("scan_received"), row.getLong("scan_repeated"), row.getInt("scan_empty_pages")),
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
        return Sql.text(name, database);
    }
}
