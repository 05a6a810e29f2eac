package dev.jobfeed.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.PostgresServer;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.sql.Connection;
import java.sql.DriverManager;
import java.time.OffsetDateTime;
import java.util.List;
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
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.jdbc.datasource.SingleConnectionDataSource;

/** Tests migrations of H2, which have no transaction: a process can be killed after any statement. */
class MigrationTest {

    private static final OffsetDateTime HOUR = OffsetDateTime.parse("2026-11-24T00:00:00Z");

    static IntStream statements() throws Exception {
        return IntStream.rangeClosed(0, script().size());
    }

    @ParameterizedTest(name = "after {0} statements")
    @MethodSource("statements")
    void killedMigrationIsCompletedByTheNextStart(int done) throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        // the history table is created first
        flyway(source, Dialect.H2).baselineVersion("0").load().baseline();
        script().subList(0, done).forEach(database::execute);

        Dialect.H2.migrate(source, Optional.empty());

        assertThat(database.queryForList("select stream from sync_state order by stream", String.class))
                .containsExactly(
                        "audit", "career_sites", "changes", "expired_ids", "jobby_live_events", "jobby_queue", "jobs");
        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isZero();
    }

    @ParameterizedTest(name = "version {0}")
    @ValueSource(strings = "1")
    void migrationKilledBeforeItsRecordIsRepeated(String version) throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        migrate(source, Dialect.H2, version);
        JdbcTemplate database = new JdbcTemplate(source);
        assertThat(database.update("delete from \"jobfeed_schema_history\" where \"version\" = ?", version))
                .isOne();

        Dialect.H2.migrate(source, Optional.empty());

        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isZero();
    }

    @Test
    void correctedMigrationCountsAsApplied() throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        String version = Dialect.H2.migrate(source, Optional.empty());
        database.update("update \"jobfeed_schema_history\" set \"checksum\" = 1 where \"version\" = '1'");

        assertThat(Dialect.H2.migrate(source, Optional.empty())).isEqualTo(version);
    }

    @Test
    void failedMigrationIsRepeatedByTheNextStart() throws Exception {
        DataSource source = new DriverManagerDataSource(h2());
        JdbcTemplate database = new JdbcTemplate(source);
        String version = Dialect.H2.migrate(source, Optional.empty());
        database.update("update \"jobfeed_schema_history\" set \"success\" = false where \"version\" = ?", version);

        assertThat(Dialect.H2.migrate(source, Optional.empty())).isEqualTo(version);

        assertThat(database.queryForObject(
                        "select \"success\" from \"jobfeed_schema_history\" where \"version\" = ?",
                        Boolean.class,
                        version))
                .isTrue();
    }

    /** A host's pool may not reset the timeout. */
    @Test
    void connectionIsReturnedWithItsOriginalTimeout() throws Exception {
        try (Connection connection = DriverManager.getConnection(PostgresServer.newDatabase())) {
            connection.setNetworkTimeout(Runnable::run, 60_000);

            Dialect.POSTGRESQL.migrate(new SingleConnectionDataSource(connection, true), Optional.empty());

            assertThat(connection.getNetworkTimeout()).isEqualTo(60_000);
        }
    }

    private static String h2() {
        return "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    }

    /** Migrates up to an older version. */
    private static void migrate(DataSource source, Dialect kind, String version) {
        flyway(source, kind).target(version).load().migrate();
    }

    private static FluentConfiguration flyway(DataSource source, Dialect kind) {
        return Flyway.configure()
                .dataSource(source)
                .locations("classpath:dev/jobfeed/db/" + kind.folder())
                .table("jobfeed_schema_history");
    }

    private static List<String> script() throws Exception {
        return script("V1__baseline.sql");
    }

    private static List<String> script(String name) throws Exception {
        try (InputStream in = MigrationTest.class.getResourceAsStream("/dev/jobfeed/db/h2/" + name)) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.replaceAll("(?m)^ *--.*", "").split(";"))
                    .filter(statement -> !statement.isBlank())
                    .toList();
        }
    }
}
