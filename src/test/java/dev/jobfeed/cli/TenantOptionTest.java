package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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

/** Tests commands with the option for one of several tenants. */
class TenantOptionTest {

    @TempDir
    Path directory;

    private final Map<String, String> properties = new HashMap<>();
    private Sandbox sandbox;

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(40).build());
        properties.put("jobo.base-url", sandbox.baseUrl());
        properties.put("jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("jobs"));
        properties.put("acme.jobo.api-key", Sandbox.TEST_KEY);
        properties.put("acme.jobfeed.datasource.schema", "acme");
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void tenantIsSyncedAndShownByItsName() throws Exception {
        assertThat(run("sync", "jobs", "--tenant", "acme").out()).startsWith("acme jobs: run 1 succeeded: 40 received");

        JsonNode status = json(run("status", "--tenant", "acme", "--json"));
        assertThat(status.get("tenant").textValue()).isEqualTo("acme");
        assertThat(status.get("active").intValue()).isEqualTo(40);
        JsonNode standard = json(run("status", "--json"));
        assertThat(standard.get("tenant").textValue()).isEmpty();
        assertThat(standard.get("active").intValue()).isZero();
        assertThat(run("abandon", "jobs", "--tenant", "acme").out())
                .isEqualToIgnoringNewLines("jobs: there is no open run");
    }

    @Test
    void doctorNamesConfiguredTenantsWithoutARoute() throws Exception {
        String file = Files.readString(Path.of("docs/tenants.md")).replaceAll("(?m)^    ", "");
        Path routes = Files.createDirectories(directory.resolve("home/routes"));
        System.setProperty("jobfeed.home", directory.resolve("home").toString());
        try {
            Files.writeString(routes.resolve("acme.camel.yaml"), file.substring(file.indexOf("- templatedRoute:")));
            assertThat(run("doctor", "--tenant", "acme").out()).containsPattern("ok +triggers +jobfeed-catch-up");

            Files.writeString(routes.resolve("acme.camel.yaml"), "");
            assertThat(run("doctor", "--tenant", "acme").out())
                    .containsPattern("warning +triggers +no route file has a route of this tenant for"
                            + " jobfeed-catch-up jobs, jobfeed-schedule jobs, so");
        } finally {
            System.clearProperty("jobfeed.home");
        }
    }

    @Test
    void tenantMayHaveItsOwnDatabase() throws Exception {
        properties.remove("acme.jobfeed.datasource.schema");
        properties.put("acme.jobfeed.datasource.url", "jdbc:h2:file:" + directory.resolve("acme"));

        assertThat(run("sync", "jobs", "--tenant", "acme").exitCode()).isZero();

        assertThat(json(run("status", "--tenant", "acme", "--json"))
                        .get("active")
                        .intValue())
                .isEqualTo(40);
        assertThat(directory.resolve("acme.mv.db")).exists();
    }

    @Test
    void unknownTenantIsRejected() {
        CommandResult misspelled = run("sync", "jobs", "--tenant", "acem");

        assertThat(misspelled.exitCode()).isEqualTo(2);
        assertThat(misspelled.err()).contains("acem.jobfeed.datasource.schema");
    }

    @Test
    void missingTenantKeyIsReportedWithItsProperty() {
        properties.remove("acme.jobo.api-key");

        CommandResult keyless = run("sync", "jobs", "--tenant", "acme");

        assertThat(keyless.exitCode()).isEqualTo(2);
        assertThat(keyless.err()).contains("acme.jobo.api-key").contains("ACME_JOBO_API_KEY");
    }

    private CommandResult run(String... arguments) {
        return CommandResult.run(properties, arguments);
    }

    private static JsonNode json(CommandResult done) throws Exception {
        return new ObjectMapper().readTree(done.out());
    }
}
