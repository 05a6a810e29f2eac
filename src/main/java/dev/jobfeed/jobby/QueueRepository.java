package dev.jobfeed.jobby;

import dev.jobfeed.persistence.SqlClient;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.UUID;

/** Runs the statements on {@code jobby_queue} and {@code jobby_match}, in the caller's transaction. */
public final class QueueRepository {

    private final SqlClient sql;

    public QueueRepository(SqlClient sql) {
        this.sql = sql;
    }

    /**
     * A match as it was first reported.
     *
     * @param eventId nullable
     * @param relayedAt when it was sent by the outbox relay; nullable
     */
    public record Match(String matchId, String eventId, OffsetDateTime matchedAt, OffsetDateTime relayedAt) {}

    /**
     * Adds a join request.
     *
     * @throws org.springframework.dao.DuplicateKeyException if the event has an open request
     */
    JoinRequest add(UUID key, String eventId, OffsetDateTime at) {
        sql.statement("queue-insert")
                .param("key", key)
                .param("event_id", eventId)
                .param("at", at)
                .update();
        return read(key);
    }

    /** Returns the open request for an event. */
    Optional<JoinRequest> openOf(String eventId) {
        return sql.statement("queue-open-of-event")
                .param("event_id", eventId)
                .query(QueueRepository::joinRequest)
                .optional();
    }

    /** Lists the open requests, oldest first. */
    public List<JoinRequest> open() {
        return sql.statement("queue-open").query(QueueRepository::joinRequest).list();
    }

    /** Reads a request as it is stored now. */
    public JoinRequest read(UUID key) {
        return sql.statement("queue-read")
                .param("key", key)
                .query(QueueRepository::joinRequest)
                .single();
    }

    /** Lists the last requests, latest first. */
    public List<JoinRequest> last(int limit) {
        return sql.statement("queue-last")
                .param("limit", limit)
                .query(QueueRepository::joinRequest)
                .list();
    }

    /** Claims an unanswered request for sending, for the lease's duration at most; false if it is not available. */
    boolean claim(UUID key, Duration lease) {
        return sql.statement("queue-claim")
                        .param("key", key)
                        .param("millis", lease.toMillis())
                        .update()
                == 1;
    }

    void release(UUID key) {
        sql.statement("queue-release").param("key", key).update();
    }

    /** Stores the place of a request that waits in its queue. */
    void await(UUID key, QueueStatus place, OffsetDateTime at) {
        sql.statement("queue-mark-waiting")
                .param("key", key)
                .param("status", place.status(), Types.VARCHAR)
                .param("rank", place.rank(), Types.INTEGER)
                .param("estimated_wait_seconds", place.estimatedWaitSeconds(), Types.BIGINT)
                .param("at", at)
                .update();
    }

    /**
     * Closes an open request.
     *
     * @param place nullable
     * @param error nullable
     */
    void close(UUID key, JoinRequest.State state, QueueStatus place, String error, OffsetDateTime at) {
        sql.statement("queue-close")
                .param("key", key)
                .param("state", state.word())
                .param("status", place == null ? null : place.status(), Types.VARCHAR)
                .param(
                        "match_id",
                        state == JoinRequest.State.MATCHED && place != null ? place.matchId() : null,
                        Types.VARCHAR)
                .param("error", error, Types.VARCHAR)
                .param("at", at)
                .update();
    }

    /** Closes every other waiting request: the API reports one place only, the one that was taken last. */
    void replaceOthers(UUID key, OffsetDateTime at) {
        sql.statement("queue-replace").param("key", key).param("at", at).update();
    }

    /** Claims the poll of the queue status for one process on this database, for the lease's duration at most. */
    Optional<UUID> claimPoll(Duration lease) {
        UUID token = UUID.randomUUID();
        int claimed = sql.statement("queue-poll-claim")
                .param("token", token)
                .param("millis", lease.toMillis())
                .update();
        return claimed == 1 ? Optional.of(token) : Optional.empty();
    }

    /** Allows the next poll, by whichever process, after the interval. */
    void polled(UUID token, Duration interval) {
        sql.statement("queue-poll-done")
                .param("token", token)
                .param("millis", interval.toMillis())
                .update();
    }

    /** Brings the next poll forward, unless one is in progress. */
    void pollWithin(Duration interval) {
        sql.statement("queue-poll-soon").param("millis", interval.toMillis()).update();
    }

    /**
     * Stores why the status of the open requests cannot be polled.
     *
     * @param error nullable
     */
    void pollError(String error) {
        sql.statement("queue-poll-error").param("error", error, Types.VARCHAR).update();
    }

    /** Stores a match; false if it is known. */
    boolean addMatch(String matchId, String eventId, String json, OffsetDateTime at) {
        return sql.statement("match-insert")
                        .param("match_id", matchId)
                        .param("event_id", eventId, Types.VARCHAR)
                        .param("data", json)
                        .param("at", at)
                        .update()
                == 1;
    }

    /** Lists the last matches, latest first. */
    public List<Match> matches(int limit) {
        return sql.statement("match-last")
                .param("limit", limit)
                .query((row, i) -> new Match(
                        row.getString("match_id"),
                        row.getString("event_id"),
                        time(row, "matched_at"),
                        time(row, "relayed_at")))
                .list();
    }

    private static JoinRequest joinRequest(ResultSet row, int i) throws SQLException {
        return new JoinRequest(
                row.getObject("idempotency_key", UUID.class),
                row.getString("event_id"),
                JoinRequest.State.valueOf(row.getString("state").toUpperCase(Locale.ROOT)),
                row.getString("status"),
                row.getObject("rank", Integer.class),
                row.getObject("estimated_wait_seconds", Long.class),
                row.getString("match_id"),
                time(row, "created_at"),
                time(row, "joined_at"),
                time(row, "ended_at"),
                row.getString("last_error"));
    }

    private static OffsetDateTime time(ResultSet row, String column) throws SQLException {
        return row.getObject(column, OffsetDateTime.class);
    }

    /** Clears the alerts of matches that were notified before a time. */
    void endMatches(OffsetDateTime before, OffsetDateTime at) {
        sql.statement("match-expire").param("before", before).param("at", at).update();
    }
}
