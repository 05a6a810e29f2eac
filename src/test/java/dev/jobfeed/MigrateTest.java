package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.cli.InProcess;
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

/** A database whose runtime user may not change the schema, with the rights that docs/operations.md lists. */
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
    void aUserWithTheGrantsOfTheDocumentationDoesEverythingButChangeTheSchema() throws Exception {
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

        InProcess early = InProcess.run(properties, "sync", "jobs");
        assertThat(early.exitCode()).isEqualTo(2);
        assertThat(early.err())
                .contains("The schema is at version 0, this bundle needs version ")
                .contains("as a user that may change the schema")
                .contains("jobfeed migrate --print");
        assertThat(InProcess.run(properties, "status").exitCode()).isEqualTo(2);
        assertThat(InProcess.run(properties, "doctor").out())
                .containsPattern("failure +database +The schema is at version 0");
        assertThat(InProcess.run(properties, "migrate").exitCode()).isEqualTo(2);

        InProcess printed = InProcess.run(properties, "migrate", "--print");
        assertThat(printed.exitCode()).isZero();
        PostgresServer.executeIn(owner, printed.out(), grants);

        assertThat(InProcess.run(properties, "migrate", "--print").out()).isEmpty();
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
            InProcess done = InProcess.run(properties, command);
            assertThat(done.exitCode())
                    .as(String.join(" ", command) + done.err())
                    .isZero();
        }
        assertThat(InProcess.run(properties, "doctor").out()).containsPattern("ok +database ");

        properties.put("jobfeed.datasource.username", "postgres");
        InProcess again = InProcess.run(properties, "migrate");
        assertThat(again.exitCode()).as(again.err()).isZero();
        assertThat(again.out()).startsWith("the schema is at version ");

        properties.put("acme.jobfeed.datasource.schema", "acme");
        assertThat(InProcess.run(properties, "sync", "jobs", "--tenant", "acme").err())
                .contains("jobfeed migrate (for a tenant with --tenant)");
        assertThat(InProcess.run(properties, "migrate", "--print", "--tenant", "acme")
                        .out())
                .contains("\"acme\"");
        InProcess ofATenant = InProcess.run(properties, "migrate", "--tenant", "acme");
        assertThat(ofATenant.out()).isEqualTo(again.out());
        assertThat(InProcess.run(properties, "sync", "jobs", "--tenant", "acme").exitCode())
                .isZero();
    }

    @Test
    void whatIsPrintedForH2IsWhatMigrateDoes() throws Exception {
        String url = "jdbc:h2:mem:printed;DB_CLOSE_DELAY=-1";
        properties.put("jobfeed.datasource.url", url);

        InProcess printed = InProcess.run(properties, "migrate", "--print");
        PostgresServer.executeIn(url, printed.out());
        InProcess migrated = InProcess.run(properties, "migrate");

        assertThat(migrated.exitCode()).as(migrated.err()).isZero();
        properties.put("jobfeed.datasource.migrate", "false");
        assertThat(InProcess.run(properties, "sync", "jobs").exitCode()).isZero();
    }
}
