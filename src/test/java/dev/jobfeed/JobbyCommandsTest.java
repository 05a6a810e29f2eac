package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.CommandResult;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyEndpoint;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.sandbox.jobby.LiveEvent;
import dev.jobfeed.sandbox.jobby.MatchStatus;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests the operations of Jobby.dev as commands. */
class JobbyCommandsTest {

    private final String url = "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1";
    private Sandbox sandbox;

    @BeforeEach
    void start() throws IOException {
        sandbox = Sandbox.start(
                SandboxOptions.builder().port(0).jobs(1).careerSites(1).build(),
                JobbyOptions.builder().rateLimits(false).build());
    }

    @AfterEach
    void stop() {
        sandbox.close();
    }

    @Test
    void webhooksAreCreatedListedTestedAndDeleted() {
        CommandResult created = jobfeed(
                "jobby webhooks create http://127.0.0.1:1/hooks --event match.matched,match.expired --description bus");

        assertThat(created.exitCode()).as(created.err()).isZero();
        assertThat(created.out()).matches("jbb_whsec_\\S+\\R");
        String id = sandbox.jobby().webhooks().all().get(0).id();
        assertThat(created.err()).contains("subscription " + id);
        assertThat(sandbox.jobby().webhooks().all().get(0).description()).isEqualTo("bus");

        CommandResult listed = jobfeed("jobby webhooks list");
        assertThat(listed.out())
                .containsPattern(id + " +active +http://127.0.0.1:1/hooks match.matched,match.expired")
                .doesNotContain("jbb_whsec");

        assertThat(jobfeed("jobby webhooks test " + id).out()).matches("evt_\\S+\\R");
        await().until(() -> !sandbox.jobby().webhooks().deliveries().isEmpty());

        CommandResult deleted = jobfeed("jobby webhooks delete " + id);
        assertThat(deleted.exitCode()).as(deleted.err()).isZero();
        assertThat(sandbox.jobby().webhooks().all()).isEmpty();
        assertThat(jobfeed("jobby webhooks delete " + id).err()).contains("404 NOT_FOUND");
        assertThat(jobfeed("jobby webhooks list --json").out().strip()).isEqualTo("[]");
    }

    @Test
    void roomOpensAfterAHumanHasAcceptedTheMatch() throws Exception {
        String match = matched();
        String page = sandbox.baseUrl() + "/account/matches/" + match;

        CommandResult early = jobfeed("jobby room " + match);
        assertThat(early.exitCode()).isEqualTo(1);
        assertThat(early.out()).isEmpty();
        assertThat(early.err()).contains("404 NOT_FOUND", "once the match is accepted, in a browser at " + page);

        sandbox.jobby().fair().acceptMatch(match);

        CommandResult room = jobfeed("jobby room " + match);
        assertThat(room.exitCode()).as(room.err()).isZero();
        assertThat(room.out()).startsWith("http://127.0.0.1/").endsWith(match + System.lineSeparator());
        assertThat(sandbox.jobby().requests(JobbyEndpoint.MATCH_ACCEPT)).isEmpty();
    }

    @Test
    void matchIsDeclinedAndNoCommandAcceptsOne() throws Exception {
        String match = matched();

        CommandResult accept = jobfeed("jobby accept " + match);
        assertThat(accept.exitCode()).isEqualTo(2);
        assertThat(jobfeed("jobby --help").out()).containsPattern("can only be\\s+accepted in a browser");
        CommandResult declined = jobfeed("jobby decline " + match + " --reason too_far");

        assertThat(declined.exitCode()).as(declined.err()).isZero();
        assertThat(sandbox.jobby().fair().findMatch(match).orElseThrow().status())
                .isEqualTo(MatchStatus.DECLINED);
        CommandResult second = jobfeed("jobby decline " + match);
        assertThat(second.exitCode()).isEqualTo(1);
        assertThat(second.err())
                .contains("400 VALIDATION", "The match is decided already: it is declined. Only a match that is not");
        assertThat(jobfeed("jobby decline ../profile").exitCode()).isEqualTo(2);
    }

