package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.FaultRule;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Tests the operations of an account's owner: those of a token, and the pages for what no token can do. */
class AccountTest {

    private static final String KEY = "550e8400-e29b-41d4-a716-446655440000";
    private static final String OTHER_KEY = "550e8400-e29b-41d4-a716-446655440001";
    private static final String PLAN = "{\"target_plan\":\"pro\",\"interval\":\"monthly\"}";
    private static final String OTHER_TOKEN = "jbb_otherotherotherotherotherother22";

    private final Subscriber subscriber = new Subscriber();
    private final JobbyCalls calls =
            new JobbyCalls(options -> options.token(OTHER_TOKEN, "webhooks:read", "webhooks:write", "matches:write"));

    @AfterEach
    void close() {
        calls.close();
        subscriber.close();
    }

    @Test
    void tokenDeclinesItsMatchOnce() throws Exception {
        calls.jobby().webhooks().add(subscriber.url(), null, "match.declined");
        String match = matched();

        assertThat(JobbyCalls.error(calls.send(
                        calls.as(OTHER_TOKEN, "/matches/" + match + "/decline").POST(BodyPublishers.noBody()))))
                .isEqualTo("404 NOT_FOUND");
        JsonNode declined = JobbyCalls.data(calls.post("/matches/" + match + "/decline", "{\"reason\":\"too_far\"}"));

        assertThat(declined.get("status").textValue()).isEqualTo("declined");
        await().until(() -> subscriber.received.size() == 1);
        assertThat(subscriber.received.get(0).payload().get("data"))
                .isEqualTo(JobbyCalls.MAPPER.valueToTree(
                        Map.of("match_id", match, "declined_by", "seeker", "reason", "too_far")));
        assertThat(JobbyCalls.error(calls.post("/matches/" + match + "/decline", "")))
                .isEqualTo("400 VALIDATION");
    }

