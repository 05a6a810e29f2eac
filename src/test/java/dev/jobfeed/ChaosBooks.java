package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.OffsetDateTime;
import java.util.Set;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** What must be true of a store between any two attempts, however the last one ended. */
final class ChaosBooks {

    /** Conditions that nothing in a storm brings about. */
    static final Set<String> UNEXPECTED = Set.of("internal", "database", "configuration");

    private final String url;
    private OffsetDateTime watermark;
    private OffsetDateTime sweepWatermark;
    private int runs;
    private String lastStatus;

    ChaosBooks(String url) {
        this.url = url;
    }

    /** How many runs there were when it was checked last. */
    int runs() {
        return runs;
    }

    /** What the newest run was when it was checked last; null when there was none. */
    String lastStatus() {
        return lastStatus;
    }

    /** Looks into a store that no process has open. */
    void check() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            JdbcTemplate store = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            if (isMigrated(store)) {
                addUp(store);
                neverGoBack(store);
                runs = (int) number(store, "select count(*) from sync_run");
                lastStatus =
                        store
                                .queryForList("select status from sync_run order by id desc limit 1", String.class)
                                .stream()
                                .findFirst()
                                .orElse(null);
            }
        }
    }

    /** The first process may have been killed before it was. */
    private static boolean isMigrated(JdbcTemplate store) {
        return number(
                                store,
                                "select count(*) from information_schema.tables"
                                        + " where table_name = 'jobfeed_schema_history'")
                        > 0
                && number(store, "select count(*) from \"jobfeed_schema_history\" where \"version\" = '1'") > 0;
    }

    private static void addUp(JdbcTemplate store) {
        assertThat(store.queryForList("select * from sync_run where received <>"
                        + " inserted + updated + unchanged + reactivated + duplicates + quarantined"))
                .as("runs whose counters do not add up")
                .isEmpty();
        assertThat(store.queryForList(
                        "select * from sync_run where status = 'open' and id < (select max(id) from sync_run)"))
                .as("open runs that are not the last")
                .isEmpty();
        assertThat(store.queryForList("select * from sync_run where status = 'succeeded' and last_error is not null"))
                .as("runs that succeeded with an error")
                .isEmpty();
        assertThat(number(store, "select count(*) from job"))
                .as("stored jobs, by what the runs have counted")
                .isEqualTo(number(store, "select coalesce(sum(inserted), 0) from sync_run"));
        assertThat(number(store, "select count(*) from job where expired_at is not null"))
                .as("expired jobs, by what the runs have counted")
                .isEqualTo(number(store, "select coalesce(sum(expired) - sum(reactivated), 0) from sync_run"));
        assertThat(store.queryForList("select id, title from job where cast(id as varchar) like '" + SyncWorld.FAULT_ID
                        + "%' and title not like 'Fault row_bad_text %' and title not like 'Fault row_huge %'"
                        + " and title not like 'Fault row_unknown_field %'"))
                .as("stored rows that belong into quarantine")
                .isEmpty();
        assertThat(store.queryForList("select condition, message from alert").stream()
                        .filter(alert -> UNEXPECTED.contains(alert.get("condition"))))
                .as("alerts that no fault explains")
                .isEmpty();
    }

    private void neverGoBack(JdbcTemplate store) {
        OffsetDateTime newest =
                time(store, "select max(run_started_at) from sync_run where status = 'succeeded' and stream = 'jobs'");
        OffsetDateTime mark = time(store, "select last_run_started_at from sync_state where stream = 'jobs'");
        OffsetDateTime sweepMark = time(store, "select last_sweep_started_at from sync_state where stream = 'jobs'");
        assertThat(mark).as("the watermark").isEqualTo(newest);
        if (watermark != null) {
            assertThat(mark).as("the watermark").isAfterOrEqualTo(watermark);
        }
        if (sweepWatermark != null) {
            assertThat(sweepMark).as("the sweep's watermark").isAfterOrEqualTo(sweepWatermark);
        }
        watermark = mark;
        sweepWatermark = sweepMark;
    }

    private static long number(JdbcTemplate store, String query) {
        Long number = store.queryForObject(query, Long.class);
        return number == null ? 0 : number;
    }

    private static OffsetDateTime time(JdbcTemplate store, String query) {
        return store.queryForObject(query, OffsetDateTime.class);
    }
}
