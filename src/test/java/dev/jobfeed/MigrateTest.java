package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests a database whose runtime user may not change the schema, with the grants that docs/operations.md lists. */
class MigrateTest {

    private static final Pattern GRANTS = Pattern.compile("(?m)^    ((?:grant|alter default)[^;]*;)");

    private final Map<String, String> properties = new HashMap<>();
    private Sandbox sandbox;

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(20).careerSites(3).build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobo.api-key", Sandbox.TEST_KEY);
        properties.put("jobby.base-url", sandbox.jobby().baseUrl());
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void documentedGrantsSufficeForEverythingExceptMigrations() throws Exception {
        String owner = PostgresServer.newDatabase();
        PostgresServer.executeIn(
                owner, "drop role if exists jobfeed", "create role jobfeed login", "create schema jobs");
        properties.put("jobfeed.datasource.url", owner.replaceFirst("[?].*", ""));
        properties.put("jobfeed.datasource.username", "jobfeed");
        properties.put("jobfeed.datasource.schema", "jobs");
        properties.put("jobfeed.datasource.migrate", "false");
        String grants = GRANTS.matcher(Files.readString(Path.of("docs/operations.md")))
                .results()
                .map((MatchResult found) -> found.group(1))
                .collect(Collectors.joining("\n"));
        assertThat(grants.lines()).hasSizeGreaterThan(3);
        PostgresServer.executeIn(owner, "grant usage on schema jobs to jobfeed");

        CommandResult beforeMigration = CommandResult.run(properties, "sync", "jobs");
        assertThat(beforeMigration.exitCode()).isEqualTo(2);
        assertThat(beforeMigration.err())
                .contains("The schema is at version 0, this bundle needs version ")
                .contains("as a user that may change the schema")
                .contains("jobfeed migrate --print");
        assertThat(CommandResult.run(properties, "status").exitCode()).isEqualTo(2);
        assertThat(CommandResult.run(properties, "doctor").out())
                .containsPattern("failure +database +The schema is at version 0");
        assertThat(CommandResult.run(properties, "migrate").exitCode()).isEqualTo(2);

        CommandResult printed = CommandResult.run(properties, "migrate", "--print");
        assertThat(printed.exitCode()).isZero();
        PostgresServer.executeIn(owner, printed.out(), grants);

        assertThat(CommandResult.run(properties, "migrate", "--print").out()).isEmpty();
        for (String[] command : new String[][] {
            {"sync", "all"},
            {"sync", "jobs", "--json"},
            {"resync", "jobs"},
            {"status"},
            {"quarantine", "list"},
            {"reconcile", "jobs"},
            {"abandon", "jobs"},
            {"jobby", "events"},
            {"jobby", "status"}
        }) {
            CommandResult done = CommandResult.run(properties, command);
            assertThat(done.exitCode())
                    .as(String.join(" ", command) + done.err())
                    .isZero();
        }
        assertThat(CommandResult.run(properties, "doctor").out()).containsPattern("ok +database ");

        properties.put("jobfeed.datasource.username", "postgres");
        CommandResult second = CommandResult.run(properties, "migrate");
        assertThat(second.exitCode()).as(second.err()).isZero();
        assertThat(second.out()).startsWith("the schema is at version ");

        properties.put("acme.jobfeed.datasource.schema", "acme");
        assertThat(CommandResult.run(properties, "sync", "jobs", "--tenant", "acme")
                        .err())
                .contains("jobfeed migrate (for a tenant with --tenant)");
        assertThat(CommandResult.run(properties, "migrate", "--print", "--tenant", "acme")
                        .out())
                .contains("\"acme\"");
        CommandResult ofATenant = CommandResult.run(properties, "migrate", "--tenant", "acme");
        assertThat(ofATenant.out()).isEqualTo(second.out());
        assertThat(CommandResult.run(properties, "sync", "jobs", "--tenant", "acme")
                        .exitCode())
                .isZero();
    }

    @Test
    void printedScriptForH2EqualsTheMigration() throws Exception {
        String url = "jdbc:h2:mem:printed;DB_CLOSE_DELAY=-1";
        properties.put("jobfeed.datasource.url", url);

        CommandResult printed = CommandResult.run(properties, "migrate", "--print");
        PostgresServer.executeIn(url, printed.out());
        CommandResult migrated = CommandResult.run(properties, "migrate");

        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        properties.put("jobfeed.datasource.migrate", "false");
        assertThat(CommandResult.run(properties, "sync", "jobs").exitCode()).isZero();
    }
}