    /** "If the same key is replayed within 24 hours, the original response is returned". */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "jobby_match_decline      | POST   | /matches/{match}/decline   | {}                    | 200",
                "jobby_charge_off_session | POST   | /billing/charge-offsession | {plan}                | 200",
                "jobby_event_create       | POST   | /events                    | {'title':'Open hours'} | 201",
                "jobby_webhook_create     | POST   | /webhooks                  | {webhook}             | 201",
                "jobby_webhook_delete     | DELETE | /webhooks/{id}             | {}                    | 200",
            })
    void lostResponseIsRepeatedForTheSameKeyWithoutASecondEffect(
            String endpoint, String method, String path, String body, int status) throws Exception {
        calls.jobby().billing().consent();
        Webhook webhook = calls.jobby().webhooks().add(subscriber.url(), null, "match.matched");
        String match = matched();
        HttpRequest.Builder request = calls.as(
                        Jobby.TEST_TOKEN, path.replace("{match}", match).replace("{id}", webhook.id()))
                .header("Idempotency-Key", KEY)
                .method(
                        method,
                        BodyPublishers.ofString(body.replace('\'', '"')
                                .replace("{plan}", PLAN)
                                .replace(
                                        "{webhook}",
                                        "{\"target_url\":\"http://127.0.0.1:1/\",\"events\":[\"match.matched\"]}")));
        calls.sandbox.faults(FaultRule.script("[{\"fault\":\"lost\",\"on\":\"" + endpoint + "\",\"nth\":1}]"));
        int before = effects();

        assertThatThrownBy(() -> calls.send(request)).isInstanceOf(IOException.class);
        HttpResponse<String> repeated = calls.send(request);

        assertThat(repeated.statusCode()).as(repeated.body()).isEqualTo(status);
        assertThat(effects()).isEqualTo(before + 1);
        assertThat(calls.send(request).body()).isEqualTo(repeated.body());
        assertThat(effects()).isEqualTo(before + 1);
    }

    /** Returns the number of decisions, charges, opened rooms and subscription changes. */
    private int effects() {
        return (int) calls.fair().matches().stream()
                        .filter(match -> match.status() == MatchStatus.DECLINED)
                        .count()
                + calls.jobby().billing().charges().size()
                + calls.fair().liveEvents().size()
                + Math.abs(calls.jobby().webhooks().all().size() - 1);
    }

    @Test
    void chargeNeedsConsentAndIsMadeOnce() throws Exception {
        HttpResponse<String> refused = charge(KEY);
        assertThat(JobbyCalls.error(refused)).isEqualTo("402 OFF_SESSION_CONSENT_REQUIRED");
        String page = JobbyCalls.MAPPER
                .readTree(refused.body())
                .at("/details/checkout_url")
                .textValue();

        assertThat(page(page).body()).contains("not agreed");
        assertThat(submit(page, "").statusCode()).isEqualTo(303);
        assertThat(page(page).body()).contains("agreed").doesNotContain("not agreed");

        assertThat(charge(KEY).body()).isEqualTo(refused.body());
        assertThat(JobbyCalls.data(charge(OTHER_KEY)).get("plan").textValue()).isEqualTo("pro");
        calls.clock.forward(Duration.ofMinutes(1));
        assertThat(JobbyCalls.error(calls.post("/billing/charge-offsession", PLAN)))
                .isEqualTo("409 ALREADY_ON_PLAN");
        assertThat(calls.jobby().billing().charges()).hasSize(1);
    }

    @Test
    void newEventIsListedAndJoined() throws Exception {
        JsonNode created = JobbyCalls.data(calls.post("/events", "{\"title\":\"Night <b>shift</b>\"}"));

        assertThat(JobbyCalls.data(calls.get("/live-events")).get(0)).isEqualTo(created);
        assertThat(JobbyCalls.data(calls.join(created.get("id").textValue()))
                        .get("status")
                        .textValue())
                .isEqualTo("waiting");
        String match = calls.fair().match(calls.fair().places().get(0).id()).id();
        assertThat(page(match(match)).body()).contains("Night &lt;b&gt;shift&lt;/b&gt;");
    }

    @Test
    void subscriptionsAreListedWithoutTheirSecretAndEnd() throws Exception {
        String body = "{\"target_url\":\"" + subscriber.url() + "\",\"events\":[\"match.matched\"]}";
        JsonNode created = JobbyCalls.data(calls.post("/webhooks", body));
        String id = created.get("id").textValue();

        JsonNode listed = JobbyCalls.data(calls.get("/webhooks"));
        assertThat(listed).hasSize(1);
        assertThat(listed.get(0).get("target_url")).isEqualTo(created.get("target_url"));
        assertThat(listed.get(0).has("secret")).isFalse();
        assertThat(JobbyCalls.data(calls.send(calls.as(OTHER_TOKEN, "/webhooks"))))
                .isEmpty();
        assertThat(JobbyCalls.error(
                        calls.send(calls.as(OTHER_TOKEN, "/webhooks/" + id).DELETE())))
                .isEqualTo("404 NOT_FOUND");

        JobbyCalls.data(calls.send(calls.as(Jobby.TEST_TOKEN, "/webhooks/" + id).DELETE()));

        assertThat(JobbyCalls.data(calls.get("/webhooks"))).isEmpty();
        calls.jobby().webhooks().deliver("match.matched", Map.of());
        assertThat(calls.jobby().webhooks().deliveries()).isEmpty();
    }

    @ParameterizedTest
    @CsvSource({"accept, ACCEPTED", "decline, DECLINED"})
    void humanDecidesOnThePageOfTheMatch(String decision, MatchStatus status) throws Exception {
        String match = matched();

        HttpResponse<String> page = page(match(match));
        assertThat(page.statusCode()).isEqualTo(200);
        assertThat(JobbyCalls.header(page, "Content-Type")).startsWith("text/html");
        assertThat(page.body()).contains("<strong>matched</strong>", "Accept", "Decline");

        HttpResponse<String> decided = submit(match(match), "decision=" + decision);
        assertThat(decided.statusCode()).isEqualTo(303);
        assertThat(calls.fair().findMatch(match).orElseThrow().status()).isEqualTo(status);
        submit(match(match), "decision=accept");
        assertThat(calls.fair().findMatch(match).orElseThrow().status()).isEqualTo(status);
        assertThat(page(match(match)).body()).doesNotContain("<button");
    }

    @ParameterizedTest
    @CsvSource({"matches/mat_none", "matches", "nothing"})
    void otherPagesAreNotFound(String path) throws Exception {
        assertThat(page(calls.sandbox.baseUrl() + "/account/" + path).statusCode())
                .isEqualTo(404);
        assertThat(calls.sandbox.log().entries()).isEmpty();
    }

    private String matched() throws Exception {
        JobbyCalls.data(calls.join(calls.liveEvent()));
        return calls.fair().match(calls.fair().places().get(0).id()).id();
    }

    private HttpResponse<String> charge(String key) throws Exception {
        return calls.send(calls.as(Jobby.TEST_TOKEN, "/billing/charge-offsession")
                .header("Idempotency-Key", key)
                .POST(BodyPublishers.ofString(PLAN)));
    }

    private String match(String id) {
        return calls.sandbox.baseUrl() + "/account/matches/" + id;
    }

    private HttpResponse<String> page(String url) throws Exception {
        return calls.send(HttpRequest.newBuilder(URI.create(url)));
    }

    private HttpResponse<String> submit(String url, String form) throws Exception {
        return calls.send(HttpRequest.newBuilder(URI.create(url)).POST(BodyPublishers.ofString(form)));
    }
}
