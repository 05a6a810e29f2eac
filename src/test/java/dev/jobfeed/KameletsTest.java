package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.SandboxOptions;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.apache.camel.Exchange;
import org.apache.camel.builder.DeadLetterChannelBuilder;
import org.apache.camel.builder.NotifyBuilder;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.model.RouteDefinition;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.dao.DataAccessException;

/** Tests an integrator's routes that consume from or call a Kamelet of the bundle. */
class KameletsTest {

    private static final String KEY = "jbe_test_kameletkameletkamelet_not-a-secret-not-a-secret-not-a-secret-kame";

    private final Collection<Message> received = new ConcurrentLinkedQueue<>();
    private final Set<String> variables = ConcurrentHashMap.newKeySet();
    private SyncFixture fixture;

    private record Message(String change, UUID job, String event, JsonNode body) {}

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(60).apiKeys(KEY))
                .with("jobo.jobs.batch-size", "20")
                .with("jobo.retry.time-scale", "0.01")
                .with("jobfeed.changes.interval", "50ms");
    }

    @BeforeEach
    void clear() {
        received.clear();
    }

    @AfterEach
    void stop() {
        fixture.close();
    }

    /** Adds a route that fails at the first delivery of the jobs that a test selects. */
    private void listen(Set<UUID> failing, String when) throws Exception {
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:jobo-jobs-source?apiKey=" + KEY + "&watermarkParameter=updated_after&" + when)
                        .routeId("theirs")
                        .process(exchange -> {
                            Message message = message(exchange);
                            variables.addAll(exchange.getVariables().keySet());
                            if (failing.contains(message.job()) && failing.remove(message.job())) {
                                throw new IllegalStateException("Theirs is not ready.");
                            }
                            received.add(message);
                        });
            }
        });
    }

    private static Message message(Exchange exchange) throws Exception {
        org.apache.camel.Message in = exchange.getMessage();
        return new Message(
                in.getHeader("jobfeedChangeType", String.class),
                UUID.fromString(in.getHeader("jobfeedJobId", String.class)),
                in.getHeader("jobfeedEventId", String.class),
                SyncFixture.parse(in.getBody(String.class)));
    }

    @ParameterizedTest
    @CsvSource({"h2, period=1s", "postgresql, cron=0/1+*+*+*+*+?"})
    void everyJobArrivesOnceWithItsLaterChanges(String database, String when) throws Exception {
        start(database);
        listen(Set.of(), when);

        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> received.size() >= 60);
        assertThat(variables).isSubsetOf("jobfeedChangesTo", "jobfeedKameletSink");
        assertThat(received).allMatch(message -> message.change().equals("created"));
        assertThat(received)
                .extracting(Message::job)
                .containsExactlyInAnyOrderElementsOf(
                        fixture.sandbox.data().activeIds().toList());
        assertThat(received)
                .allMatch(message -> message.body()
                                .get("id")
                                .textValue()
                                .equals(message.job().toString())
                        && !message.body().get("title").textValue().isEmpty());

        List<UUID> expired = fixture.sandbox.data().expireJobs(3);
        List<UUID> created = fixture.sandbox.data().createJobs(2);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> received.size() >= 65);
        assertThat(jobs("expired")).containsExactlyInAnyOrderElementsOf(expired);
        assertThat(jobs("created")).hasSize(62).containsAll(created);
        assertThat(fixture.sandbox.log().entries())
                .extracting(LoggedRequest::status)
                .containsOnly(200);
        assertThat(fixture.database.queryForObject("select count(*) from job", Long.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void restartLosesNoMessage(String database) throws Exception {
        start(database);
        Set<UUID> failing = ConcurrentHashMap.newKeySet();
        failing.addAll(fixture.sandbox.data().activeIds().skip(30).toList());
        listen(failing, "period=1s");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> failing.size() < 30 && !received.isEmpty());

        // runs a command in between, which does not load the Kamelet
        fixture.with("kamelet.jobfeed.datasource.schema", "kamelet").with("kamelet.jobo.api-key", KEY);
        fixture.sync("kamelet");

        fixture.restart();
        listen(Set.of(), "period=1s");

        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> jobs("created").size() == 60);
        assertThat(received.stream().map(Message::event).distinct()).hasSize(60);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyExpiredIdArrivesDespiteAFailureOfTheRoute(String database) throws Exception {
        start(database);
        List<UUID> first = fixture.sandbox.data().expireJobs(5);
        Set<UUID> failing = ConcurrentHashMap.newKeySet();
        failing.add(first.get(2));
        Set<UUID> ids = ConcurrentHashMap.newKeySet();
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:jobo-expired-source?apiKey=" + KEY + "&cron=0/1+*+*+*+*+?")
                        .process(exchange -> {
                            UUID id = UUID.fromString(exchange.getMessage().getBody(String.class));
                            variables.addAll(exchange.getVariables().keySet());
                            if (failing.remove(id)) {
                                throw new IllegalStateException("Theirs is not ready.");
                            }
                            ids.add(id);
                        });
            }
        });

        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> ids.containsAll(first));
        List<UUID> second = fixture.sandbox.data().expireJobs(5);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> ids.containsAll(second));

        assertThat(variables).isEmpty();
        assertThat(failing).isEmpty();
        assertThat(fixture.feed()).isEmpty();
        assertThat(fixture.expired()).allMatch(request -> request.status() == 200);
    }

    /** Without a watermark a scan begins 24 hours ago, otherwise at the watermark less 15 minutes. */
    @Test
    void partlyUnreadableExpiredIdsAreReadAgain() throws Exception {
        start("h2");
        List<UUID> expired = fixture.sandbox.data().expireJobs(5);
        Set<UUID> ids = ConcurrentHashMap.newKeySet();
        fixture.sandbox.faults(
                FaultRule.of(Fault.ROW_BAD_ID).on(Endpoint.JOBS_EXPIRED).to(3),
                FaultRule.of(Fault.PLAIN_IDS).on(Endpoint.JOBS_EXPIRED));
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:jobo-expired-source?apiKey=" + KEY + "&cron=0/1+*+*+*+*+?")
                        .process(exchange ->
                                ids.add(UUID.fromString(exchange.getMessage().getBody(String.class))));
            }
        });

        Awaitility.await()
                .atMost(Duration.ofMinutes(1))
                .until(() -> fixture.expired().size() > 4 && ids.containsAll(expired));

        assertThat(fixture.expired().subList(0, 5))
                .extracting(KameletsTest::hoursBack)
                .containsExactly(24L, 24L, 24L, 24L, 0L);
    }

    private static long hoursBack(LoggedRequest request) {
        String since = URLDecoder.decode(request.query(), StandardCharsets.UTF_8)
                .replaceAll(".*expired_since=([^&]*).*", "$1");
        return Math.round(Duration.between(Instant.parse(since), request.time()).toMinutes() / 60.0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyCareerSiteArrivesOnceAndAgainWhenItChanges(String database) throws Exception {
        start(database);
        Collection<JsonNode> sites = new ConcurrentLinkedQueue<>();
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("kamelet:jobo-career-sites-source?apiKey=" + KEY + "&period=1s&interval=300ms")
                        .process(exchange -> {
                            variables.addAll(exchange.getVariables().keySet());
                            sites.add(SyncFixture.parse(exchange.getMessage().getBody(String.class)));
                        });
            }
        });

        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> sites.size() >= 500);
        assertThat(sites.stream().map(site -> site.get("id").textValue()).distinct())
                .hasSize(500);
        assertThat(sites).allMatch(site -> site.get("industries").isArray());
        assertThat(variables).isEmpty();

        List<UUID> changed = fixture.sandbox.data().updateCareerSites(3);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> sites.size() >= 503);
        assertThat(sites.stream()
                        .skip(500)
                        .map(site -> UUID.fromString(site.get("id").textValue())))
                .containsExactlyInAnyOrderElementsOf(changed);
    }

    /** The host's error handling ends with the message; the Kamelet continues after it. */
    @ParameterizedTest
    @CsvSource({
        "jobs, handled",
        "jobs, dead letters",
        "jobs, stop",
        "career-sites, handled",
        "career-sites, stop",
        "expired, handled",
        "expired, stop"
    })
    void messageHandledByTheRouteCountsAsDelivered(String source, String errorHandling) throws Exception {
        fixture = SyncFixture.of(
                        "h2", SandboxOptions.builder().jobs(60).careerSites(12).apiKeys(KEY))
                .with("jobo.retry.time-scale", "0.01")
                .with("jobfeed.changes.interval", "50ms");
        fixture.sandbox.data().expireJobs(5);
        Collection<String> bodies = new ConcurrentLinkedQueue<>();
        NotifyBuilder ticks = new NotifyBuilder(fixture.context())
                .fromRoute("jobo-" + source + "-source-*")
                .whenDone(6)
                .create();
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                RouteDefinition route = from("kamelet:jobo-" + source + "-source?apiKey=" + KEY + "&period=1h");
                if (errorHandling.equals("handled")) {
                    route.onException(Exception.class)
                            .handled(true)
                            .to("mock:handled")
                            .end();
                } else if (errorHandling.equals("dead letters")) {
                    route.errorHandler(new DeadLetterChannelBuilder("mock:handled"));
                }
                route.process(exchange -> bodies.add(exchange.getMessage().getBody(String.class)));
                if (errorHandling.equals("stop")) {
                    route.to("mock:handled").stop();
                } else {
                    route.throwException(new IllegalStateException("theirs"));
                }
            }
        });

        if (source.equals("expired")) {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> isPresent("\"expired\".sync_state where last_sweep_started_at is not null"));
        } else {
            Awaitility.await()
                    .atMost(Duration.ofMinutes(1))
                    .until(() -> bodies.size() >= (source.equals("jobs") ? 55 : 12));
        }
        assertThat(ticks.matches(1, TimeUnit.MINUTES)).isTrue();
        assertThat(bodies).hasSizeGreaterThanOrEqualTo(5).doesNotHaveDuplicates();
        MockEndpoint handled = fixture.context().getEndpoint("mock:handled", MockEndpoint.class);
        handled.expectedMessageCount(bodies.size());
        handled.assertIsSatisfied();
    }

    private boolean isPresent(String row) {
        try {
            return fixture.database.queryForObject("select count(*) from " + row, Integer.class) > 0;
        } catch (DataAccessException e) {
            // the source creates the schema
            return false;
        }
    }

    @Test
    void failureInASourceIsNoMessageForItsRoute() throws Exception {
        start("h2");
        fixture.loaded().getCamelContextExtension().setErrorHandlerFactory(new DeadLetterChannelBuilder("mock:dead"));
        listen(Set.of(), "period=1s");
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> received.size() >= 60);
        NotifyBuilder ticks = new NotifyBuilder(fixture.context())
                .fromRoute("jobo-jobs-source-*")
                .whenDone(2)
                .create();

        fixture.database.execute("alter table \"kamelet\".sync_state rename to gone");
        assertThat(ticks.matches(1, TimeUnit.MINUTES)).isTrue();
        fixture.database.execute("alter table \"kamelet\".gone rename to sync_state");
        fixture.sandbox.data().createJobs(1);

        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> received.size() >= 61);
        assertThat(fixture.context()
                        .getEndpoint("mock:dead", MockEndpoint.class)
                        .getReceivedExchanges())
                .isEmpty();
    }

    @Test
    void sourceWithOtherSettingsThanItsTenantDoesNotStart() throws Exception {
        start("h2");
        fixture.with("kamelet.jobfeed.datasource.schema", "kamelet")
                .with("kamelet.jobo.api-key", KEY)
                .with("kamelet.jobfeed.jobs.schedule", "");
        fixture.sync("kamelet");

        assertThatThrownBy(() -> listen(Set.of(), "period=1s&batchSize=7"))
                .hasStackTraceContaining("The tenant 'kamelet' has other settings already");

        for (String when : List.of("period=30M", "period=0", "period=500", "cron=30m", "cron=0+0+0+30+2+?")) {
            fixture.restart();
            assertThatThrownBy(() -> listen(Set.of(), when))
                    .hasStackTraceContaining(when.replace("=", " is '") + "'; it takes");
        }

        fixture.restart();
        listen(Set.of(), "period=1s&batchSize=7");
        fixture.sandbox.data().createJobs(1);
        Awaitility.await().atMost(Duration.ofMinutes(1)).until(() -> received.size() == 1);
        assertThat(fixture.feedRequests()).last().asString().contains("\"batch_size\":7");
    }

    private Set<UUID> jobs(String change) {
        return received.stream()
                .filter(message -> message.change().equals(change))
                .map(Message::job)
                .collect(Collectors.toSet());
    }

    @ParameterizedTest
    @ValueSource(strings = "h2")
    void profileIsReturnedForAnId(String database) throws Exception {
        start(database);
        fixture.with("jobo.api-key", KEY);
        UUID job = fixture.sandbox.data().activeIds().findFirst().orElseThrow();
        String company = SyncFixture.parse(fixture.sandbox.data().json(job))
                .get("company")
                .get("id")
                .textValue();
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:theirs").to("kamelet:jobo-company-action");
            }
        });

        try (var template = fixture.context().createProducerTemplate()) {
            Exchange answered = template.send(
                    "direct:theirs", exchange -> exchange.getMessage().setBody(company));

            assertThat(answered.getException()).isNull();
            assertThat(SyncFixture.parse(answered.getMessage().getBody(String.class))
                            .get("id")
                            .textValue())
                    .isEqualTo(company);
            assertThat(answered.getVariables()).doesNotContainKeys("jobfeedTenant", "joboPath");

            Exchange refused = template.send(
                    "direct:theirs", exchange -> exchange.getMessage().setBody("acme"));
            assertThat(refused.getException())
                    .hasStackTraceContaining("'acme' is not the id of a company, which is a UUID.");
            assertThat(refused.getVariables()).doesNotContainKeys("jobfeedTenant", "joboPath");
        }
    }
}
