package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.feed.Responses;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.SandboxOptions;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what a page of already stored rows costs the database, by its statistics. */
class UnchangedPageTest {

    private static final int PAGES = 4;

    private static SyncFixture fixture(String database) throws Exception {
        return SyncFixture.of(database, SandboxOptions.builder().jobs(100).unknownExpired(0))
                .with("jobo.jobs.batch-size", "25");
    }

    @Test
    void postgresqlOnlyWritesTheReceivedIdsOfAResync() throws Exception {
        try (SyncFixture fixture = fixture("postgresql")) {
            fixture.sync();
            Map<String, Long> before = written(fixture);
            String jobs = "select md5(string_agg(concat(id, ctid, xmin), ',' order by id)) from job";
            String stored = fixture.one(jobs, String.class);

            resync(fixture);

            Map<String, Long> after = written(fixture);
            assertThat(fixture.one(jobs, String.class)).isEqualTo(stored);
            assertThat(before.get("job")).isEqualTo(100);
            assertThat(after).containsEntry("job", 100L).containsEntry("delivered_page", 2L * PAGES);
            for (String table : List.of("quarantine", "pending_expiry", "job_change", "company_profile")) {
                assertThat(after.get(table)).as(table).isEqualTo(before.get(table));
            }
        }
    }

    @Test
    void unchangedPageNeedsOneLookupAndNoUpsert() throws Exception {
        try (SyncFixture fixture = fixture("h2")) {
            fixture.sync();
            fixture.database.execute("set query_statistics_max_entries 1000");
            fixture.database.execute("set query_statistics true");

            resync(fixture);

            assertThat(executions(fixture, "join job on id = delivered_id")).isEqualTo(PAGES);
            assertThat(executions(fixture, "insert into job (")).isZero();
            assertThat(executions(fixture, "update job\n")).isEqualTo(1);
            assertThat(executions(fixture, "insert into delivered_page")).isEqualTo(PAGES);
            assertThat(executions(fixture, "set next_cursor = ?")).isEqualTo(PAGES);
            assertThat(executions(fixture, "update quarantine")).isZero();
            assertThat(executions(fixture, "delete from pending_expiry")).isZero();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void rowWithTheStoredBytesIsNotParsed(String database) throws Exception {
        try (SyncFixture fixture = fixture(database)) {
            fixture.sync();
            replaceContentHashes(fixture);

            resync(fixture);

            assertThat(fixture.one("select count(*) from job where octet_length(content_hash) = 1", Integer.class))
                    .isEqualTo(100);
        }
    }

    /** Gives all rows the hash of another content, as if it had been stored with the delivered bytes. */
    private static void replaceContentHashes(SyncFixture fixture) {
        byte[] other = new byte[1];
        fixture.database
                .queryForList("select id, content_hash, raw_hash from job")
                .forEach(row -> {
                    byte[] rawHash =
                            Responses.rawHash((byte[]) row.get("raw_hash"), (byte[]) row.get("content_hash"), other);
                    fixture.database.update(
                            "update job set content_hash = ?, raw_hash = ? where id = ?",
                            other,
                            rawHash,
                            row.get("id"));
                });
    }

    private static void resync(SyncFixture fixture) throws Exception {
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now());
        Run run = fixture.sync();
        assertThat(run.counts().unchanged()).isEqualTo(100);
        assertThat(run.pages()).isEqualTo(PAGES);
    }

    /**
     * Returns inserted, updated and deleted rows by table. A server process reports its counts at its end at the
     * latest.
     */
    private static Map<String, Long> written(SyncFixture fixture) {
        List<Integer> servers = fixture.database.queryForList(
                "select pid from pg_stat_activity where datname = current_database()", Integer.class);
        HikariDataSource pool = (HikariDataSource) fixture.database.getDataSource();
        pool.getHikariPoolMXBean().softEvictConnections();
        await().atMost(Duration.ofSeconds(60))
                .until(() -> fixture.database.queryForList("select pid from pg_stat_activity", Integer.class).stream()
                        .noneMatch(servers::contains));
        return fixture
                .database
                .queryForList("select relname, n_tup_ins + n_tup_upd + n_tup_del as written from pg_stat_user_tables")
                .stream()
                .collect(Collectors.toMap(row -> (String) row.get("relname"), row -> (Long) row.get("written")));
    }

    private static long executions(SyncFixture fixture, String part) {
        return fixture.one(
                "select coalesce(sum(execution_count), 0) from information_schema.query_statistics"
                        + " where sql_statement like ? and sql_statement not like '%query_statistics%'",
                Long.class, "%" + part + "%");
    }
}
