package dev.jobfeed.lease;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlCatalog;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** Stores leases in {@code sync_state}, by the database's clock. Joins the calling thread's transaction. */
final class LeaseRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    LeaseRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Acquires the lease if it is free or expired. Ends the database sessions of an earlier owner that never released
     * it.
     */
    Optional<Lease> acquire(String stream, LeaseOwner owner, Duration duration) {
        Optional<String> previous = currentOwner(stream);
        Lease lease = new Lease(stream, UUID.randomUUID());
        int updated =
                jdbc.update(sql("lease-acquire"), parameters(lease, duration).addValue("owner", owner.text()));
        if (updated == 0) {
            return Optional.empty();
        }
        if (database == Dialect.POSTGRESQL) {
            previous.ifPresent(text -> jdbc.queryForList(sql("sessions-end"), Map.of("owner", text), Boolean.class));
        }
        return Optional.of(lease);
    }

    /** Returns the owner of a stream's lease, or the last owner if it never released the lease. */
    Optional<String> currentOwner(String stream) {
        return jdbc.query(sql("lease-owner"), Map.of("stream", stream), (row, i) -> row.getString(1)).stream()
                .findFirst();
    }

    /** Renews a lease; returns false if another owner has acquired it. */
    boolean renew(Lease lease, Duration duration) {
        return jdbc.update(sql("lease-renew"), parameters(lease, duration)) == 1;
    }

    /** Returns whether any owner holds a lease on the stream now. */
    boolean isHeld(String stream) {
        return Boolean.TRUE.equals(jdbc.queryForObject(sql("lease-is-held"), Map.of("stream", stream), Boolean.class));
    }

    /** Returns whether a lease is still valid for its owner. */
    boolean holds(Lease lease) {
        Integer count = jdbc.queryForObject(
                sql("lease-holds"), Map.of("stream", lease.stream(), "token", lease.token()), Integer.class);
        return count != null && count == 1;
    }

    /** Releases the lease; has no effect when another owner has acquired it. */
    void release(Lease lease) {
        jdbc.update(sql("lease-release"), parameters(lease, Duration.ZERO));
    }

    /** Returns the parameters of {@code lease-renew}. */
    static MapSqlParameterSource parameters(Lease lease, Duration duration) {
        return new MapSqlParameterSource()
                .addValue("stream", lease.stream())
                .addValue("token", lease.token())
                .addValue("seconds", duration.toSeconds());
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
