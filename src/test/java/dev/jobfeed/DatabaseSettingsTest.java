package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sync.StoreOriginMismatchException;
import dev.jobfeed.tenant.Tenant;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.JdbcTemplate;

/** Tests databases with unsupported settings, and stores of another server. */
class DatabaseSettingsTest {

    private static final String ISOLATION = "select current_setting('transaction_isolation')";

    private static PostgresServer server;
    private static Sandbox sandbox;

    @TempDir
    Path directory;

    private SyncFixture fixture;
    private ProcessFixture process;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.startOwn();
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(30).build());
    }

    @AfterAll
    static void end() {
        sandbox.close();
        if (server != null) {
            server.close();
        }
    }

    @AfterEach
    void stop() throws Exception {
        if (fixture != null) {
            fixture.close();
        }
        if (process != null) {
            process.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"repeatable read", "serializable"})
    void everyTransactionIsReadCommitted(String level) throws Exception {
        String url = server.create();
        PostgresServer.executeIn(
                url, "alter database " + name(url) + " set default_transaction_isolation = '" + level + "'");
        fixture = SyncFixture.over(sandbox, url);

        Tenant tenant = fixture.tenant();

        JdbcTemplate jdbc = new JdbcTemplate(tenant.dataSource());
        assertThat(jdbc.queryForObject(ISOLATION, String.class)).isEqualTo("read committed");
        assertThat(tenant.transaction().<String>execute(status -> jdbc.queryForObject(ISOLATION, String.class)))
                .isEqualTo("read committed");
        assertThat(fixture.one(ISOLATION, String.class))
                .as("connection is returned unchanged")
                .isEqualTo(level);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
    }

    @Test
    void everyCommandRejectsADatabaseWithoutUnicode() throws Exception {
        server.execute("create database latin encoding 'LATIN1' locale 'C' template template0");
        process = ProcessFixture.over(server.url("latin"), directory);

        for (String command : new String[] {"sync jobs", "migrate", "doctor"}) {
            CommandResult result = process.run(command.split(" "));

            assertThat(result.exitCode()).as(command).isEqualTo(command.equals("doctor") ? 1 : 2);
            assertThat(result.err() + result.out())
                    .contains("The database latin has the encoding LATIN1")
                    .contains("encoding 'UTF8' template template0");
        }
        assertThat(process.rows("select table_name from information_schema.tables where table_schema = 'public'"))
                .isEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "transaction, '', '', false",
        "transaction, '&prepareThreshold=0', '', true",
        "transaction, '&prepareThreshold=0', feed, false",
        "session, '', '', true",
        "session, '', feed, true"
    })
    void poolerInTransactionModeIsRejectedUnlessItsSettingsWork(
            String mode, String parameters, String schema, boolean works) throws Exception {
        String url = server.create();
        try (PgBouncer pooler = PgBouncer.start(server, url, mode)) {
            process = ProcessFixture.over(pooler.url(name(url)) + parameters, directory)
                    .with("jobfeed.datasource.schema", schema);

            CommandResult sync = process.run("sync", "jobs");
            CommandResult doctor = process.run("doctor");

            assertThat(sync.exitCode()).as(sync.err()).isEqualTo(works ? 0 : 2);
            if (works) {
                assertThat(doctor.out()).doesNotContain("pooler");
                assertThat(process.run("sync", "jobs").exitCode()).isZero();
            } else {
                assertThat(doctor.exitCode()).isEqualTo(1);
                assertThat(sync.err() + doctor.out())
                        .contains("prepareThreshold=0")
                        .contains("pool_mode=session");
                if (!schema.isEmpty()) {
                    assertThat(sync.err()).contains("set search_path = feed");
                }
            }
        }
    }

    @Test
    void poolerInTransactionModeWorksWithTheSchemaOfTheRole() throws Exception {
        String url = server.create();
        PostgresServer.executeIn(url, "create schema feed", "alter database " + name(url) + " set search_path = feed");
        try (PgBouncer pooler = PgBouncer.start(server, url, "transaction")) {
            process = ProcessFixture.over(pooler.url(name(url)) + "&prepareThreshold=0", directory)
                    .with("jobfeed.datasource.schema", "feed");

            CommandResult sync = process.run("sync", "jobs");

            assertThat(sync.exitCode()).as(sync.err()).isZero();
            assertThat(process.one("select count(*) from feed.job")).isEqualTo("1000");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void emptyStoreIsNotBoundToItsFirstServer(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(30)).with("jobo.retry.time-scale", "0.001");
        String right = fixture.sandbox.baseUrl();
        fixture.with("jobo.base-url", "http://127.0.0.1:1");
        assertThat(catchThrowable(fixture::sync)).isNotNull();

        fixture.with("jobo.base-url", right);
        assertThat(fixture.sync().counts().inserted()).isEqualTo(30);

        fixture.with("jobo.base-url", "http://127.0.0.1:1");
        assertThatThrownBy(fixture::sync)
                .isInstanceOf(StoreOriginMismatchException.class)
                .hasMessageContaining("This store was filled from " + right);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void doctorReportsAStoreOfAnotherServer() throws Exception {
        process = ProcessFixture.of("h2", directory);
        assertThat(process.run("sync", "jobs", "--max-pages", "1").exitCode()).isZero();
        process.with("jobo.base-url", sandbox.baseUrl());

        CommandResult doctor = process.run("doctor");

        assertThat(doctor.exitCode()).isEqualTo(1);
        assertThat(doctor.out()).containsPattern("failure +database +This store was filled from ");
    }

    private static String name(String url) {
        return url.replaceFirst(".*/(\\w+)[?].*", "$1");
    }
}
