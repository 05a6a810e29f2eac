package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sync.StoreOriginMismatchException;
import dev.jobfeed.tenant.TenantRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.component.platform.http.main.MainHttpServer;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.BadSqlGrammarException;

/** Tests two feeds in one runtime: the default tenant and acme, each with its own server, key and schema. */
class TenantsTest {

    private static final String ACME_KEY = "jbe_test_acmeacmeacmeacmeacme_not-a-secret-not-a-secret-not-a-secret-acme";

    private Sandbox acme;
    private SyncFixture fixture;

    private void start(String database) throws Exception {
        acme = Sandbox.start(SandboxOptions.builder()
                .port(0)
                .seed(7)
                .jobs(90)
                .apiKeys(ACME_KEY)
                .build());
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(60))
                .with("jobo.jobs.batch-size", "20")
                .with("acme.jobo.base-url", acme.baseUrl())
                .with("acme.jobo.api-key", ACME_KEY)
                .with("acme.jobfeed.datasource.schema", "acme");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
            acme.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void eachTenantHasItsOwnServerKeyFiltersAndRows(String database) throws Exception {
        start(database);
        fixture.with("acme.jobo.jobs.filter.work_models", "remote").with("acme.jobo.jobs.batch-size", "10");
        fixture.context();

        CompletableFuture<Run> other = inBackground("acme");
        Run run = fixture.sync();
        Run acmeRun = other.join();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(acmeRun.status()).isEqualTo("succeeded");
        assertThat(jobs("public"))
                .containsExactlyInAnyOrderElementsOf(
                        fixture.sandbox.data().activeIds().toList());
        assertThat(jobs("acme"))
                .isNotEmpty()
                .hasSizeLessThan(90)
                .isSubsetOf(acme.data().activeIds().toList())
                .doesNotContainAnyElementsOf(jobs("public"));
        assertThat(fixture.database.queryForList(
                        "select distinct workplace_type from " + schema("acme") + ".job", String.class))
                .containsExactly("Remote");
        assertThat(acme.log().entries()).extracting(LoggedRequest::status).containsOnly(200);
        assertThat(fixture.sandbox.log().entries())
                .extracting(LoggedRequest::status)
                .containsOnly(200);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void sweepExpiresRowsOfItsTenantOnly(String database) throws Exception {
        start(database);
        fixture.sync();
        fixture.sync("acme");
        List<UUID> expired = acme.data().expireJobs(5);

        fixture.sync();
        Run run = fixture.sync("acme");

        assertThat(run.expired()).isEqualTo(5);
        assertThat(fixture.database.queryForList(
                        "select id from " + schema("acme") + ".job where expired_at is not null", UUID.class))
                .containsExactlyInAnyOrderElementsOf(expired);
        assertThat(fixture.database.queryForObject(
                        "select count(*) from " + schema("public") + ".job where expired_at is not null", Long.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void consoleReadsTheDatabaseOfTheRequestedTenant(String database) throws Exception {
        start(database);
        String console = fixture.serve((context, port) -> {
            MainHttpServer server = new MainHttpServer();
            server.setCamelContext(context);
            server.setHost("127.0.0.1");
            server.setPort(port);
            return server;
        });
        fixture.sync();
        Run acmeRun = fixture.sync("acme");
        Set<UUID> own = acme.data().activeIds().collect(Collectors.toSet());

        JsonNode jobs = get(console + "/api/v1/jobs?limit=100&tenant=acme").get("jobs");
        JsonNode runs = get(console + "/api/v1/runs?tenant=acme").get("runs");

        assertThat(jobs)
                .hasSize(90)
                .allMatch(job -> own.contains(UUID.fromString(job.get("id").asText())));
        assertThat(runs).singleElement().satisfies(run -> assertThat(
                        run.get("received").asLong())
                .isEqualTo(acmeRun.counts().received()));
        assertThat(get(console + "/api/v1/counts?tenant=acme").get("history")).isNotEmpty();
        assertThat(get(console + "/api/v1/jobs?limit=100").get("jobs"))
                .hasSize(60)
                .noneMatch(job -> own.contains(UUID.fromString(job.get("id").asText())));
    }

    private static JsonNode get(String url) throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(url)).build();
        return SyncFixture.parse(HttpClient.newHttpClient()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .body());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void failingTenantDoesNotAffectTheOther(String database) throws Exception {
        start(database);
        fixture.with("acme.jobo.api-key", Sandbox.TEST_KEY);
        fixture.context();

        CompletableFuture<Run> other = inBackground("acme");
        Run run = fixture.sync();

        assertThat(catchThrowable(other::join)).hasStackTraceContaining("401");
        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(fixture.alerts()).isEmpty();
        assertThat(fixture.database.queryForList("select condition from " + schema("acme") + ".alert", String.class))
                .containsExactly("unauthorized");
        assertThat(jobs("acme")).isEmpty();
        assertThat(jobs("public")).hasSize(60);
    }

    @Test
    void twoTenantsOnOneSchemaAreRejected() throws Exception {
        start("h2");
        fixture.with("globex.jobfeed.datasource.schema", "acme");
        fixture.sync("acme");

        assertThat(catchThrowable(() -> fixture.sync("globex")))
                .rootCause()
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("The tenant 'globex' is configured on the schema acme")
                .hasMessageContaining("the tenant 'acme'");
    }

    @Test
    void conflictingTenantSettingsAreRejected() throws Exception {
        start("h2");
        TenantRegistry tenants = fixture.bundle().tenants();
        Map<String, String> globex = Map.of("jobfeed.datasource.schema", "globex", "jobo.jobs.batch-size", "7");
        tenants.configure("globex", globex);
        tenants.get("acme");

        tenants.configure("globex", globex);
        tenants.configure("acme", Map.of("jobo.jobs.batch-size", "20"));
        assertThat(tenants.get("globex").settings().text("jobo.jobs.batch-size"))
                .contains("7");
        assertThatThrownBy(() -> tenants.configure("acme", Map.of("jobo.api-key", Sandbox.TEST_KEY)))
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("The tenant 'acme' has other settings already")
                .hasMessageContaining(": jobo.api-key. ")
                .hasMessageContaining("a property that begins with acme., or")
                .hasMessageNotContaining("jbe_");
        assertThatThrownBy(() -> tenants.configure("globex", Map.of("jobfeed.datasource.schema", "globex")))
                .hasMessageContaining(": jobo.jobs.batch-size. ");
        for (String name : List.of("", "Globex", "-globex", "jobo", "glo.bex")) {
            assertThatThrownBy(() -> tenants.configure(name, globex))
                    .hasMessageContaining("'" + name + "' cannot be a tenant's name");
        }
    }

    @Test
    void schemaIsBoundToItsTenant() throws Exception {
        start("h2");
        fixture.sync("acme");
        long requests = acme.log().entries().size();
        fixture.with("globex.jobfeed.datasource.schema", "acme")
                .with("globex.jobo.base-url", acme.baseUrl())
                .with("globex.jobo.api-key", ACME_KEY);

        assertThat(catchThrowable(() -> fixture.sync("globex")))
                .isInstanceOf(StoreOriginMismatchException.class)
                .hasMessageContaining("the feed of the tenant 'acme'");

        assertThat(acme.log().entries()).hasSize((int) requests);
    }

    @Test
    void unknownTenantRequestsNothing() throws Exception {
        start("h2");

        assertThat(catchThrowable(() -> fixture.sync("acem")))
                .rootCause()
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("acem.jobfeed.datasource.schema");
        assertThat(catchThrowable(() -> fixture.sync("jobo")))
                .rootCause()
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("cannot be a tenant's name");

        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @Test
    void addedRouteFileStartsATenantOnItsOwnSchedule() throws Exception {
        start("h2");
        fixture.with("acme.jobfeed.jobs.enabled", "true").with("acme.jobfeed.jobs.schedule", "0/1 * * * * ?");

        loadDocumentedFile();

        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .ignoreException(BadSqlGrammarException.class)
                .until(() -> jobs("acme").size() == 90);
        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @Test
    void changesOfATenantAreSentToItsEndpoint() throws Exception {
        start("h2");
        fixture.with("acme.jobfeed.changes.to", "mock:acme").with("acme.jobfeed.changes.interval", "100ms");
        loadDocumentedFile();
        MockEndpoint sent = fixture.context().getEndpoint("mock:acme", MockEndpoint.class);

        fixture.sync();
        fixture.sync("acme");

        Awaitility.await().atMost(Duration.ofMinutes(1)).untilAsserted(() -> assertThat(sent.getReceivedExchanges())
                .hasSize(90));
    }

    @Test
    void defaultKeyIsNotSentToATenantsServer() throws Exception {
        start("h2");
        fixture.with("acme.jobo.api-key", "");

        assertThat(catchThrowable(() -> fixture.sync("acme")))
                .rootCause()
                .isInstanceOf(ConfigurationException.class)
                .hasMessageContaining("Set acme.jobo.api-key");

        assertThat(acme.log().entries()).isEmpty();
    }

    private void loadDocumentedFile() throws Exception {
        String file = Files.readString(Path.of("docs/tenants.md"))
                .lines()
                .dropWhile(line -> !line.startsWith("    - templatedRoute:"))
                .takeWhile(line -> line.startsWith("    "))
                .map(line -> line.substring(4))
                .collect(Collectors.joining("\n"));
        PluginHelper.getRoutesLoader(fixture.context()).loadRoutes(ResourceHelper.fromString("acme.camel.yaml", file));
    }

    private List<UUID> jobs(String schema) {
        return fixture.database.queryForList("select id from " + schema(schema) + ".job", UUID.class);
    }

    /** Returns the name of a schema; {@code public} stands for the default schema of a connection. */
    private String schema(String name) {
        return name.equals("public") ? fixture.database.execute(java.sql.Connection::getSchema) : '"' + name + '"';
    }

    private CompletableFuture<Run> inBackground(String tenant) {
        return CompletableFuture.supplyAsync(() -> {
            try {
                return fixture.sync(tenant);
            } catch (Exception e) {
                throw new CompletionException(e);
            }
        });
    }
}
