package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.Interceptor;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.component.timer.TimerEndpoint;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests company profiles, on demand and by enrichment. */
class CompaniesTest {

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(30).careerSites(5));
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void profileIsReturnedAndStored(String database) throws Exception {
        start(database);
        fixture.sync();
        String id = fixture.one("select company_id from job limit 1", String.class);

        JsonNode profile = SyncFixture.parse(profile(id));

        assertThat(profile.get("id").textValue()).isEqualTo(id);
        assertThat(SyncFixture.parse(fixture.one(
                        "select cast(profile as text) from company_profile where id = ?",
                        String.class,
                        UUID.fromString(id))))
                .isEqualTo(profile);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void companyWithoutAProfileIsNoFailure(String database) throws Exception {
        start(database);
        UUID unknownCompany = UUID.randomUUID();

        assertThat(profile(unknownCompany.toString())).isNull();

        assertThat(fixture.one(
                        "select count(*) from company_profile where fetched_at is not null and profile is null",
                        Integer.class))
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
                    409 | {"detail":"Being merged."} | Jobo answered 409 (Being merged).
                    400 | {"message":"Invalid cursor"} | Jobo answered 400 (Invalid cursor).
                    """)
    void cursorErrorIsFinalForARequestWithoutACursor(int status, String body, String message) throws Exception {
        start("h2");
        fixture.sandbox.intercept(request -> Interceptor.answer(status, Map.of(), body));

        assertThatThrownBy(() -> profile(UUID.randomUUID().toString()))
                .satisfies(failure ->
                        assertThat(ProblemTranslator.describe(failure)).startsWith(message));
        assertThat(companyRequests()).hasSize(1);

        try (var template = fixture.context().createProducerTemplate()) {
            Exchange estimate =
                    template.send("direct:sync-estimate", exchange -> exchange.setVariable("jobfeedStream", "jobs"));
            assertThat(ProblemTranslator.describe(estimate.getException())).startsWith(message);
        }
        assertThat(fixture.feed()).hasSize(1);
    }

    @Test
    void invalidUuidIsNeverPartOfAPath() throws Exception {
        start("h2");

        assertThatThrownBy(() -> profile("../jobs/expired")).hasRootCauseInstanceOf(IllegalArgumentException.class);

        assertThat(fixture.sandbox.log().entries()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void enrichmentFetchesEachCompanyOfNewJobsOnce(String database) throws Exception {
        start(database);
        fixture.with("jobfeed.companies.enabled", "true").with("jobo.companies.interval", "10ms");

        fixture.sync();

        int companies = fixture.one("select count(distinct company_id) from job", Integer.class);
        await().atMost(Duration.ofMinutes(1))
                .until(() -> fixture.one("select count(*) from company_profile where due_at is null", Integer.class)
                        == companies);
        fixture.sandbox.data().updateJobs(10);
        fixture.sync();
        assertThat(fixture.one("select count(*) from company_profile where due_at is not null", Integer.class))
                .isZero();
        assertThat(companyRequests()).hasSize(companies).doesNotHaveDuplicates();
    }

    @Test
    void companiesOfAPageAreLockedInTheOrderOfTheirIds() throws Exception {
        fixture = SyncFixture.of(
                        "postgresql", SandboxOptions.builder().jobs(700).careerSites(1))
                .with("jobfeed.companies.enabled", "true")
                .with("jobo.companies.interval", "1h");

        fixture.sync();

        assertThat(fixture.one("select pages from sync_run", Integer.class)).isEqualTo(1);
        // except the company that the first tick may have claimed since, whose row has another version
        assertThat(fixture.database.queryForList(
                        "select id from company_profile where xmin::text = (select xmin::text from company_profile"
                                + " group by xmin::text order by count(*) desc limit 1) order by ctid",
                        UUID.class))
                .hasSizeGreaterThan(10)
                .isSorted();
    }

    @Test
    void profileOnAnotherHostIsNotRequested() throws Exception {
        start("h2");
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.CAREER_SITES_FEED
                ? Interceptor.rewrite(body -> new String(body, StandardCharsets.UTF_8)
                        .replaceAll("\"details_url\":\"[^\"]*\"", "\"details_url\":\"https://evil.example/profile\"")
                        .getBytes(StandardCharsets.UTF_8))
                : Interceptor.pass());
        fixture.with("jobfeed.companies.enabled", "true").with("jobo.companies.interval", "10ms");

        fixture.syncCareerSites();

        await().atMost(Duration.ofMinutes(1))
                .until(() ->
                        fixture.one("select count(*) from company_profile where due_at is null", Integer.class) == 5);
        assertThat(companyRequests()).isEmpty();
    }

    @Test
    void profileUrlMayContainTheDefaultPort() throws Exception {
        start("h2");
        fixture.with("jobo.base-url", "https://connect.jobo.world");
        assertThat(next()).as("none is due").isNull();
        UUID company = UUID.randomUUID();
        fixture.database.update("insert into company_profile (id) values (?)", company);

        for (String suffix : List.of(":8443", ".evil.example", ":443@evil.example", "x:443")) {
            enqueue(company, "https://connect.jobo.world" + suffix);
            assertThat(next()).as(suffix).isNull();
        }
        enqueue(company, "http://connect.jobo.world:443");
        assertThat(next()).isNull();
        enqueue(company, "https://Connect.jobo.world:443");
        assertThat(next()).isEqualTo(company.toString());
    }

    private String next() throws Exception {
        return fixture.context().createProducerTemplate().requestBody("direct:company-claim", null, String.class);
    }

    private void enqueue(UUID company, String server) {
        fixture.database.update(
                "update company_profile set details_url = ?, due_at = current_timestamp where id = ?",
                server + "/api/companies/" + company,
                company);
    }

    @Test
    void enrichmentRequestsEveryNineSecondsByDefault() throws Exception {
        start("h2");

        assertThat(fixture.context().getRoute("companies-enrichment").getEndpoint())
                .isInstanceOfSatisfying(TimerEndpoint.class, timer -> assertThat(timer.getPeriod())
                        .isEqualTo(9000));
    }

    @Test
    void a408IsRetried() throws Exception {
        start("h2");
        fixture.with("jobo.retry.time-scale", "0.001").sync();
        fixture.sandbox.faults(
                FaultRule.answer(408, Map.of(), "").on(Endpoint.COMPANY).times(2));
        String id = fixture.one("select company_id from job limit 1", String.class);

        assertThat(SyncFixture.parse(profile(id)).get("id").textValue()).isEqualTo(id);

        assertThat(companyRequests()).hasSize(3);
    }

    @Test
    void redirectIsNotFollowedWithTheKey() throws Exception {
        start("h2");
        try (Sandbox other =
                Sandbox.start(SandboxOptions.builder().port(0).jobs(1).build())) {
            fixture.sandbox.intercept(request -> Interceptor.answer(
                    302, Map.of("Location", other.baseUrl() + "/api/companies/" + UUID.randomUUID()), ""));

            assertThatThrownBy(() -> profile(UUID.randomUUID().toString())).hasStackTraceContaining("302");

            assertThat(other.log().entries()).isEmpty();
            assertThat(companyRequests()).hasSize(1);
        }
    }

    @Test
    void rejectedKeyRaisesOneAlertAndPausesTheEnrichment() throws Exception {
        start("h2");
        fixture.sandbox.intercept(request -> request.endpoint() == Endpoint.COMPANY
                ? Interceptor.answer(403, Map.of(), "{\"error\":\"Forbidden\"}")
                : Interceptor.pass());
        fixture.with("jobfeed.companies.enabled", "true").with("jobo.companies.interval", "10ms");

        fixture.sync();

        await().atMost(Duration.ofMinutes(1))
                .until(() -> fixture.one(
                                "select count(*) from alert where stream = 'companies' and notified_at is not null",
                                Integer.class)
                        == 1);
        assertThat(companyRequests()).hasSize(1);
        assertThat(fixture.one("select count(*) from company_profile where fetched_at is not null", Integer.class))
                .isZero();
    }

    @Test
    void profileIsNotFetchedAgainForThirtyDays() throws Exception {
        start("h2");
        fixture.with("jobfeed.companies.enabled", "true").with("jobo.companies.interval", "10ms");
        fixture.syncCareerSites();
        await().atMost(Duration.ofMinutes(1)).until(() -> fetched() == 5);

        fixture.database.execute("update company_profile set fetched_at = fetched_at - interval '29' day");
        fixture.sandbox.data().updateCareerSites(5);
        fixture.syncCareerSites();
        assertThat(fixture.one("select count(*) from company_profile where due_at is not null", Integer.class))
                .isZero();

        fixture.database.execute("update company_profile set fetched_at = fetched_at - interval '2' day");
        fixture.sandbox.data().updateCareerSites(5);
        fixture.syncCareerSites();
        await().atMost(Duration.ofMinutes(1)).until(() -> companyRequests().size() == 10);
    }

    private int fetched() {
        return fixture.one("select count(*) from company_profile where fetched_at is not null", Integer.class);
    }

    private String profile(String id) throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            return template.requestBodyAndHeaders("direct:company-profile", id, Map.of(), String.class);
        }
    }

    private List<String> companyRequests() {
        return fixture.sandbox.log().entries().stream()
                .map(LoggedRequest::path)
                .filter(path -> path.startsWith("/api/companies/"))
                .toList();
    }
}
