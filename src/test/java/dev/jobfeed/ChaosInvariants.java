package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Checks what must be true of a store between any two attempts, however the last one ended. */
final class ChaosInvariants {

    /** Lists conditions that no injected fault causes. */
    static final Set<String> UNEXPECTED = Set.of("internal", "database", "configuration");

    /** Matches the remedy in the error of a run or in an alert. */
    private static final Pattern REMEDY = Pattern.compile("Close the run with jobfeed (abandon [a-z-]+)");

    private static final Pattern STUCK_RUN = Pattern.compile("\\brun (\\d+)\\b");

    private final String url;
    private final boolean clocksAreSet;
    private final Map<String, OffsetDateTime> watermarks = new HashMap<>();
    private final Map<String, String> lastStatus = new HashMap<>();
    private final Map<String, String> remedies = new HashMap<>();
    private int runs;

    /** Creates the checks. With changed clocks, watermarks may move back, and fewer of them are checked. */
    ChaosInvariants(String url, boolean clocksAreSet) {
        this.url = url;
        this.clocksAreSet = clocksAreSet;
    }

    /** Returns the number of runs at the last check. */
    int runs() {
        return runs;
    }

    /** Returns the status of a stream's newest run at the last check; null without a run. */
    String lastStatus(String stream) {
        return lastStatus.get(stream);
    }

    /** Returns the command that the operator has to run before a stream can continue; null if none is needed. */
    String remedy(String stream) {
        return remedies.get(stream);
    }

    /** Returns the open runs with all their columns; fails while another process holds an H2 file. */
    String openRuns() throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            return new JdbcTemplate(new SingleConnectionDataSource(connection, true))
                    .queryForList("select * from sync_run where status = 'open'")
                    .toString();
        }
    }

    /**
     * Checks a store that no process has open.
     *
     * @param now the server's time
     */
    void check(Instant now) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url)) {
            JdbcTemplate store = new JdbcTemplate(new SingleConnectionDataSource(connection, true));
            if (isMigrated(store)) {
                assertCountersAddUp(store);
                assertWatermarksNeverGoBack(store, now);
                runs = (int) number(store, "select count(*) from sync_run");
                lastStatus.clear();
                store.query("select stream, status from sync_run order by id", row -> {
                    lastStatus.put(row.getString(1), row.getString(2));
                });
                readRemedies(store);
            }
        }
    }

    /** Reads the remedy for an open run, from its error or, if it failed for another reason since, from its alert. */
    private void readRemedies(JdbcTemplate store) {
        remedies.clear();
        Map<Long, String> openRuns = new HashMap<>();
        store.query("select id, stream, last_error from sync_run where status = 'open'", row -> {
            openRuns.put(row.getLong(1), row.getString(2));
            addRemedy(row.getString(2), row.getString(3));
        });
        store.query(
                "select message, remedy from alert where condition = 'cursor-stuck' and cleared_at is null"
                        + " and remedy like 'Close the run%'",
                row -> {
                    Matcher run = STUCK_RUN.matcher(row.getString(1));
                    assertThat(run.find())
                            .as("the alert names its run: %s", row.getString(1))
                            .isTrue();
                    String stream = openRuns.get(Long.valueOf(run.group(1)));
                    if (stream != null) {
                        addRemedy(stream, row.getString(2));
                    }
                });
    }

    private void addRemedy(String stream, String text) {
        Matcher remedy = REMEDY.matcher(String.valueOf(text));
        if (remedy.find()) {
            remedies.put(stream, remedy.group(1));
        }
    }

    /** Returns whether the schema exists; the first process may have been killed before. */
    private static boolean isMigrated(JdbcTemplate store) {
        return number(
                                store,
                                "select count(*) from information_schema.tables"
                                        + " where table_name = 'jobfeed_schema_history'")
                        > 0
                && number(store, "select count(*) from \"jobfeed_schema_history\" where \"version\" = '1'") > 0;
    }

    private static void assertCountersAddUp(JdbcTemplate store) {
        assertThat(store.queryForList("select * from sync_run where received <>"
                        + " inserted + updated + unchanged + reactivated + duplicates + quarantined"))
                .as("runs whose counters do not add up")
                .isEmpty();
        assertThat(store.queryForList("select * from sync_run r where status = 'open'"
                        + " and id < (select max(id) from sync_run where stream = r.stream)"))
                .as("open runs before the last one")
                .isEmpty();
        assertThat(store.queryForList("select * from sync_run where status = 'succeeded' and last_error is not null"))
                .as("runs that succeeded with an error")
                .isEmpty();
        assertThat(number(store, "select count(*) from job"))
                .as("stored jobs compared with the counters of the runs")
                .isEqualTo(number(store, "select coalesce(sum(inserted), 0) from sync_run where stream = 'jobs'"));
        assertThat(number(store, "select count(*) from career_site"))
                .as("stored career sites compared with the counters of the runs")
                .isEqualTo(
                        number(store, "select coalesce(sum(inserted), 0) from sync_run where stream = 'career_sites'"));
        assertThat(number(store, "select count(*) from job where expired_at is not null"))
                .as("expired jobs compared with the counters of the runs")
                .isEqualTo(number(store, "select coalesce(sum(expired) - sum(reactivated), 0) from sync_run"));
        assertThat(store.queryForList(
                        "select id, title from job where cast(id as varchar) like '" + SyncFixture.FAULT_ID
                                + "%' and title not like 'Fault row_bad_text %' and title not like 'Fault row_huge %'"
                                + " and title not like 'Fault row_unknown_field %' and title not like 'Fault row_nan %'"
                                + " and title not like 'Fault row_control %'"))
                .as("stored rows that should be quarantined")
                .isEmpty();
        assertThat(store.queryForList("select condition, message from alert").stream()
                        .filter(alert -> UNEXPECTED.contains(alert.get("condition"))))
                .as("alerts without a fault that causes them")
                .isEmpty();
    }

    private void assertWatermarksNeverGoBack(JdbcTemplate store, Instant now) {
        if (clocksAreSet) {
            return;
        }
        for (String stream : List.of("jobs", "career_sites")) {
            OffsetDateTime newest = time(
                    store,
                    "select max(run_started_at) from sync_run where status = 'succeeded' and stream = ?",
                    stream);
            OffsetDateTime watermark =
                    time(store, "select last_run_started_at from sync_state where stream = ?", stream);
            assertThat(watermark).as("watermark of %s", stream).isEqualTo(newest);
            assertNotEarlier(stream, watermark, now);
            assertNotEarlier(
                    stream + ", sweep",
                    time(store, "select last_sweep_started_at from sync_state where stream = ?", stream),
                    now);
        }
    }

    private void assertNotEarlier(String name, OffsetDateTime watermark, Instant now) {
        OffsetDateTime before = watermark == null ? watermarks.get(name) : watermarks.put(name, watermark);
        if (before != null) {
            assertThat(watermark).as("watermark of %s", name).isAfterOrEqualTo(before);
        }
        if (watermark != null) {
            assertThat(watermark.toInstant())
                    .as("watermark of %s compared with the server's time", name)
                    .isBeforeOrEqualTo(now);
        }
    }

    private static long number(JdbcTemplate store, String query) {
        Long number = store.queryForObject(query, Long.class);
        return number == null ? 0 : number;
    }

    private static OffsetDateTime time(JdbcTemplate store, String query, String stream) {
        return store.queryForObject(query, OffsetDateTime.class, stream);
    }
}
