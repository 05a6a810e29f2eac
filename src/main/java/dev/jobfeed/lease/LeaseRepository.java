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
public final class LeaseRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public LeaseRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /**
     * Acquires the lease if it is free or expired. Ends the database sessions of an earlier owner that never released
     * it.
     */
    public Optional<Lease> acquire(String stream, LeaseOwner owner, Duration duration) {
        Optional<String> previous = leaseHolder(stream);
        Lease lease = new Lease(stream, UUID.randomUUID());
        int updated =
                jdbc.update(sql("lease-acquire"), parameters(lease, duration).addValue("holder", owner.text()));
        if (updated == 0) {
            return Optional.empty();
        }
        if (database == Dialect.POSTGRESQL) {
            previous.ifPresent(text -> jdbc.queryForList(sql("sessions-end"), Map.of("holder", text), Boolean.class));
        }
        return Optional.of(lease);
    }

    /** Returns the owner of a stream's lease, or the last owner if it never released the lease. */
    public Optional<String> leaseHolder(String stream) {
        return jdbc.query(sql("lease-holder"), Map.of("stream", stream), (row, i) -> row.getString(1)).stream()
                .findFirst();
    }

    /** Renews a lease. As the last statement of a transaction, also its fence. */
    public void renew(Lease lease, Duration duration) {
        if (jdbc.update(sql("lease-renew"), parameters(lease, duration)) != 1) {
            throw LeaseLostException.of(lease.stream());
        }
    }

    /** Returns whether a lease is still valid for its owner. */
    public boolean holds(Lease lease) {
        Integer count = jdbc.queryForObject(
                sql("lease-holds"), Map.of("stream", lease.stream(), "token", lease.token()), Integer.class);
        return count != null && count == 1;
    }

    /** Releases the lease; has no effect when another owner has acquired it. */
    public void release(Lease lease) {
        jdbc.update(sql("lease-release"), parameters(lease, Duration.ZERO));
    }

    /**
     * Acquires the lease for a minute, for an action of an operator.
     *
     * @throws StreamLockedException when an attempt is in progress
     */
    public Lease take(String stream) {
        return acquire(stream, LeaseOwner.currentProcess(), Duration.ofMinutes(1))
                .orElseThrow(() -> new StreamLockedException("An attempt is in progress on the stream " + stream + ": "
                        + leaseHolder(stream).orElse("it has just begun") + "."));
    }

    /** Returns the parameters of {@code lease-renew}. */
    public static MapSqlParameterSource parameters(Lease lease, Duration duration) {
        return new MapSqlParameterSource()
                .addValue("stream", lease.stream())
                .addValue("token", lease.token())
                .addValue("seconds", duration.toSeconds());
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
