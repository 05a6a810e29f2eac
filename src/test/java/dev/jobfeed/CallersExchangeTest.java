package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.SandboxOptions;
import java.util.Map;
import java.util.TreeMap;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests what the endpoints of the bundle leave on the exchange of a calling route. */
class CallersExchangeTest {

    private SyncFixture fixture;

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(300).careerSites(70))
                .with("jobo.jobs.batch-size", "100")
                .with("jobo.retry.time-scale", "0.001");
    }

    /**
     * Calls an endpoint as a host's route does. Asserts that it only leaves body, exception and these variables, except
     * for what Camel records of failed steps.
     */
    private Exchange call(String endpoint, Object body, Map<String, Object> variables, String... left)
            throws Exception {
        Map<String, Object> expected = new TreeMap<>(Map.of("mine", "kept"));
        expected.putAll(variables);
        try (ProducerTemplate template = fixture.context().createProducerTemplate()) {
            Exchange exchange = template.send(endpoint, caller -> {
                expected.forEach(caller::setVariable);
                caller.setProperty("mine", "kept");
                caller.getMessage().setHeaders(new TreeMap<>(Map.of("mine", "kept", "Content-Type", "text/plain")));
                caller.getMessage().setBody(body);
            });
            Map<String, Object> headers = new TreeMap<>(exchange.getMessage().getHeaders());
            headers.keySet().removeIf(name -> name.startsWith("CamelRedeliver"));
            assertThat(headers).isEqualTo(Map.of("mine", "kept", "Content-Type", "text/plain"));
            Map<String, Object> found = new TreeMap<>(exchange.getVariables());
            for (String name : left) {
                found.remove(name);
            }
            assertThat(found).isEqualTo(expected);
            assertThat(exchange.getAllProperties().keySet())
                    .filteredOn(name -> !name.startsWith("Camel"))
                    .containsExactly("mine");
            return exchange;
        }
    }

    private static Map<?, ?> result(Exchange exchange) {
        return exchange.getMessage().getBody(Map.class);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void syncLeavesTheCountersOfItsRun(String database) throws Exception {
        start(database);

        Map<?, ?> backfill = result(call("direct:jobs-sync", "mine", Map.of()));

        assertThat(backfill.get("stream")).isEqualTo("jobs");
        assertThat(backfill.get("id")).isEqualTo(1L);
        assertThat(backfill.get("tenant")).isEqualTo("");
        assertThat(backfill.get("mode")).isEqualTo("backfill");
        assertThat(backfill.get("status")).isEqualTo("succeeded");
        assertThat(backfill.get("received")).isEqualTo(300L);
        assertThat(backfill.get("inserted")).isEqualTo(300L);
        assertThat(backfill.get("pages")).isEqualTo(3L);
        assertThat(backfill.get("attempt_pages")).isEqualTo(3L);
        assertThat(backfill.get("stopped")).isEqualTo(false);
        assertThat(backfill.get("fresh_as_of")).isNotNull().isEqualTo(backfill.get("run_started_at"));
        assertThat(backfill.keySet().stream().map(String.class::cast))
                .contains(
                        "updated",
                        "unchanged",
                        "reactivated",
                        "duplicates",
                        "quarantined",
                        "expired",
                        "requests",
                        "credits_spent");

        fixture.sandbox.data().expireJobs(7);
        Map<?, ?> incremental = result(call("direct:jobs-sync", "mine", Map.of("jobfeedMaxPages", 5)));

        assertThat(incremental.get("mode")).isEqualTo("incremental");
        assertThat(incremental.get("expired")).isEqualTo(7L);
        Map<?, ?> sites = result(call("direct:career-sites-sync", "mine", Map.of("jobfeedStream", "mine")));
        assertThat(sites.get("stream")).isEqualTo("career_sites");
        assertThat(sites.get("received")).isEqualTo(70L);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void failedSyncLeavesTheCountersOfItsOpenRun(String database) throws Exception {
        start(database);
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).nth(2),
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_EXPIRED).times(1),
                FaultRule.answer(403, Map.of(), "{}")
                        .on(Endpoint.CAREER_SITES_FEED)
                        .times(1));

        Exchange failed = call("direct:jobs-sync", "mine", Map.of());

        assertThat(failed.getException()).hasStackTraceContaining("403");
        assertThat(result(failed).get("status")).isEqualTo("open");
        assertThat(result(failed).get("received")).isEqualTo(100L);
        assertThat(result(failed).get("last_error")).asString().contains("403");
        assertThat(result(failed).get("fresh_as_of")).isNull();
        Exchange sweep = call("direct:jobs-sync", "mine", Map.of());
        assertThat(sweep.getException()).hasStackTraceContaining("403");
        assertThat(result(sweep).get("received")).isEqualTo(100L);
        assertThat(result(sweep).get("attempt_pages")).isEqualTo(0L);
        assertThat(result(call("direct:jobs-sync", "mine", Map.of())).get("status"))
                .isEqualTo("succeeded");
        assertThat(call("direct:career-sites-sync", "mine", Map.of()).getException())
                .hasStackTraceContaining("403");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void syncOfALockedStreamKeepsTheBody(String database) throws Exception {
        start(database);
        fixture.context();
        fixture.database.update("update sync_state set lease_token = '" + UUID.randomUUID()
                + "', lease_owner = 'other', lease_expires_at = current_timestamp + interval '100' second"
                + " where stream = 'jobs'");

        Exchange locked = call("direct:jobs-sync", "mine", Map.of());

        assertThat(locked.getException()).hasRootCauseInstanceOf(StreamLockedException.class);
        assertThat(locked.getMessage().getBody()).isEqualTo("mine");
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void otherEndpointsOnlyLeaveTheirResponse(String database) throws Exception {
        start(database);
        String job = fixture.sandbox
                .data()
                .json(fixture.sandbox.data().activeIds().findFirst().orElseThrow());
        String company = SyncFixture.parse(job).at("/company/id").textValue();
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.COMPANY).nth(4));

        Exchange profile = call("direct:company-profile", company, Map.of());
        assertThat(SyncFixture.parse(profile.getMessage().getBody(String.class))
                        .get("id")
                        .textValue())
                .isEqualTo(company);
        Exchange noContent = call("direct:company-profile", UUID.randomUUID().toString(), Map.of());
        assertThat(noContent.getException()).isNull();
        assertThat(noContent.getMessage().getBody()).isNull();
        Map<String, Object> path = Map.of("joboPath", "/api/companies/" + company);
        Exchange answer = call("direct:jobo-api", null, path, "joboCreditsDeducted");
        assertThat(answer.getMessage().getBody()).isNotNull();
        Exchange refused = call("direct:company-profile", company, Map.of());
        assertThat(refused.getException()).hasStackTraceContaining("403");
        assertThat(refused.getMessage().getBody()).isEqualTo(company);
        Exchange estimate = call("direct:sync-estimate", "mine", Map.of("jobfeedStream", "jobs"));
        assertThat(estimate.getMessage().getBody()).hasFieldOrPropertyWithValue("rows", 300L);
    }
}
