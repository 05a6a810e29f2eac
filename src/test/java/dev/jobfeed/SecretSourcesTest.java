package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests secrets that are not set directly: in files, and behind property functions. */
class SecretSourcesTest {

    @TempDir
    private Path directory;

    private SyncFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(10).careerSites(1));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    @Test
    void keyFileIsReadForEachRequest() throws Exception {
        Path file = Files.writeString(directory.resolve("key"), Sandbox.TEST_KEY + "\n");
        fixture.with("jobo.api-key", "").with("jobo.api-key-file", file.toString());

        assertThat(fixture.sync().counts().inserted()).isEqualTo(10);

        Files.writeString(file, "jbe_test_another");
        assertThatThrownBy(fixture::sync).hasStackTraceContaining("401");
        Files.writeString(file, Sandbox.TEST_KEY);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
    }

    @Test
    void missingFileIsNamed() {
        Path file = directory.resolve("nothing");
        fixture.with("jobo.api-key", "").with("jobo.api-key-file", file.toString());

        assertThatThrownBy(fixture::sync)
                .hasStackTraceContaining("jobo.api-key-file is '" + file + "', which cannot be read");
    }

    @Test
    void propertyFunctionProvidesTheKey() throws Exception {
        fixture.with("jobo.api-key", "{{paper:key}}");

        assertThat(fixture.sync().counts().inserted()).isEqualTo(10);

        fixture.with("jobo.api-key", "jbe_test_another")
                .with("acme.jobo.api-key", "{{paper:key}}")
                .with("acme.jobfeed.datasource.schema", "acme");
        assertThat(fixture.sync("acme").counts().inserted()).isEqualTo(10);
    }

    @Test
    void commandLineSupportsFilesAndFunctionsForItsDatabase() throws Exception {
        Path password = Files.writeString(directory.resolve("password"), "only on paper");
        Map<String, String> properties = new HashMap<>(Map.of(
                "jobo.base-url", fixture.sandbox.baseUrl(),
                "jobo.api-key", "{{paper:key}}",
                "jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("jobs"),
                "jobfeed.datasource.username", "{{paper:user}}",
                "jobfeed.datasource.password", "{{paper:password}}"));

        CommandResult first = CommandResult.run(properties, "sync", "jobs");
        assertThat(first.exitCode()).as(first.err()).isZero();

        properties.put("jobfeed.datasource.password", "");
        properties.put("jobfeed.datasource.password-file", password.toString());
        CommandResult doctor = CommandResult.run(properties, "doctor");
        assertThat(doctor.out())
                .containsPattern("ok +secrets +jobfeed.datasource.password from .*password, jobo.api-key")
                .containsPattern("ok +database .*10 active jobs")
                .containsPattern("ok +key +a key of the test environment")
                .doesNotContain(Sandbox.TEST_KEY, "only on paper");

        properties.putAll(Map.of(
                "jobby.token", "{{paper:token}}",
                "jobo.api-key", "jbe_test_another",
                "acme.jobo.api-key", "{{paper:key}}",
                "acme.jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("acme"),
                "acme.jobfeed.datasource.username", "{{paper:user}}",
                "acme.jobfeed.datasource.password", "{{paper:password}}"));
        CommandResult tenant = CommandResult.run(properties, "sync", "jobs", "--tenant", "acme");
        assertThat(tenant.exitCode()).as(tenant.err()).isZero();
        assertThat(CommandResult.run(properties, "doctor", "--tenant", "acme").out())
                .containsPattern("ok +database .*acme, 10 active jobs")
                .containsPattern("ok +jobby +polls the queue's status every 5.0 s\n");
        properties.put("acme.jobfeed.datasource.password", "another");
        assertThat(CommandResult.run(properties, "status", "--tenant", "acme").exitCode())
                .isEqualTo(2);

        Files.writeString(password, "another");
        assertThat(CommandResult.run(properties, "status").exitCode()).isEqualTo(2);
    }

    @Test
    void functionWithoutAValueIsNamed() {
        CommandResult done = CommandResult.run(
                Map.of("jobo.base-url", fixture.sandbox.baseUrl(), "jobo.api-key", "{{paper:nothing}}"),
                "sync",
                "jobs");

        assertThat(done.exitCode()).isEqualTo(2);
        assertThat(done.err()).contains("jobo.api-key is {{paper:nothing}}, and no property function");
    }
}
