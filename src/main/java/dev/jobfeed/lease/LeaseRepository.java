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

/** Stores leases in {@code sync_state}, on the database's clock. Joins the calling thread's transaction. */
public final class LeaseRepository {

    private final NamedParameterJdbcTemplate jdbc;
    private final Dialect database;

    public LeaseRepository(DataSource dataSource, Dialect database) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
    }

    /** Takes the lease if nobody holds it, and ends what a former holder that never gave it back has left open. */
    public Optional<Lease> acquire(String stream, LeaseOwner holder, Duration duration) {
        Optional<String> former = leaseHolder(stream);
        Lease lease = new Lease(stream, UUID.randomUUID());
        int taken = jdbc.update(
                sql("lease-acquire"), leaseParameters(lease, duration).addValue("holder", holder.text()));
        if (taken == 0) {
            return Optional.empty();
        }
        if (database == Dialect.POSTGRESQL) {
            former.ifPresent(text -> jdbc.queryForList(sql("sessions-end"), Map.of("holder", text), Boolean.class));
        }
        return Optional.of(lease);
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
    public boolean holds(Lease lease) {
        Integer held = jdbc.queryForObject(
                sql("lease-holds"), Map.of("stream", lease.stream(), "token", lease.token()), Integer.class);
        return held != null && held == 1;
    }

    /** Gives the lease back; nothing happens when it is another's by now. */
    public void release(Lease lease) {
        jdbc.update(sql("lease-release"), leaseParameters(lease, Duration.ZERO));
    }

    /**
     * Takes the lease, for a minute, for what an operator asks for.
     *
     * @throws StreamLockedException when an attempt is at work
     */
    public Lease take(String stream) {
        return acquire(stream, LeaseOwner.currentProcess(), Duration.ofMinutes(1))
                .orElseThrow(() -> new StreamLockedException("An attempt is at work on the stream " + stream + ": "
                        + leaseHolder(stream).orElse("it has just begun") + "."));
    }

    private static MapSqlParameterSource leaseParameters(Lease lease, Duration duration) {
        return new MapSqlParameterSource()
                .addValue("stream", lease.stream())
                .addValue("token", lease.token())
                .addValue("seconds", duration.toSeconds());
    }

    private String sql(String name) {
        return SqlCatalog.text(name, database);
    }
}
