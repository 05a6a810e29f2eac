package dev.jobfeed.store;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.PostgresServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.Types;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.core.namedparam.MapSqlParameterSource;
import org.springframework.jdbc.core.namedparam.NamedParameterJdbcTemplate;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** H2 has no transaction around a migration, and a process can be killed after any statement of it. */
class MigrationTest {

    private static final OffsetDateTime HOUR = OffsetDateTime.parse("2026-11-24T00:00:00Z");

    static IntStream statements() throws Exception {
        return IntStream.rangeClosed(0, script().size());
    }

    @ParameterizedTest(name = "after {0} statements")
    @MethodSource("statements")
    void aMigrationThatWasKilledIsFinishedByTheNextStart(int done) throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        // the history is created before anything else
        flyway(source, Database.H2).baselineVersion("0").load().baseline();
        script().subList(0, done).forEach(database::execute);

        Database.H2.migrate(source, Optional.empty());

        assertThat(database.queryForList("select stream from sync_state order by stream", String.class))
                .containsExactly("career_sites", "changes", "expired_ids", "jobby_live_events", "jobby_queue", "jobs");
        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isZero();
    }

    @ParameterizedTest(name = "version {0}")
    @ValueSource(strings = {"1", "2", "3", "4", "5", "6", "7", "8", "9", "10"})
    void aMigrationThatWasKilledBeforeItWasNotedIsDoneAgain(String version) throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        migrate(source, Database.H2, version);
        JdbcTemplate database = new JdbcTemplate(source);
        assertThat(database.update("delete from \"jobfeed_schema_history\" where \"version\" = ?", version))
                .isOne();

        Database.H2.migrate(source, Optional.empty());

        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isZero();
    }

    @Test
    void aMigrationThatWasCorrectedSinceIsTakenAsApplied() throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        String version = Database.H2.migrate(source, Optional.empty());
        database.update("update \"jobfeed_schema_history\" set \"checksum\" = 1 where \"version\" = '3'");

        assertThat(Database.H2.migrate(source, Optional.empty())).isEqualTo(version);
    }

    @Test
    void aMigrationThatFailedIsDoneAgainByTheNextStart() throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        String version = Database.H2.migrate(source, Optional.empty());
        database.update("update \"jobfeed_schema_history\" set \"success\" = false where \"version\" = ?", version);

        assertThat(Database.H2.migrate(source, Optional.empty())).isEqualTo(version);

        assertThat(database.queryForObject(
                        "select \"success\" from \"jobfeed_schema_history\" where \"version\" = ?",
                        Boolean.class,
                        version))
                .isTrue();
    }

    /** From version 5: what is handed on goes on behind the row it went to, in the order of the times that counted then. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql", "h2, killed behind each statement"})
    void whatIsHandedOnGoesOnWhereItWas(String name) throws Exception {
        Database kind = name.startsWith("h2") ? Database.H2 : Database.POSTGRESQL;
        DriverManagerDataSource source =
                new DriverManagerDataSource(kind == Database.H2 ? h2() : PostgresServer.newDatabase());
        migrate(source, kind, "5");
        JdbcTemplate database = new JdbcTemplate(source);
        for (int hour : new int[] {5, 2, 4, 1, 3}) {
            database.update(
                    "insert into career_site (id, name, content_hash, first_seen_at, last_changed_at) values (?, ?, ?, ?, ?)",
                    new UUID(0, 10 - hour),
                    Integer.toString(hour),
                    new byte[1],
                    HOUR.plusHours(hour),
                    HOUR.plusHours(hour));
        }
        database.update(
                "insert into handed_on (stream, changed_at, id) values ('career_sites', ?, ?)",
                HOUR.plusHours(3),
                new UUID(0, 7));

        if (name.contains("killed")) {
            List<String> statements = script("V6__handing_on.sql");
            for (int done = 1; done <= statements.size(); done++) {
                statements.subList(0, done).forEach(database::execute);
            }
        }
        Database.of(source).migrate(source, Optional.empty());

        List<Map<String, Object>> left = new NamedParameterJdbcTemplate(source)
                .queryForList(Sql.text("handed-on-next", kind), Map.of("stream", "career_sites", "limit", 10));
        assertThat(left).extracting(row -> row.get("name")).containsExactly("4", "5");
        database.update(
                "insert into career_site (id, name, content_hash, first_seen_at, last_changed_at) values (?, '6', ?, ?, ?)",
                UUID.randomUUID(),
                new byte[1],
                HOUR,
                HOUR);
        assertThat(database.queryForList("select name from career_site order by change_seq", String.class))
                .containsExactly("1", "2", "3", "4", "5", "6");
    }

    /** From version 6: a resync that is under way knows what it has received. */
    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql", "h2, killed behind each statement"})
    void aResyncThatIsUnderWayKeepsWhatItHasSeen(String name) throws Exception {
        Database kind = name.startsWith("h2") ? Database.H2 : Database.POSTGRESQL;
        DriverManagerDataSource source =
                new DriverManagerDataSource(kind == Database.H2 ? h2() : PostgresServer.newDatabase());
        migrate(source, kind, "6");
        JdbcTemplate database = new JdbcTemplate(source);
        List<UUID> seen = IntStream.range(0, 2500).mapToObj(i -> new UUID(7, i)).toList();
        database.batchUpdate(
                "insert into resync_seen (run_id, job_id) values (3, ?)",
                seen.stream().map(id -> new Object[] {id}).toList());

        if (name.contains("killed")) {
            List<String> statements = script("V7__resync_pages.sql");
            for (int done = 1; done <= statements.size(); done++) {
                statements.subList(0, done).forEach(database::execute);
            }
        }
        Database.of(source).migrate(source, Optional.empty());

        String stored = "select job_id from resync_seen where run_id = 3";
        assertThat(database.queryForList(stored, UUID.class)).containsExactlyInAnyOrderElementsOf(seen);
        assertThat(database.queryForObject("select count(*) from delivered_page", Integer.class))
                .isEqualTo(3);
        new NamedParameterJdbcTemplate(source)
                .update(
                        Sql.text("delivered-insert", kind),
                        new MapSqlParameterSource("run_id", 4)
                                .addValue("earliest", HOUR)
                                .addValue("latest", HOUR)
                                .addValue("ids", new UuidArray(seen.subList(0, 2)), Types.ARRAY));
        assertThat(database.queryForObject("select count(*) from resync_seen", Integer.class))
                .isEqualTo(2502);
    }

    /** A host's pool may not set it back. */
    @Test
    void aConnectionGoesBackWithTheTimeoutItCameWith() throws Exception {
        try (Connection connection = DriverManager.getConnection(PostgresServer.newDatabase())) {
            connection.setNetworkTimeout(Runnable::run, 60_000);

            Database.POSTGRESQL.migrate(new SingleConnectionDataSource(connection, true), Optional.empty());

            assertThat(connection.getNetworkTimeout()).isEqualTo(60_000);
        }
    }

    private static String h2() {
        return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    }

    /** As far as an older version would. */
    private static void migrate(DataSource source, Database kind, String version) {
        flyway(source, kind).target(version).load().migrate();
    }

    private static FluentConfiguration flyway(DataSource source, Database kind) {
        return Flyway.configure()
                .dataSource(source)
                .locations("classpath:dev/jobfeed/db/" + kind.folder())
                .table("jobfeed_schema_history");
    }

    private static List<String> script() throws Exception {
        return script("V1__tables.sql");
    }

    private static List<String> script(String name) throws Exception {
        try (InputStream in = MigrationTest.class.getResourceAsStream("/dev/jobfeed/db/h2/" + name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.replaceAll("(?m)^--.*", "").split(";"))
                    .filter(statement -> !statement.isBlank())
                    .toList();
        }
    }
}
