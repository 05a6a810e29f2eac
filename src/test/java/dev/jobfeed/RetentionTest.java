package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.SandboxOptions;
import java.time.OffsetDateTime;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How long it is kept what runs there were. */
class RetentionTest {

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void oldRunsGoButForWhatIsStillNeeded(String database) throws Exception {
        try (SyncFixture world =
                SyncFixture.of(database, SandboxOptions.builder().jobs(20)).with("jobfeed.runs.keep-for", "30d")) {
            long backfill = world.sync().id();
            world.sync();
            long quarantining = world.sync().id();
            long settled = world.sync().id();
            long recent = world.sync().id();
            OffsetDateTime now = OffsetDateTime.now();
            world.database.update("update sync_run set finished_at = ? where id < ?", now.minusDays(31), recent);
            quarantine(world, quarantining, null);
            quarantine(world, settled, now.minusDays(31));

            long last = world.sync().id();

            assertThat(runs(world)).containsExactly(backfill, quarantining, recent, last);
            assertThat(world.one("select run_id from quarantine", Long.class)).isEqualTo(quarantining);
        }
    }

    private static void quarantine(SyncFixture world, long run, OffsetDateTime closedAt) {
        world.database.update(
                "insert into quarantine (stream, run_id, reason, payload, quarantined_at, closed_at)"
                        + " values ('jobs', ?, 'no id', '{}', ?, ?)",
                run,
                OffsetDateTime.now().minusDays(40),
                closedAt);
    }

    private static List<Long> runs(SyncFixture world) {
        return world.database.queryForList("select id from sync_run order by id", Long.class);
    }
}
