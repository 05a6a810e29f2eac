package dev.jobfeed.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** H2 has no transaction around a migration, and a process can be killed after any statement of it. */
class MigrationTest {

    static IntStream statements() throws Exception {
        return IntStream.rangeClosed(0, script().size());
    }

    @ParameterizedTest(name = "after {0} statements")
    @MethodSource("statements")
    void aMigrationThatWasKilledIsFinishedByTheNextStart(int done) throws Exception {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        JdbcTemplate database = new JdbcTemplate(source);
        script().subList(0, done).forEach(database::execute);

        Database.H2.migrate(source, Optional.empty());

        assertThat(database.queryForList("select stream from sync_state order by stream", String.class))
                .containsExactly("career_sites", "changes", "expired_ids", "jobby_live_events", "jobby_queue", "jobs");
        assertThat(database.queryForObject("select count(*) from active_job", Integer.class))
                .isZero();
    }

    @Test
    void aMigrationThatFailedIsDoneAgainByTheNextStart() {
        JdbcDataSource source = new JdbcDataSource();
        source.setUrl("jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
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

    private static List<String> script() throws Exception {
        try (InputStream in = MigrationTest.class.getResourceAsStream("/dev/jobfeed/db/h2/V1__tables.sql")) {
            String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            return Stream.of(text.replaceAll("(?m)^--.*", "").split(";"))
                    .filter(statement -> !statement.isBlank())
                    .toList();
        }
    }
}
