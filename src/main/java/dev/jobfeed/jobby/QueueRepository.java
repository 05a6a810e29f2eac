package dev.jobfeed.jobby;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Runs the statements on {@code jobby_queue} and {@code jobby_match}, in the caller's transaction. */
public final class QueueRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public QueueRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * A match as it was first reported.
     *
     * @param eventId nullable
     * @param relayedAt when it was sent by the outbox relay; nullable
     */
    public record Match(String matchId, String eventId, OffsetDateTime matchedAt, OffsetDateTime relayedAt) {}

    /**
     * Adds a join request and records the queue's server.
     *
     * @throws org.springframework.dao.DuplicateKeyException if the event has an open request
     */
    JoinRequest add(UUID key, String eventId, String baseUrl, OffsetDateTime at) {
        jdbc.update(sql("queue-insert"), Map.of("key", key, "event_id", eventId, "at", at));
        jdbc.update(sql("state-listed"), Map.of("stream", "jobby_queue", "started_at", at, "base_url", baseUrl));
        return read(key);
    }

    /** Returns the open request for an event. */
    Optional<JoinRequest> openOf(String eventId) {
        return jdbc
                .query(sql("queue-open-of-event"), Map.of("event_id", eventId), QueueRepository::joinRequest)
                .stream()
                .findFirst();
    }

    /** Lists the open requests, oldest first. */
    public List<JoinRequest> open() {
        return jdbc.query(sql("queue-open"), Map.of(), QueueRepository::joinRequest);
    }

    /** Reads a request as it is stored now. */
    public JoinRequest read(UUID key) {
        return jdbc.queryForObject(sql("queue-read"), Map.of("key", key), QueueRepository::joinRequest);
    }

    /** Lists the last requests, latest first. */
    public List<JoinRequest> last(int limit) {
        return jdbc.query(sql("queue-last"), Map.of("limit", limit), QueueRepository::joinRequest);
    }

    /** Claims an unanswered request for sending, for the lease's duration at most; false if it is not available. */
    boolean claim(UUID key, Duration lease) {
        return jdbc.update(sql("queue-claim"), Map.of("key", key, "millis", lease.toMillis())) == 1;
    }

    void release(UUID key) {
        jdbc.update(sql("queue-release"), Map.of("key", key));
    }

    /** Stores the place of a request that waits in its queue. */
    void await(UUID key, QueueStatus place, OffsetDateTime at) {
        jdbc.update(
                sql("queue-wait"),
                new MapSqlParameterSource("key", key)
                        .addValue("status", place.status(), Types.VARCHAR)
                        .addValue("rank", place.rank(), Types.INTEGER)
                        .addValue("estimated_wait_seconds", place.estimatedWaitSeconds(), Types.BIGINT)
                        .addValue("at", at));
    }

    /**
     * Closes an open request.
     *
     * @param place nullable
     * @param error nullable
     */
    void close(UUID key, JoinRequest.State state, QueueStatus place, String error, OffsetDateTime at) {
        jdbc.update(
                sql("queue-close"),
                new MapSqlParameterSource("key", key)
                        .addValue("state", state.word())
                        .addValue("status", place == null ? null : place.status(), Types.VARCHAR)
                        .addValue(
                                "match_id",
                                state == JoinRequest.State.MATCHED && place != null ? place.matchId() : null,
                                Types.VARCHAR)
                        .addValue("error", error, Types.VARCHAR)
                        .addValue("at", at));
    }

    /** Closes every other waiting request: the API reports one place only, the one that was taken last. */
    void replaceOthers(UUID key, OffsetDateTime at) {
        jdbc.update(sql("queue-replace"), Map.of("key", key, "at", at));
    }

    /** Claims the poll of the queue status for one process on this database, for the lease's duration at most. */
    Optional<UUID> claimPoll(Duration lease) {
        UUID token = UUID.randomUUID();
        return jdbc.update(sql("poll-claim"), Map.of("token", token, "millis", lease.toMillis())) == 1
                ? Optional.of(token)
                : Optional.empty();
    }

    /** Allows the next poll, by whichever process, after the interval. */
    void polled(UUID token, Duration interval) {
        jdbc.update(sql("poll-done"), Map.of("token", token, "millis", interval.toMillis()));
    }

    /** Stores a match; false if it is known. */
    boolean addMatch(String matchId, String eventId, String json, OffsetDateTime at) {
        return jdbc.update(
                        sql("match-insert"),
                        new MapSqlParameterSource("match_id", matchId)
                                .addValue("event_id", eventId, Types.VARCHAR)
                                .addValue("data", json)
                                .addValue("at", at))
                == 1;
    }

    /** Lists the last matches, latest first. */
    public List<Match> matches(int limit) {
        return jdbc.query(
                sql("match-last"),
                Map.of("limit", limit),
                (row, i) -> new Match(
                        row.getString("match_id"),
                        row.getString("event_id"),
                        time(row, "matched_at"),
                        time(row, "relayed_at")));
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
        jdbc.update(sql("match-expire"), Map.of("before", before, "at", at));
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
