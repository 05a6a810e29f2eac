package dev.jobfeed.sandbox.jobby;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import dev.jobfeed.sandbox.http.WebhookEvent;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WebhooksTest {

    private static final String OTHER = "jbb_otherotherotherotherotherother22";

    private final Subscriber subscriber = new Subscriber();
    private final JobbyCalls calls = new JobbyCalls(
            options -> options.token(OTHER, "webhooks:read", "webhooks:write").retryTimeScale(0));

    @AfterEach
    void close() {
        calls.close();
        subscriber.close();
    }

    private Webhooks webhooks() {
        return calls.jobby().webhooks();
    }

    @Test
    void subscriptionIsCreatedAndShowsItsSecretOnce() throws Exception {
        HttpResponse<String> response = calls.post(
                "/webhooks",
                "{\"target_url\":\"" + subscriber.url()
                        + "\",\"events\":[\"match.matched\",\"match.accepted\"],\"description\":\"bus\"}");

        assertThat(response.statusCode()).isEqualTo(201);
        JsonNode created = JobbyCalls.data(response);
        assertThat(created.get("id").textValue()).matches("whk_[a-z2-7]{12}");
        assertThat(created.get("secret").textValue()).matches("jbb_whsec_[a-z2-7]{32}");
        assertThat(created.get("events")).hasSize(2);
        assertThat(webhooks().all())
                .containsExactly(new Webhook(
                        created.get("id").textValue(),
                        subscriber.url(),
                        List.of("match.matched", "match.accepted"),
                        "bus",
                        created.get("secret").textValue(),
                        JobbyCalls.START));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"events\":[\"match.matched\"]}",
                "{\"target_url\":\"http://example.com/hook\",\"events\":[\"match.matched\"]}",
                "{\"target_url\":\"http://127.0.0.1.example.com/hook\",\"events\":[\"match.matched\"]}",
                "{\"target_url\":\"not a url\",\"events\":[\"match.matched\"]}",
                "{\"target_url\":\"http://127.0.0.1:1/hook\"}",
                "{\"target_url\":\"http://127.0.0.1:1/hook\",\"events\":[]}",
                "{\"target_url\":\"http://127.0.0.1:1/hook\",\"events\":[1]}",
                "{\"target_url\":\"http://127.0.0.1:1/hook\",\"events\":[\"Matched\"]}",
            })
    void impossibleSubscriptionIsInvalid(String body) throws Exception {
        assertThat(JobbyCalls.error(calls.post("/webhooks", body))).isEqualTo("400 VALIDATION");
        assertThat(webhooks().all()).isEmpty();
    }

    @Test
    void nothingIsSentToAnotherMachine() {
        assertThatThrownBy(() -> webhooks().add("http://192.0.2.1/hook", null, "match.matched"))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("192.0.2.1");
    }

    @Test
    void deliveryHasTheDocumentedHeadersAndAValidSignature() throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");

        WebhookEvent event = webhooks().deliver("match.matched", Map.of("match_id", "mat_ü"));

        Subscriber.Received received = first();
        assertThat(received.headers())
                .containsEntry("Content-Type", "application/json")
                .containsEntry("Jobbydev-Event", "match.matched")
                .containsEntry("Jobbydev-Subscription-Id", webhook.id());
        assertThat(received.headers().get("Jobbydev-Delivery-Id")).matches("dlv_[a-z2-7]{12}");
        assertThat(received.body()).isEqualTo(event.body());
        assertThat(received.payload())
                .isEqualTo(JobbyCalls.MAPPER.readTree("""
                {"id":"%s","type":"match.matched","created_at":%d,"data":{"match_id":"mat_ü"}}""".formatted(event.id(), JobbyCalls.START.getEpochSecond())));
        long now = JobbyCalls.START.getEpochSecond();
        assertThat(received.headers().get("Jobbydev-Signature"))
                .isEqualTo("t=" + now + ",v1=" + hmac(webhook.secret(), now + "." + received.body()));
    }

    /** Implements the documentation independently, so that it does not repeat a mistake of the sandbox. */
    private static String hmac(String secret, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void onlySubscribersOfATypeAreNotified() {
        webhooks().add(subscriber.url(), null, "match.expired");
        Webhook subscribed = webhooks().add(subscriber.url(), "jbb_whsec_given", "match.matched", "match.declined");

        webhooks().deliver("match.matched", Map.of());

        assertThat(first().headers()).containsEntry("Jobbydev-Subscription-Id", subscribed.id());
        await().until(() -> webhooks().deliveries().size() == 1);
        assertThat(subscriber.received).hasSize(1);
    }

    @Test
    void changesOfTheFairAreDelivered() throws Exception {
        webhooks().add(subscriber.url(), null, "match.matched", "match.accepted", "match.declined", "match.expired");
        for (int i = 0; i < 3; i++) {
            calls.join(calls.liveEvent());
        }

        Match accepted = match(0);
        assertThat(data("match.matched")).isEqualTo(JobbyCalls.MAPPER.valueToTree(accepted.data()));
        calls.fair().acceptMatch(accepted.id());
        assertThat(data("match.accepted").get("room_url").textValue()).contains(accepted.id());
        Match declined = match(1);
        calls.fair().declineMatch(declined.id());
        assertThat(data("match.declined").get("match_id").textValue()).isEqualTo(declined.id());
        Match expired = match(2);
        calls.fair().expireMatch(expired.id());
        assertThat(data("match.expired").get("match_id").textValue()).isEqualTo(expired.id());
    }

    private Match match(int position) {
        return calls.fair().match(calls.fair().places().get(position).id());
    }

    private JsonNode data(String type) {
        return await().until(
                        () -> subscriber.received.stream()
                                .map(Subscriber.Received::payload)
                                .filter(payload ->
                                        payload.get("type").textValue().equals(type))
                                .map(payload -> payload.get("data"))
                                .findFirst()
                                .orElse(null),
                        found -> found != null);
    }

    @Test
    void deliveryIsRepeatedUntilItIsAcknowledged() {
        webhooks().add(subscriber.url(), null, "match.matched");
        subscriber.refuse(3, 503);

        WebhookEvent event = webhooks().deliver("match.matched", Map.of());

        await().until(() -> webhooks().deliveries().size() == 4);
        assertThat(subscriber.received).hasSize(4);
        assertThat(subscriber.received).extracting(Subscriber.Received::body).containsOnly(event.body());
        assertThat(subscriber.received)
                .extracting(received -> received.headers().get("Jobbydev-Delivery-Id"))
                .doesNotHaveDuplicates();
        assertThat(webhooks().deliveries())
                .extracting(Delivery::attempt, Delivery::statusCode, Delivery::state)
                .containsExactly(
                        tuple(1, 503, DeliveryState.RETRYING),
                        tuple(2, 503, DeliveryState.RETRYING),
                        tuple(3, 503, DeliveryState.RETRYING),
                        tuple(4, 200, DeliveryState.DELIVERED));
    }

    @Test
    void deliveryEndsAfterTheSixthFailure() {
        webhooks().add(subscriber.url(), null, "match.matched");
        subscriber.refuse(100, 302);

        webhooks().deliver("match.matched", Map.of());

        await().until(() -> webhooks().deliveries().size() == 6);
        Delivery last = webhooks().deliveries().get(5);
        assertThat(last.state()).isEqualTo(DeliveryState.DEAD_LETTERED);
        assertThat(last.nextRetryAt()).isNull();
        assertThat(last.responseBody()).hasSize(1024);
    }

    @Test
    void waitsAreTheDocumentedOnes() {
        try (JobbyCalls unscaled = new JobbyCalls()) {
            unscaled.jobby().webhooks().add("http://127.0.0.1:1/nobody-there", null, "match.matched");

            unscaled.jobby().webhooks().deliver("match.matched", Map.of());

            await().until(() -> unscaled.jobby().webhooks().deliveries().size() == 1);
            Delivery failed = unscaled.jobby().webhooks().deliveries().get(0);
            assertThat(failed.statusCode()).isNull();
            assertThat(failed.responseBody()).isNull();
            assertThat(failed.nextRetryAt()).isEqualTo(JobbyCalls.START.plusSeconds(30));
        }
    }

    @Test
    void timedOutDeliveryIsRepeated() {
        try (JobbyCalls unscaledCalls =
                new JobbyCalls(options -> options.retryTimeScale(0).deliveryTimeout(Duration.ofMillis(200)))) {
            unscaledCalls.jobby().webhooks().add(subscriber.url(), null, "match.matched");
            subscriber.stopResponding();

            unscaledCalls.jobby().webhooks().deliver("match.matched", Map.of());

            await().until(() -> subscriber.received.size() >= 2);
            assertThat(unscaledCalls.jobby().webhooks().deliveries().get(0).statusCode())
                    .isNull();
        }
    }

    @Test
    void subscriptionThatKeepsFailingIsPaused() {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");
        subscriber.refuse(100, 500);

        for (int i = 1; i <= 4; i++) {
            webhooks().deliver("match.matched", Map.of());
            int attempts = 6 * i;
            await().until(() -> webhooks().deliveries().size() == attempts);
        }
        assertThat(webhooks().isPaused(webhook.id())).isFalse();
        webhooks().deliver("match.matched", Map.of());

        await().until(() -> webhooks().isPaused(webhook.id()));
        webhooks().deliver("match.matched", Map.of());
        assertThat(subscriber.received).hasSize(25);
    }

    @Test
    void forgedSignatureIsInvalid() throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");

        webhooks().deliver("match.matched", Map.of(), DeliveryDefect.WRONG_SIGNATURE);

        long now = JobbyCalls.START.getEpochSecond();
        assertThat(first().headers().get("Jobbydev-Signature"))
                .startsWith("t=" + now + ",v1=")
                .doesNotContain(hmac(webhook.secret(), now + "." + first().body()));
    }

    @Test
    void oldSignatureIsValidForItsTime() throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");

        webhooks().deliver("match.matched", Map.of(), DeliveryDefect.OLD_TIMESTAMP);

        long old = JobbyCalls.START.getEpochSecond() - 600;
        assertThat(first().headers().get("Jobbydev-Signature"))
                .isEqualTo("t=" + old + ",v1=" + hmac(webhook.secret(), old + "." + first().body()));
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRONG_SIGNATURE", "OLD_TIMESTAMP"})
    void forgeryIsNeitherRepeatedNorListed(DeliveryDefect defect) throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");
        subscriber.refuse(1, 400);

        webhooks().deliver("match.matched", Map.of(), defect);

        await().until(() -> webhooks().deliveries().size() == 1);
        assertThat(webhooks().deliveries().get(0).statusCode()).isEqualTo(400);
        assertThat(webhooks().deliveries().get(0).nextRetryAt()).isNull();
        assertThat(JobbyCalls.data(calls.get("/webhooks/" + webhook.id() + "/deliveries")))
                .isEmpty();
    }

    @Test
    void repeatedDeliveryHasTheSameEventAndAnotherId() {
        webhooks().add(subscriber.url(), null, "match.matched");

        WebhookEvent event = webhooks().deliver("match.matched", Map.of(), DeliveryDefect.REPEATED);
        await().until(() -> subscriber.received.size() == 2);
        webhooks().deliver(event, DeliveryDefect.NONE);
        await().until(() -> subscriber.received.size() == 3);

        assertThat(subscriber.received)
                .extracting(received -> received.payload().get("id").textValue())
                .containsOnly(event.id());
        assertThat(subscriber.received)
                .extracting(received -> received.headers().get("Jobbydev-Delivery-Id"))
                .doesNotHaveDuplicates();
    }

    @Test
    void testDeliveryIsSentAndListedForAnyTypes() throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");

        String eventId = JobbyCalls.data(calls.post("/webhooks/" + webhook.id() + "/test", ""))
                .get("event_id")
                .textValue();

        assertThat(first().payload().get("id").textValue()).isEqualTo(eventId);
        await().until(() -> webhooks().deliveries().size() == 1);
        assertThat(JobbyCalls.data(calls.get("/webhooks/" + webhook.id() + "/deliveries")))
                .isEqualTo(JobbyCalls.MAPPER.readTree(
                        """
                        [{"id":"%s","event_id":"%s","event_type":"webhook.test","attempt":1,
                          "attempted_at":"2026-11-10T12:00:00Z","status_code":200,"response_body":"ok",
                          "next_retry_at":null,"state":"delivered"}]""".formatted(first().headers().get("Jobbydev-Delivery-Id"), eventId)));
    }

    @Test
    void latestFiftyDeliveriesAreListedNewestFirst() throws Exception {
        Webhook webhook = webhooks().add(subscriber.url(), null, "match.matched");
        for (int i = 0; i < 51; i++) {
            webhooks().deliver("match.matched", Map.of("number", i));
        }
        await().until(() -> webhooks().deliveries().size() == 51);

        JsonNode listed = JobbyCalls.data(calls.get("/webhooks/" + webhook.id() + "/deliveries"));

        assertThat(listed).hasSize(50);
        assertThat(listed.get(0).get("id").textValue())
                .isEqualTo(webhooks().deliveries().get(50).id());
    }

    @Test
    void subscriptionIsHiddenFromOtherTokens() throws Exception {
        JsonNode created = JobbyCalls.data(calls.post(
                "/webhooks", "{\"target_url\":\"" + subscriber.url() + "\",\"events\":[\"match.matched\"]}"));
        String path = "/webhooks/" + created.get("id").textValue();

        assertThat(JobbyCalls.error(calls.send(calls.as(OTHER, path + "/deliveries"))))
                .isEqualTo("404 NOT_FOUND");
        assertThat(JobbyCalls.error(calls.post("/webhooks/whk_unknown/test", "")))
                .isEqualTo("404 NOT_FOUND");
        assertThat(JobbyCalls.data(calls.get(path + "/deliveries"))).isEmpty();
    }

    private Subscriber.Received first() {
        await().until(() -> !subscriber.received.isEmpty());
        return subscriber.received.get(0);
    }
}
