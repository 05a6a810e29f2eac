package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.Faults;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.http.WebhookEvent;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests fault scripts for the stand-in for Jobby.dev, and the admin requests that act as its humans. */
class JobbyFaultsTest {

    private static final String KEY = "550e8400-e29b-41d4-a716-446655440000";

    private final Subscriber subscriber = new Subscriber();
    private final JobbyCalls calls = new JobbyCalls(options -> options.retryTimeScale(0));

    @AfterEach
    void close() {
        calls.close();
        subscriber.close();
    }

    private Faults script(String rules) {
        return calls.sandbox.faults(FaultRule.script("[" + rules.replace('\'', '"') + "]"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "-",
            value = {
                "{'fault':'429','on':'jobby','seconds':8}  | 429 | 8 | {'error':'Rate limit exceeded. Retry after 8 seconds.','code':'RATE_LIMITED'}",
                "{'fault':'429','on':'jobby_profile'}      | 429 | 60 | {'error':'Rate limit exceeded. Retry after 60 seconds.','code':'RATE_LIMITED'}",
                "{'fault':'429_body','seconds':8}          | 429 | - | {'error':'Rate limit exceeded. Retry after 8 seconds.','code':'RATE_LIMITED'}",
                "{'fault':'429_bare'}                      | 429 | - | {'error':'Rate limit exceeded.','code':'RATE_LIMITED'}",
                "{'fault':'500','on':'any'}                | 500 | - | {'error':'An unexpected error occurred.','code':'INTERNAL'}",
                "{'fault':'503'}                           | 503 | 5 | {'error':'An upstream service cannot be reached.','code':'DEPENDENCY_UNAVAILABLE'}",
                "{'fault':'503_bare'}                      | 503 | - | {'error':'An upstream service cannot be reached.','code':'DEPENDENCY_UNAVAILABLE'}",
                "{'fault':'jobby_error','code':'PLAN_GATED'} | 403 | - | {'error':'This endpoint needs a higher plan.','code':'PLAN_GATED'}",
                "{'fault':'jobby_error','code':'DEPENDENCY_UNAVAILABLE','seconds':3} | 503 | 3 | {'error':'An upstream service cannot be reached.','code':'DEPENDENCY_UNAVAILABLE'}",
                "{'fault':'answer','on':'jobby_profile','body':{'data':null}} | 200 | - | {'data':null}",
                "{'fault':'array'}                         | 200 | - | []",
            })
    void errorHasTheEnvelopeOfJobby(String rule, int status, String retryAfter, String body) throws Exception {
        Faults faults = script(rule);

        HttpResponse<String> response = calls.get("/profile");

        assertThat(response.statusCode()).isEqualTo(status);
        assertThat(JobbyCalls.header(response, "Retry-After")).isEqualTo(retryAfter);
        assertThat(JobbyCalls.MAPPER.readTree(response.body()))
                .isEqualTo(JobbyCalls.MAPPER.readTree(body.replace('\'', '"')));
        assertThat(faults.tallies().get(0).struck()).isEqualTo(1);
        assertThat(calls.sandbox.log().entries())
                .singleElement()
                .extracting("fault")
                .isEqualTo(faults.tallies().get(0).rule().toString().replaceAll("^.\"fault\":\"(\\w+)\".*", "$1"));
    }

    @Test
    void errorByCodeFollowsAuthenticationAndCounting() throws Exception {
        script("{'fault':'jobby_error','code':'INSUFFICIENT_SCOPE','on':'jobby_profile'}");

        HttpResponse<String> response = calls.get("/profile");

        assertThat(JobbyCalls.error(response)).isEqualTo("403 INSUFFICIENT_SCOPE");
        assertThat(JobbyCalls.header(response, "X-RateLimit-Remaining")).isEqualTo("59");
        assertThat(JobbyCalls.error(calls.send(calls.anonymous("/profile")))).isEqualTo("401 INVALID_TOKEN");
    }

    @Test
    void ruleAppliesToItsEndpointsAndNotToTheOtherApi() throws Exception {
        Faults faults = script("{'fault':'503','on':'jobby_matches','nth':2},{'fault':'500','on':'jobo'}");

        assertThat(calls.get("/matches").statusCode()).isEqualTo(200);
        assertThat(calls.get("/profile").statusCode()).isEqualTo(200);
        assertThat(calls.get("/matches").statusCode()).isEqualTo(503);
        assertThat(adminRequest("GET", "/api/jobs/expired").statusCode()).isEqualTo(500);
        assertThat(faults.tallies()).extracting(Faults.Tally::seen).containsExactly(2L, 1L);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{'fault':'402','on':'jobby_profile'}      | field \"on\": is \"jobby_profile\", where \"402\" has nothing to strike.",
                "{'fault':'no_cursor','on':'jobby'}        | field \"on\": is \"jobby\", where",
                "{'fault':'jobby_error','on':'jobo','code':'NOT_FOUND'} | field \"on\": is \"jobo\", where",
                "{'fault':'repeated','on':'jobby_webhook_test'} | field \"on\": is \"jobby_webhook_test\", where",
                "{'fault':'500','on':'jobby_delivery'}     | field \"on\": is \"jobby_delivery\", where",
                "{'fault':'jobby_error'}                   | field \"code\": is missing, but must be one of VALIDATION, INVALID_TOKEN",
                "{'fault':'jobby_error','code':'GATED'}    | field \"code\": is \"GATED\", but must be one of",
                "{'fault':'503','code':'NOT_FOUND'}        | field \"code\": means nothing to the fault \"503\".",
            })
    void invalidRuleIsRejected(String rule, String message) {
        assertThatThrownBy(() -> script(rule)).hasMessageContaining(message);
    }

    @Test
    void joinWithALostResponseTakesAPlaceAndItsKeyRepeatsTheResponse() throws Exception {
        script("{'fault':'lost','on':'jobby_queue_join','nth':1}");

        assertThatThrownBy(() -> calls.join(calls.liveEvent(), KEY)).isInstanceOf(IOException.class);

        assertThat(calls.fair().places()).hasSize(1);
        assertThat(JobbyCalls.data(calls.join(calls.liveEvent(), KEY))
                        .get("rank")
                        .intValue())
                .isEqualTo(calls.fair().places().get(0).rank());
        assertThat(calls.fair().places()).hasSize(1);
        assertThat(calls.sandbox.log().entries())
                .extracting(entry -> entry.status() + " " + entry.fault())
                .containsExactly("0 lost", "200 null");
    }

    @Test
    void droppedJoinTakesNoPlaceAndTruncatedOneDoes() {
        script("{'fault':'dropped','on':'jobby_queue_join','nth':1},{'fault':'truncated','on':'jobby_queue_join'}");

        assertThatThrownBy(() -> calls.join(calls.liveEvent())).isInstanceOf(IOException.class);
        assertThat(calls.fair().places()).isEmpty();
        assertThatThrownBy(() -> calls.join(calls.liveEvent())).isInstanceOf(IOException.class);
        assertThat(calls.fair().places()).hasSize(1);
    }

    @Test
    void delayPrecedesTheResponse() throws Exception {
        Faults faults = script("{'fault':'delay','on':'jobby_live_events','delay_ms':60}");

        long start = System.nanoTime();
        assertThat(JobbyCalls.data(calls.get("/live-events"))).hasSize(3);
        assertThat(Duration.ofNanos(System.nanoTime() - start)).isGreaterThanOrEqualTo(Duration.ofMillis(60));
        assertThat(faults.tallies().get(0).struck()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource({"wrong_signature, 2", "old_timestamp, 2", "repeated, 2"})
    void faultyDeliveryIsSentInAdditionToTheValidOne(String fault, int deliveries) {
        Webhook webhook = calls.jobby().webhooks().add(subscriber.url(), null, "match.matched");
        Faults faults = script("{'fault':'" + fault + "','nth':1}");

        WebhookEvent event = calls.jobby().webhooks().deliver("match.matched", Map.of());

        await().until(() -> subscriber.received.size() == deliveries);
        assertThat(subscriber.received)
                .allMatch(received -> received.body().equals(event.body()))
                .anyMatch(received -> received.headers()
                        .get("Jobbydev-Signature")
                        .equals(Signature.of(webhook.secret(), JobbyCalls.START.getEpochSecond(), event.body())));
        assertThat(subscriber.received)
                .extracting(received -> received.headers().get("Jobbydev-Signature"))
                .satisfies(signatures ->
                        assertThat(signatures.stream().distinct()).hasSize(fault.equals("repeated") ? 1 : 2));
        assertThat(faults.tallies().get(0).struck()).isEqualTo(1);
    }

    @Test
    void droppedDeliveryIsRepeatedAndDelayedOneArrivesLater() {
        calls.jobby().webhooks().add(subscriber.url(), null, "match.matched");
        script("{'fault':'dropped','on':'jobby_delivery','to':2},"
                + "{'fault':'delay','on':'jobby_delivery','nth':3,'delay_ms':1}");

        calls.jobby().webhooks().deliver("match.matched", Map.of());

        await().until(() -> subscriber.received.size() == 1);
        await().until(() -> calls.jobby().webhooks().deliveries().size() == 3);
        assertThat(calls.jobby().webhooks().deliveries())
                .extracting(delivery -> delivery.attempt() + " " + delivery.state())
                .containsExactly("1 RETRYING", "2 RETRYING", "3 DELIVERED");
    }

    @Test
    void adminRequestAcceptsAMatchAsAHuman() throws Exception {
        calls.jobby().webhooks().add(subscriber.url(), null, "match.matched", "match.accepted");
        calls.join(calls.liveEvent());
        String match = calls.fair().match(calls.fair().places().get(0).id()).id();

        assertThat(JobbyCalls.error(calls.post("/matches/" + match + "/accept", "{}")))
                .isEqualTo("403 INSUFFICIENT_SCOPE");
        assertThat(JobbyCalls.MAPPER
                        .readTree(adminRequest("GET", "/sandbox/jobby/matches").body())
                        .at("/matches/0/status")
                        .textValue())
                .isEqualTo("matched");

        HttpResponse<String> accepted = adminRequest("POST", "/sandbox/jobby/matches/" + match + "/accept");

        assertThat(accepted.statusCode()).isEqualTo(200);
        assertThat(JobbyCalls.MAPPER.readTree(accepted.body()).get("status").textValue())
                .isEqualTo("accepted");
        await().until(() -> subscriber.received.size() == 2);
        JsonNode event = subscriber.received.stream()
                .map(Subscriber.Received::payload)
                .filter(payload -> payload.get("type").textValue().equals("match.accepted"))
                .findFirst()
                .orElseThrow();
        assertThat(event.at("/data/match_id").textValue()).isEqualTo(match);
        assertThat(event.at("/data/room_url").isTextual()).isTrue();
        assertThat(JobbyCalls.data(calls.get("/matches/" + match + "/interview-room-url"))
                        .get("room_url")
                        .isTextual())
                .isTrue();
        assertThat(adminRequest("POST", "/sandbox/jobby/matches/" + match + "/decline")
                        .statusCode())
                .isEqualTo(409);
    }

    @Test
    void adminRequestDeclinesAMatchOnce() throws Exception {
        calls.jobby().webhooks().add(subscriber.url(), null, "match.declined");
        calls.join(calls.liveEvent());
        String match = calls.fair().match(calls.fair().places().get(0).id()).id();

        assertThat(adminRequest("POST", "/sandbox/jobby/matches/" + match + "/decline")
                        .statusCode())
                .isEqualTo(200);

        await().until(() -> subscriber.received.size() == 1);
        assertThat(subscriber.received.get(0).payload().get("type").textValue()).isEqualTo("match.declined");
        assertThat(JobbyCalls.data(calls.get("/queue/status")).get("status").textValue())
                .isEqualTo("cancelled");
        for (String missing : List.of("mat_none/accept", "mat_none/decline", match + "/marry")) {
            assertThat(adminRequest("POST", "/sandbox/jobby/matches/" + missing).statusCode())
                    .isEqualTo(404);
        }
    }

    @Test
    void clearingTheFaultsAlsoClearsThoseOfJobby() throws Exception {
        script("{'fault':'503','on':'jobby'}");
        assertThat(calls.get("/profile").statusCode()).isEqualTo(503);

        adminRequest("DELETE", "/sandbox/faults");

        assertThat(calls.get("/profile").statusCode()).isEqualTo(200);
    }

    private HttpResponse<String> adminRequest(String method, String path) throws Exception {
        return calls.send(HttpRequest.newBuilder(URI.create(calls.sandbox.baseUrl() + path))
                .header("X-Api-Key", Sandbox.TEST_KEY)
                .method(method, BodyPublishers.noBody()));
    }
}
