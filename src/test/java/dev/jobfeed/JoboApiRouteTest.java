package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ProducerTemplate;
import org.junit.jupiter.api.Test;

/** Tests {@code jobo-api.camel.yaml}: the handling of each status, and the steps that have the key. */
class JoboApiRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(20);
    }

    @Override
    Map<String, String> properties() {
        return Map.of("jobo.retry.time-scale", "0.001");
    }

    private void answers(int status, Map<String, String> headers, int times) {
        fixture.sandbox.faults(
                FaultRule.answer(status, headers, "{}").on(Endpoint.JOBS_FEED).times(times));
    }

    @Test
    void keyIsOnTheMessageDuringTheCallOnly() throws Exception {
        edit("jobo-http-call", route -> {
            route.weaveById("jobo-http-call-key-on").before().to("mock:before");
            route.weaveById("jobo-http-call-http").before().to("mock:call");
            route.weaveById("jobo-http-call-read").before().to("mock:answer");
        });

        fixture.sync();

        assertThat(arrived("mock:call"))
                .extracting(call -> call.getMessage().getHeader("X-Api-Key"))
                .containsOnly(Sandbox.TEST_KEY);
        assertThat(arrived("mock:before")).hasSameSizeAs(arrived("mock:call"));
        assertThat(arrived("mock:before"))
                .allMatch(call -> !call.getMessage().getHeaders().containsValue(Sandbox.TEST_KEY));
        assertThat(arrived("mock:answer"))
                .allMatch(call -> !call.getMessage().getHeaders().containsValue(Sandbox.TEST_KEY));
    }

    /** A row of the sandbox has about 6,000 bytes. */
    @Test
    void responsesAreCompressed() throws Exception {
        fixture.sync();

        assertThat(fixture.feed())
                .isNotEmpty()
                .allSatisfy(page -> assertThat(page.bytes()).isPositive().isLessThan(3_000L * page.rows()));
    }

    @Test
    void eachTryExecutesTheRequestStepAgain() throws Exception {
        edit(
                "jobo-http-call",
                route -> route.weaveById("jobo-http-call-http").before().to("mock:call"));
        answers(503, Map.of("Retry-After", "1"), 2);

        fixture.sync();

        assertThat(arrived("mock:call")).hasSize(3);
        assertThat(fixture.run().retries()).isEqualTo(2);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void finalErrorIsNotRetried() throws Exception {
        edit(
                "jobo-http-call",
                route -> route.weaveById("jobo-http-call-http").before().to("mock:call"));
        answers(403, Map.of(), 9);

        assertThatThrownBy(fixture::sync).isNotNull();

        assertThat(arrived("mock:call")).hasSize(1);
    }

    @Test
    void postWithAQueryStaysAPostAndTheQueryIsNotReused() throws Exception {
        ProducerTemplate template = fixture.context().createProducerTemplate();
        template.send("direct:jobo-api", exchange -> {
            exchange.setVariable("joboPath", "/api/jobs/feed");
            exchange.setVariable("joboQuery", "from=host");
            exchange.getMessage().setBody("{\"batch_size\":1}");
        });
        template.send("direct:company-profile", exchange -> {
            exchange.setVariable("joboQuery", "from=host");
            exchange.getMessage().setBody(UUID.randomUUID().toString());
        });
        template.send("direct:sync-estimate", exchange -> {
            exchange.setVariable("joboQuery", "from=host");
            exchange.setVariable("jobfeedStream", "jobs");
        });

        assertThat(fixture.sandbox.log().entries())
                .extracting(request -> request.method() + " " + (request.query() == null ? "" : request.query()))
                .containsExactly("POST from=host", "GET ", "POST ");
    }

    @Test
    void expiredCursorIsAResponseForTheLoopAndNoFailure() throws Exception {
        context().getPropertiesComponent().addOverrideProperty("jobo.jobs.batch-size", "10");
        edit("feed-loop", route -> route.weaveById("feed-loop-restart").after().to("mock:restarted"));
        fixture.sandbox.faults(
                FaultRule.answer(409, Map.of(), "{}").on(Endpoint.JOBS_FEED).nth(2));

        fixture.sync();

        assertThat(arrived("mock:restarted")).hasSize(1);
        assertThat(fixture.run().cursorResets()).isEqualTo(1);
        fixture.assertStoreEqualsSandbox();
    }
}
