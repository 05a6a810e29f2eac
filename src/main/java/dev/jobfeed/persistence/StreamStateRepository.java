package dev.jobfeed.persistence;

import java.math.BigDecimal;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import org.springframework.dao.DataAccessException;

/** Stores the state of streams between runs in {@code sync_state}. Joins the calling thread's transaction. */
public final class StreamStateRepository {

    private final SqlClient sql;
    private final String machine;

    /**
     * Creates the repository.
     *
     * @param machine the name of this machine, which identifies the stored difference of its clock
     */
    public StreamStateRepository(SqlClient sql, String machine) {
        this.sql = sql;
        this.machine = machine;
    }

    /** Returns the state of a stream between its runs. */
    public StreamState get(String stream) {
        return sql.statement("state-read")
                .param("stream", stream)
                .param("machine", machine)
                .query((row, i) -> new StreamState(
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
                        time(row, "resync_needed_since")))
                .single();
    }

    private static OffsetDateTime time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }

    private static Duration milliseconds(ResultSet row, String column) throws SQLException {
        Long milliseconds = row.getObject(column, Long.class);
        return milliseconds == null ? null : Duration.ofMillis(milliseconds);
    }

    /**
     * Returns whether a stream has quarantine entries that a valid row of their job would close, or pending expiries.
     */
    public boolean hasOpenIssues(String stream) {
        return sql.statement("state-has-open-issues")
                .param("stream", stream)
                .query(Boolean.class)
                .single();
    }

    /** Returns whether the database user may write to the tables; changes nothing. */
    public boolean mayWrite(String stream) {
        try {
            return sql.statement("state-touch").param("stream", stream).update() == 1;
        } catch (DataAccessException e) {
            return false;
        }
    }

    /** Stores the origin that the store is filled from. */
    public void setOrigin(String stream, String baseUrl, String environment, String tenant) {
        sql.statement("state-origin")
                .param("stream", stream)
                .param("base_url", baseUrl)
                .param("environment", environment)
                .param("tenant", tenant)
                .update();
    }

    /** Moves the watermark of a stream and stores the server that the store is filled from. */
    public void listed(String stream, OffsetDateTime startedAt, String baseUrl) {
        sql.statement("state-listed")
                .param("stream", stream)
                .param("started_at", startedAt)
                .param("base_url", baseUrl)
                .update();
    }

    /** Returns whether a stream has received nothing so far, so that the store has no data of any server. */
    public boolean isEmpty(String stream) {
        return sql.statement("state-is-empty")
                .param("stream", stream)
                .query(Boolean.class)
                .single();
    }

    /** Resets the times that originate from another server. */
    public void forgetTimes(String stream) {
        sql.statement("state-reset").param("stream", stream).update();
    }

    /**
     * Requests a resync by the next attempt.
     *
     * @return false when a resync is already in progress, so that no second one is to follow
     */
    public boolean requestResync(String stream, OffsetDateTime at) {
        return sql.statement("state-request-resync")
                        .param("stream", stream)
                        .param("at", at)
                        .update()
                == 1;
    }

    /** Clears the request for a resync, because one is in progress. */
    public void clearResyncRequest(String stream) {
        sql.statement("state-clear-resync").param("stream", stream).update();
    }

    /** Records that a resync is required until one succeeds, whatever closes the run that performs it. */
    public void needResync(String stream, OffsetDateTime at) {
        sql.statement("state-need-resync")
                .param("stream", stream)
                .param("at", at)
                .update();
    }

    /**
     * Stores the measured server clock, and the watermarks adjusted to it.
     *
     * @param difference null when unknown
     */
    public void alignClock(StreamState state, Duration difference) {
        int time = Types.TIMESTAMP_WITH_TIMEZONE;
        sql.statement("state-clock")
                .param("stream", state.stream())
                .param("difference", difference == null ? null : difference.toMillis(), Types.BIGINT)
                .param("machine", machine)
                .param("run_started_at", state.lastRunStartedAt(), time)
                .param("sweep_started_at", state.lastSweepStartedAt(), time)
                .param("earliest_sweep_started_at", state.earliestSweepStartedAt(), time)
                .param("server_set_back_from", state.setBackFrom(), time)
                .update();
    }

    /**
     * Advances the watermark of the expiry sweep.
     *
     * @param earliest the earliest time that the watermark may be by the server's clock; null when it is the watermark
     *     itself
     * @param whole whether the window covers the whole time since the previous watermark; if so, no id remains that
     *     could not be read
     */
    public void sweptUntil(String stream, OffsetDateTime startedAt, OffsetDateTime earliest, boolean whole) {
        sql.statement("state-swept")
                .param("stream", stream)
                .param("started_at", startedAt)
                .param("earliest", earliest, Types.TIMESTAMP_WITH_TIMEZONE)
                .param("whole", whole)
                .update();
    }

    /** Records a sweep in which some ids could not be read. */
    public void sweptUnreadably(String stream, OffsetDateTime startedAt) {
        sql.statement("state-swept-unreadably")
                .param("stream", stream)
                .param("started_at", startedAt)
                .update();
    }

    public void creditsBalance(String stream, BigDecimal balance, OffsetDateTime at) {
        sql.statement("state-balance")
                .param("stream", stream)
                .param("balance", balance)
                .param("at", at)
                .update();
    }
}
