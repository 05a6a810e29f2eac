package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests an integrator's routes that consume from or call a Kamelet for Jobby.dev. */
class JobbyKameletsTest {

    private JobbyFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = JobbyFixture.of("h2", JobbyOptions.builder());
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    private void calls() throws Exception {
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:join")
                        .to("kamelet:jobby-api-action?method=POST&path=/queue/join"
                                + "&requestId=RAW(${header.request})");
                from("direct:read")
                        .setHeader("what", constant("matches"))
                        .to("kamelet:jobby-api-action?path=RAW(/${header.what})&query=RAW(limit=${header.rows})");
                from("direct:refused")
                        .onException(JobbyException.class)
                        .onWhen(simple("${exception.code} == 'INSUFFICIENT_SCOPE'"))
                        .handled(true)
                        .setBody(simple("${exception.message}"))
                        .end()
                        .to("kamelet:jobby-api-action?method=DELETE&path=/webhooks/whk_1");
            }
        });
    }

    private Exchange call(String route, Object body, Map<String, Object> headers) throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            return template.send(route, exchange -> {
                exchange.getMessage().setBody(body);
                exchange.getMessage().setHeaders(headers);
            });
        }
    }

    @Test
    void actionJoinsOnceWithTheKeyOfTheMessage() throws Exception {
        calls();
        fixture.jobby().intercept(request -> request.sequence() <= 2 ? new Interceptor.Lose() : Interceptor.pass());
        String key = UUID.randomUUID().toString();
        String body = "{\"event_id\":\"" + fixture.liveEvent() + "\"}";

        Exchange joined = call("direct:join", body, Map.of("request", key));

        assertThat(joined.getException()).isNull();
        assertThat(SyncFixture.parse(joined.getMessage().getBody(String.class))
                        .get("status")
                        .textValue())
                .isEqualTo("waiting");
        assertThat(joined.getMessage().getBody()).isInstanceOf(String.class);
        assertThat(joined.getVariables()).isEmpty();
        assertThat(fixture.jobby().requests(JobbyEndpoint.QUEUE_JOIN))
                .hasSize(3)
                .extracting(ApiRequest::idempotencyKey)
                .containsOnly(key);
        assertThat(fixture.fair().places()).hasSize(1);
    }

    @Test
    void actionReadsTheMessage() throws Exception {
        calls();

        Exchange read = call("direct:read", "not sent", Map.of("rows", 5));

        assertThat(SyncFixture.parse(read.getMessage().getBody(String.class)).isArray())
                .isTrue();
        assertThat(fixture.jobby().requests())
                .extracting(request -> request.method() + " " + request.path() + "?" + request.query())
                .containsExactly("GET /matches?limit=5");
    }

    @Test
    void hostRouteBranchesOnAnError() throws Exception {
        calls();
        fixture.jobby().intercept(request -> Interceptor.answer(403, Map.of(), "{\"code\":\"INSUFFICIENT_SCOPE\"}"));

        Exchange refused = call("direct:refused", null, Map.of());

        assertThat(refused.getException()).isNull();
        assertThat(refused.getMessage().getBody(String.class))
                .contains("403 INSUFFICIENT_SCOPE", "DELETE /webhooks/whk_1", "webhooks:write", "jobby.token");
    }
}
