package dev.jobfeed.run;

import dev.jobfeed.store.Database;
import dev.jobfeed.store.Outbox;
import dev.jobfeed.store.Sql;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import javax.sql.DataSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;

/** The statements on {@code resync_seen} and {@code reconcile_pending}. Joins the calling thread's transaction. */
public final class ReconcileStore {

    private final NamedParameterJdbcTemplate jdbc;
    private final Database database;
    private final Outbox outbox;

    public ReconcileStore(DataSource dataSource, Database database, Outbox outbox) {
        this.jdbc = new NamedParameterJdbcTemplate(dataSource);
        this.database = database;
        this.outbox = outbox;
    }

    /**
     * What a resync has to decide on.
     *
     * @param active jobs that are active
     * @param unseen those of them that it did not bring
     * @param seen ids that it brought
     */
    record Counts(long active, long unseen, long seen) {}

    Counts counts(long runId) {
        return jdbc.queryForObject(
                Sql.text("reconcile-counts", database),
                Map.of("run_id", runId),
                (row, i) -> new Counts(row.getLong("active"), row.getLong("unseen"), row.getLong("seen")));
    }

    /**
     * Active jobs that a resync did not bring, in the order of their ids, so that the next look goes on where this one
     * ended instead of through the whole table again.
     *
     * @param from the first id to look at
     */
    List<UUID> unseen(long runId, UUID from, int limit) {
        return jdbc.queryForList(
                Sql.text("reconcile-unseen", database),
                Map.of("run_id", runId, "from", from, "limit", limit),
                UUID.class);
    }

    void closeQuarantined(long runId, OffsetDateTime at) {
        jdbc.update(Sql.text("reconcile-close-quarantine", database), Map.of("run_id", runId, "at", at));
    }

    void hold(long runId, String reason) {
        jdbc.update(Sql.text("reconcile-hold", database), Map.of("run_id", runId, "reason", reason));
    }

    int forget(int limit) {
        return jdbc.update(Sql.text("reconcile-forget", database), Map.of("limit", limit));
    }

    /** Active jobs that wait for a person's word. */
    public long pending() {
        Long pending = jdbc.queryForObject(Sql.text("pending-count", database), Map.of(), Long.class);
        return pending == null ? 0 : pending;
    }

    /** Expires what waits for a person's word; says how many jobs that were. */
    public int accept(OffsetDateTime at) {
        int expired = jdbc.update(Sql.text("pending-apply", database), Map.of("at", at));
        outbox.accepted(at);
        jdbc.update(Sql.text("pending-clear", database), Map.of());
        return expired;
    }
}
