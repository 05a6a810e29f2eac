package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.SandboxOptions;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the retention of runs. */
class RetentionTest {

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oldRunsAreDeletedUnlessStillNeeded(String database) throws Exception {
        try (SyncFixture fixture =
                SyncFixture.of(database, SandboxOptions.builder().jobs(20)).with("jobfeed.runs.keep-for", "30d")) {
            long backfill = fixture.sync().id();
            fixture.sync();
            long quarantining = fixture.sync().id();
            long settled = fixture.sync().id();
            long recent = fixture.sync().id();
            OffsetDateTime now = OffsetDateTime.now();
            fixture.database.update("update sync_run set finished_at = ? where id < ?", now.minusDays(31), recent);
            quarantine(fixture, quarantining, null);
            quarantine(fixture, settled, now.minusDays(31));

            long last = fixture.sync().id();

            assertThat(runs(fixture)).containsExactly(backfill, quarantining, recent, last);
            assertThat(fixture.one("select run_id from quarantine", Long.class)).isEqualTo(quarantining);
        }
    }

    private static void quarantine(SyncFixture fixture, long run, OffsetDateTime closedAt) {
        fixture.database.update(
                "insert into quarantine (stream, run_id, reason, payload, quarantined_at, closed_at)"
                        + " values ('jobs', ?, 'no id', '{}', ?, ?)",
                run,
                OffsetDateTime.now().minusDays(40),
                closedAt);
    }

    private static List<Long> runs(SyncFixture fixture) {
        return fixture.database.queryForList("select id from sync_run order by id", Long.class);
    }
}
