package dev.jobfeed.lease;

import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlClient;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;

/** Stores leases in {@code sync_state}, by the database's clock. Joins the calling thread's transaction. */
final class LeaseRepository {

    private final SqlClient sql;

    LeaseRepository(SqlClient sql) {
        this.sql = sql;
    }

    /**
     * Acquires the lease if it is free or expired. Ends the database sessions of an earlier owner that never released
     * it.
     */
    Optional<Lease> acquire(String stream, LeaseOwner owner, Duration duration) {
        Optional<String> previous = currentOwner(stream);
        Lease lease = new Lease(stream, UUID.randomUUID());
        int updated = sql.statement("lease-acquire")
                .paramSource(parameters(lease, duration).addValue("owner", owner.text()))
                .update();
        if (updated == 0) {
            return Optional.empty();
        }
        if (sql.database() == Dialect.POSTGRESQL) {
            previous.ifPresent(text -> sql.statement("sessions-end")
                    .param("owner", text)
                    .query(Boolean.class)
                    .list());
        }
        return Optional.of(lease);
    }

    /** Returns the owner of a stream's lease, or the last owner if it never released the lease. */
    Optional<String> currentOwner(String stream) {
        return sql.statement("lease-owner")
                .param("stream", stream)
                .query(String.class)
                .optional();
    }

    /** Renews a lease; returns false if another owner has acquired it. */
    boolean renew(Lease lease, Duration duration) {
        return sql.statement("lease-renew")
                        .paramSource(parameters(lease, duration))
                        .update()
                == 1;
    }

    /** Returns whether any owner holds a lease on the stream now. */
    boolean isHeld(String stream) {
        return sql.statement("lease-is-held")
                .param("stream", stream)
                .query(Boolean.class)
                .single();
    }

    /** Returns whether a lease is still valid for its owner. */
    boolean holds(Lease lease) {
        return sql.statement("lease-holds")
                        .param("stream", lease.stream())
                        .param("token", lease.token())
                        .query(Integer.class)
                        .single()
                == 1;
    }

    /** Releases the lease; has no effect when another owner has acquired it. */
    void release(Lease lease) {
        sql.statement("lease-release")
                .paramSource(parameters(lease, Duration.ZERO))
                .update();
    }

    /** Returns the parameters of {@code lease-renew}. */
    static MapSqlParameterSource parameters(Lease lease, Duration duration) {
        return new MapSqlParameterSource()
                .addValue("stream", lease.stream())
                .addValue("token", lease.token())
                .addValue("seconds", duration.toSeconds());
    }
}