    /**
     * The response of the first charge is lost; a second one with an unknown outcome is repeated with the printed key.
     */
    @Test
    void chargeNeedsConsentAndIsMadeOnce() {
        String charge = "jobby charge --target-plan pro --interval monthly";
        CommandResult rejected = jobfeed(charge);
        assertThat(rejected.exitCode()).isEqualTo(1);
        assertThat(rejected.err())
                .contains(
                        "402 OFF_SESSION_CONSENT_REQUIRED",
                        "Only a person can agree to a charge",
                        "in a browser at " + sandbox.baseUrl() + "/account/billing")
                .doesNotContain("--idempotency-key");

        sandbox.jobby().billing().consent();
        sandbox.faults(
                FaultRule.script(
                        "[{\"fault\":\"lost\",\"on\":\"jobby_charge_off_session\",\"nth\":1},{\"fault\":\"503_bare\",\"on\":\"jobby_charge_off_session\"}]"));
        CommandResult unknown = jobfeed(charge);
        assertThat(unknown.exitCode()).isEqualTo(1);
        Matcher key = Pattern.compile("--idempotency-key (\\S+) within").matcher(unknown.err());
        assertThat(key.find()).as(unknown.err()).isTrue();
        sandbox.faults(List.of());

        CommandResult repeated = jobfeed(charge + " --idempotency-key " + key.group(1));

        assertThat(repeated.exitCode()).as(repeated.err()).isZero();
        assertThat(repeated.out()).contains("charged for pro, monthly");
        assertThat(sandbox.jobby().billing().charges()).hasSize(1);
        assertThat(sandbox.jobby().requests(JobbyEndpoint.CHARGE_OFF_SESSION).stream()
                        .skip(1)
                        .map(ApiRequest::idempotencyKey)
                        .distinct())
                .containsExactly(key.group(1));
    }

    @Test
    void idempotencyKeyIsPrintedForCallsWithAnUnknownOutcomeOnly() {
        sandbox.faults(
                FaultRule.script(
                        "[{\"fault\":\"lost\",\"on\":\"jobby_event_create\",\"nth\":1},"
                                + "{\"fault\":\"answer\",\"status\":408,\"body\":{\"error\":\"t\",\"code\":\"TIMEOUT\"},\"on\":\"jobby_event_create\"}]"));
        assertThat(jobfeed("jobby create-event --title Late").err())
                .contains("408 TIMEOUT")
                .containsPattern("--idempotency-key \\S+ within 24 hours");

        CommandResult unusable =
                jobfeed("jobby create-event --title X --idempotency-key 11111111-1111-1111-8111-111111111111");
        assertThat(unusable.exitCode()).isEqualTo(2);
        assertThat(unusable.err()).contains("takes a UUID of version 4").doesNotContain("may have taken effect");
    }

    @Test
    void responseWithoutTheExpectedFieldIsPrintedAsReceived() {
        sandbox.faults(
                FaultRule.script(
                        "[{\"fault\":\"answer\",\"status\":201,\"body\":{\"data\":{\"id\":\"whk_1\",\"key\":\"s\"}},\"on\":\"jobby_webhook_create\"}]"));

        CommandResult created = jobfeed("jobby webhooks create https://example.com/x");

        assertThat(created.out()).contains("{\"id\":\"whk_1\",\"key\":\"s\"}");
        assertThat(created.err()).contains("The response has no secret; it is printed as received.");
    }

    @Test
    void eventIsCreatedAndFound() throws Exception {
        CommandResult created = jobfeed("jobby create-event --title Welders --field seats=4 --field tags=[\"metal\"]");

        assertThat(created.exitCode()).as(created.err()).isZero();
        LiveEvent event = sandbox.jobby().fair().liveEvents().get(0);
        assertThat(event.title()).isEqualTo("Welders");
        assertThat(created.out().strip()).isEqualTo(event.id());
        JsonNode sent = SyncFixture.parse(
                sandbox.jobby().requests(JobbyEndpoint.EVENT_CREATE).get(0).body());
        assertThat(sent).isEqualTo(SyncFixture.parse("{\"title\":\"Welders\",\"seats\":4,\"tags\":[\"metal\"]}"));

        assertThat(jobfeed("jobby events --search wELD").out().lines())
                .singleElement()
                .asString()
                .startsWith(event.id());
        assertThat(jobfeed("jobby events --search nothing").out()).contains("no live event has this text");
    }

    /** Creates an undecided match of the token. */
    private String matched() throws Exception {
        HttpRequest join = HttpRequest.newBuilder(URI.create(sandbox.jobby().baseUrl() + "/queue/join"))
                .header("Authorization", "Bearer " + Jobby.TEST_TOKEN)
                .POST(BodyPublishers.ofString("{\"event_id\":\""
                        + sandbox.jobby().fair().liveEvents().get(0).id() + "\"}"))
                .build();
        assertThat(HttpClient.newHttpClient()
                        .send(join, BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(200);
        return sandbox.jobby()
                .fair()
                .match(sandbox.jobby().fair().places().get(0).id())
                .id();
    }

    private CommandResult jobfeed(String line) {
        return CommandResult.run(
                new HashMap<>(Map.of(
                        "jobby.base-url",
                        sandbox.jobby().baseUrl(),
                        "jobby.token",
                        Jobby.TEST_TOKEN,
                        "jobo.retry.time-scale",
                        "0.001",
                        "jobfeed.datasource.url",
                        url)),
                line.split(" "));
    }
}
