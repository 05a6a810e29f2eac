package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.jobby.Delivery;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.camel.Exchange;
import org.apache.camel.builder.RouteBuilder;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests an integrator's routes that consume from a Kamelet for Jobby.dev. */
class JobbySourcesTest {

    private static final String SECRET = "jbb_whsec_test";

    private final Queue<JsonNode> received = new ConcurrentLinkedQueue<>();
    private final AtomicInteger failing = new AtomicInteger();
    private JobbyFixture fixture;

    @BeforeEach
    void start() throws Exception {
        fixture = JobbyFixture.of("h2", JobbyOptions.builder().rateLimits(false).retryTimeScale(0));
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    /**
     * Adds a route that fails at the first messages, as many as the test sets, and otherwise changes the message and
     * stops.
     */
    private void listen(String uri) throws Exception {
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from(uri)
                        .process(JobbySourcesTest.this::receive)
                        .setBody(constant("theirs"))
                        .stop();
            }
        });
    }

    private void receive(Exchange exchange) throws Exception {
        assertThat(exchange.getVariables()).doesNotContainKeys("jobbyPath", "jobbyQuery", "jobbyWebhook");
        if (failing.getAndDecrement() > 0) {
            throw new IllegalStateException("Theirs is not ready.");
        }
        received.add(SyncFixture.parse(exchange.getMessage().getBody(String.class)));
    }

    private List<String> values(String field) {
        return received.stream().map(row -> row.get(field).textValue()).toList();
    }

    @Test
    void eachLiveEventArrivesOnceAndAgainAfterAFailure() throws Exception {
        fixture.with("jobby.token", "");
        failing.set(2);
        listen("kamelet:jobby-live-events-source?period=100");
        await().atMost(JobbyFixture.DEADLINE).until(() -> received.size() >= 3);

        String added = fixture.fair().addLiveEvent("Open hours").id();
        await().atMost(JobbyFixture.DEADLINE).until(() -> values("id").contains(added));

        assertThat(values("id")).doesNotHaveDuplicates().hasSize(4);
        assertThat(fixture.jobby().requests())
                .allMatch(request -> request.query().equals("limit=100"));
    }

    @Test
    void matchArrivesWithItsLaterChanges() throws Exception {
        fixture.send("direct:jobby-queue-join", fixture.liveEvent(), Map.of(), String.class);
        listen("kamelet:jobby-matches-source?period=100&limit=5");
        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();
        await().atMost(JobbyFixture.DEADLINE).until(() -> received.size() == 1);

        fixture.fair().declineMatch(match);
        await().atMost(JobbyFixture.DEADLINE).until(() -> received.size() == 2);

        assertThat(received).allMatch(row -> row.toString().contains(match));
        assertThat(received.stream().distinct()).hasSize(2);
    }

    @Test
    void webhookEventThatFailsIsDeliveredAgain() throws Exception {
        String url = fixture.withWebhooks(SECRET).replace("/jobby/webhooks", "/jobby/events");
        failing.set(1);
        listen("kamelet:jobby-webhook-source");
        fixture.jobby().webhooks().add(url, SECRET, "match.matched");
        fixture.jobby().webhooks().add(url, "jbb_whsec_another", "match.matched");
        fixture.send("direct:jobby-queue-join", fixture.liveEvent(), Map.of(), String.class);

        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();

        await().atMost(JobbyFixture.DEADLINE)
                .untilAsserted(() -> assertThat(statuses()).contains(500, 200, 401));
        assertThat(received).singleElement().satisfies(event -> {
            assertThat(event.get("type").textValue()).isEqualTo("match.matched");
            assertThat(event.at("/data/match_id").textValue()).isEqualTo(match);
        });
        assertThat(fixture.one("select count(*) from jobby_webhook_event", Integer.class))
                .isZero();
    }

    private List<Integer> statuses() {
        return fixture.jobby().webhooks().deliveries().stream()
                .map(Delivery::statusCode)
                .toList();
    }
}
