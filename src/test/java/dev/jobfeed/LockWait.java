package dev.jobfeed;

import static org.awaitility.Awaitility.await;

import org.springframework.jdbc.core.JdbcTemplate;

/** Waits until a session of a database waits for a lock that another one holds. */
public final class LockWait {

    private static final String H2 =
            "select count(*) > 0 from information_schema.sessions where blocker_id is not null";
    private static final String POSTGRESQL = "select count(*) > 0 from pg_stat_activity"
            + " where datname = current_database() and wait_event_type = 'Lock'";

    private LockWait() {}

    /** Joins the calling thread's transaction, which is to be the one that holds the lock. */
    public static void of(JdbcTemplate database, boolean isH2) {
        await().until(() -> database.queryForObject(isH2 ? H2 : POSTGRESQL, Boolean.class));
    }
}
