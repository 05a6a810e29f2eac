package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.quarantine.QuarantineService;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import dev.jobfeed.sandbox.http.WebhookEvent;
import dev.jobfeed.sandbox.jobby.Delivery;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import dev.jobfeed.tenant.TenantRegistry;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests webhooks over HTTP, as the stand-in delivers them and as an attacker would forge them. */
class JobbyWebhooksTest {

    private static final String SECRET = "jbb_whsec_nosecretnosecretnosecretno22";
    private static final String EVENT =
            "{\"id\":\"evt_w1\",\"type\":\"match.matched\",\"created_at\":1,\"data\":{\"match_id\":\"mat_w1\"}}";

    private final HttpClient client = HttpClient.newHttpClient();
    private JobbyFixture fixture;
    private String url;

    private void start(String database) throws Exception {
        fixture = JobbyFixture.of(
                database, JobbyOptions.builder().rateLimits(false).retryTimeScale(0));
        fixture.with("jobby.token", "");
        url = fixture.withWebhooks(SECRET);
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void deliveryIsStoredNotifiedAndForwardedOnce(String database, @TempDir Path out) throws Exception {
        fixture = JobbyFixture.of(database, JobbyOptions.builder().rateLimits(false));
        fixture.with(
                "jobfeed.changes.to", "file:" + out + "?fileName=${header.jobfeedEventType}-${header.jobfeedEventId}");
        url = fixture.withWebhooks(SECRET);
        fixture.jobby().webhooks().add(url, SECRET, "match.matched", "match.declined");
        fixture.send("direct:jobby-queue-join", fixture.liveEvent(), Map.of(), String.class);

        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();

        await().atMost(JobbyFixture.DEADLINE).until(() -> count("relayed_at is not null") == 1);
        assertThat(statuses()).containsExactly(200);
        assertThat(fixture.alerts()).containsExactly("match " + match);
        // the poll finds the same match, and neither notifies nor sends it again
        fixture.send("direct:jobby-queue-poll", null, Map.of(), Object.class);
        fixture.send("direct:jobby-relay", null, Map.of(), Object.class);
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isEqualTo(1);
        String event = fixture.one("select event_id from jobby_webhook_event", String.class);
        try (Stream<Path> files = Files.list(out)) {
            assertThat(files.map(file -> file.getFileName().toString()))
                    .containsExactlyInAnyOrder("dev.jobfeed.jobby.match-" + match, "dev.jobby.match.matched-" + event);
        }
        JsonNode sent = SyncFixture.parse(Files.readString(out.resolve("dev.jobby.match.matched-" + event)));
        assertThat(sent.at("/data/data/match_id").textValue()).isEqualTo(match);

        fixture.fair().declineMatch(match);
        await().atMost(JobbyFixture.DEADLINE).until(() -> fixture.alerts().isEmpty());
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void repeatedDeliveryIsAcknowledgedAndIgnored(String database) throws Exception {
        start(database);
        fixture.jobby().webhooks().add(url, SECRET, "match.matched");

        WebhookEvent event = fixture.jobby()
                .webhooks()
                .deliver("match.matched", Map.of("match_id", "mat_1"), DeliveryDefect.REPEATED);
        await().atMost(JobbyFixture.DEADLINE)
                .until(() -> fixture.jobby().webhooks().deliveries().size() == 2);
        fixture.jobby().webhooks().deliver(event, DeliveryDefect.NONE);
        await().atMost(JobbyFixture.DEADLINE)
                .until(() -> fixture.jobby().webhooks().deliveries().size() == 3);

        assertThat(statuses()).containsOnly(200);
        assertThat(count("true")).isEqualTo(1);
        assertThat(fixture.one("select count(*) from alert", Integer.class)).isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"WRONG_SIGNATURE", "OLD_TIMESTAMP"})
    void forgedDeliveryIsRejected(DeliveryDefect defect) throws Exception {
        start("h2");
        fixture.jobby().webhooks().add(url, SECRET, "match.matched");

        fixture.jobby().webhooks().deliver("match.matched", Map.of("match_id", "mat_1"), defect);

        await().atMost(JobbyFixture.DEADLINE).until(() -> statuses().equals(List.of(401)));
        assertNothingHappened();
    }

    @ParameterizedTest(name = "{0}")
    @CsvSource(
            delimiter = '|',
            value = {
                "the right one                | t={now},v1={right}                 | 200",
                "in other letters             | t={now},v1={RIGHT}                 | 200",
                "with spaces and strangers    | t={now}, v0=x, v1={right} , a      | 200",
                "beside one of another secret | t={now},v1={wrong},v1={right}      | 200",
                "before one of another secret | t={now},v1={right},v1={wrong}      | 200",
                "of another secret            | t={now},v1={wrong}                 | 401",
                "of another time              | t={past},v1={right}                | 401",
                "without a time               | v1={right}                         | 401",
                "with two times               | t={now},t={now},v1={right}         | 401",
                "with a time that is none     | t=now,v1={right}                   | 401",
                "without a digest             | t={now}                            | 401",
                "cut short                    | t={now},v1={right:63}              | 401",
                "of another scheme            | t={now},v0={right}                 | 401",
                "of nothing                   | t={now},v1=                        | 401",
                "no signature                 | nonsense                           | 401",
                "none                         |                                    | 401"
            })
    void onlyAValidSignatureIsAccepted(String name, String header, int status) throws Exception {
        start("h2");
        long now = fixture.clock.instant().getEpochSecond();
        String right = hmac(SECRET, now + "." + EVENT);
        String filled = header == null
                ? null
                : header.replace("{now}", Long.toString(now))
                        .replace("{past}", Long.toString(now - 1))
                        .replace("{right:63}", right.substring(1))
                        .replace("{right}", right)
                        .replace("{RIGHT}", right.toUpperCase(java.util.Locale.ROOT))
                        .replace("{wrong}", hmac("another", now + "." + EVENT));

        assertThat(post(EVENT, filled)).isEqualTo(status);

        assertThat(count("true")).isEqualTo(status == 200 ? 1 : 0);
    }

    @ParameterizedTest
    @CsvSource({"-290, 200", "290, 200", "-302, 401", "302, 401"})
    void signatureIsValidForFiveMinutesOfTheBundlesClock(int offset, int status) throws Exception {
        start("h2");
        String signature = signature(EVENT, Instant.now().getEpochSecond());
        fixture.clock.forward(Duration.ofSeconds(offset));

        assertThat(post(EVENT, signature)).isEqualTo(status);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "not json",
                "[]",
                "7",
                "{} {}",
                "{\"type\":\"match.matched\"}",
                "{\"id\":\"evt_1\"}",
                "{\"id\":7.5,\"type\":{}}",
                "{\"id\":\" \",\"type\":\"a\"}",
                "{\"id\":\"../x y\",\"type\":\"a\"}"
            })
    void signedBodyWithoutAnEventIsABadRequest(String body) throws Exception {
        start("h2");

        assertThat(post(body, signature(body))).isEqualTo(400);
        assertNothingHappened();
    }

    @ParameterizedTest
    @CsvSource({"h2, 400, 200", "h2, 900, 400", "h2, 9000, 400", "postgresql, 400, 200", "postgresql, 900, 400"})
    void tooDeeplyNestedEventIsABadRequest(String database, int levels, int status) throws Exception {
        start(database);
        String body = "{\"id\":\"evt_9\",\"type\":\"a\",\"data\":" + "[".repeat(levels) + "]".repeat(levels) + "}";

        assertThat(post(body, signature(body))).isEqualTo(status);
    }

    @Test
    void eventOfAnyTypeAndTextIsStored() throws Exception {
        start("postgresql");
        String body =
                "{\"id\":\"evt_9\",\"type\":\"candidate.flow_new\",\"data\":{\"text\":\"\\u0000ü\"},\"more\":[1]}";

        assertThat(post(body, signature(body))).isEqualTo(200);

        assertThat(fixture.one("select type from jobby_webhook_event", String.class))
                .isEqualTo("candidate.flow_new");
        assertThat(fixture.one("select cast(payload as varchar) from jobby_webhook_event", String.class))
                .contains("\uFFFDü");
        assertThat(fixture.alerts()).isEmpty();
    }

    @Test
    void tooLongBodyIsRejectedBeforeItsSignatureIsChecked() throws Exception {
        start("h2");
        String body = "{\"id\":\"evt_1\",\"type\":\"a\",\"data\":\"" + "x".repeat(262_144) + "\"}";
        List<ILoggingEvent> events;
        try (LogLines log = LogLines.record()) {
            assertThat(post(body, signature(body))).isEqualTo(413);
            assertThat(post(body, signature("another"))).isEqualTo(413);
            assertThat(post(body, signature("another"), "multipart/form-data; boundary=x"))
                    .isEqualTo(413);
            events = log.events();
        }
        assertNothingHappened();
        assertThat(events)
                .filteredOn(event -> event.getLevel().isGreaterOrEqual(Level.WARN))
                .hasSize(3)
                .allMatch(event -> event.getThrowableProxy() == null
                        && event.getFormattedMessage().contains("jobby.webhooks.max-bytes"));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "application/x-www-form-urlencoded",
                "multipart/form-data; boundary=x",
                "text/plain",
                "application/cloudevents+json"
            })
    void signatureCoversTheBytesOfAnyContentType(String contentType) throws Exception {
        start("h2");

        assertThat(post(EVENT, signature(EVENT), contentType)).isEqualTo(200);
        assertThat(post(EVENT, null, contentType)).isEqualTo(401);

        assertThat(count("true")).isEqualTo(1);
    }

    @Test
    void deliveryWithExpectContinueIsAccepted() throws Exception {
        start("h2");

        HttpResponse<Void> answer = client.send(
                HttpRequest.newBuilder(URI.create(url))
                        .version(HttpClient.Version.HTTP_1_1)
                        .expectContinue(true)
                        .header("Jobbydev-Signature", signature(EVENT))
                        .POST(HttpRequest.BodyPublishers.ofString(EVENT))
                        .build(),
                HttpResponse.BodyHandlers.discarding());

        assertThat(answer.statusCode()).isEqualTo(200);
    }

    @Test
    void pathWithATrailingSlashIsAccepted() throws Exception {
        start("h2");
        url = url + "/";

        assertThat(post(EVENT, signature(EVENT))).isEqualTo(200);
    }

    @Test
    void onlyPostOnThisPathIsServed() throws Exception {
        start("h2");

        assertThat(client.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(405);
        assertThat(client.send(
                                HttpRequest.newBuilder(URI.create(url + "/more"))
                                        .POST(HttpRequest.BodyPublishers.ofString(EVENT))
                                        .build(),
                                HttpResponse.BodyHandlers.discarding())
                        .statusCode())
                .isEqualTo(404);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void deliveryThatCannotBeStoredIsNotAcknowledged(String database) throws Exception {
        start(database);
        fixture.database.execute("alter table jobby_webhook_event rename to away");
        assertThat(post(EVENT, signature(EVENT))).isEqualTo(500);

        fixture.database.execute("alter table away rename to jobby_webhook_event");
        assertThat(open()).isZero();
        assertThat(post(EVENT, signature(EVENT))).isEqualTo(200);
        assertThat(count("true")).isEqualTo(1);
    }

    @Test
    void eventIsNotAcknowledgedWhenTheConnectionIsLost() throws Exception {
        start("postgresql");
        fixture.database.execute("create function hang_up() returns trigger language plpgsql as"
                + " $$ begin perform pg_terminate_backend(pg_backend_pid()); return new; end $$");
        fixture.database.execute("create trigger hang_up before insert on jobby_webhook_event"
                + " for each row execute function hang_up()");
        assertThat(post(EVENT, signature(EVENT))).isEqualTo(500);

        fixture.database.execute("drop trigger hang_up on jobby_webhook_event");
        assertThat(open()).isZero();
        assertThat(post(EVENT, signature(EVENT))).isEqualTo(200);
        assertThat(count("true")).isEqualTo(1);
    }

    /** Provides constraints that an operator may have added, how to remove them, and the message of the database. */
    static Stream<Arguments> refusals() {
        String check = "alter table jobby_webhook_event add constraint no_match check (type <> 'match.matched')";
        String noCheck = "alter table jobby_webhook_event drop constraint no_match";
        String ofMatch = "alter table jobby_match add constraint no_match check (match_id <> 'mat_w1')";
        String noneOfMatch = "alter table jobby_match drop constraint no_match";
        String noTrigger = "drop trigger refuse";
        return Stream.of(
                arguments("h2", List.of(check), noCheck, "NO_MATCH"),
                arguments("h2", List.of(ofMatch), noneOfMatch, "NO_MATCH"),
                arguments(
                        "h2",
                        List.of("alter table jobby_webhook_event alter column type varchar(5)"),
                        "alter table jobby_webhook_event alter column type varchar(100)",
                        "too long"),
                arguments(
                        "h2",
                        List.of("create trigger refuse before insert on jobby_webhook_event for each row as"
                                + " 'org.h2.api.Trigger create() { return (connection, before, after) ->"
                                + " { throw new java.sql.SQLException(\"no matches here\"); }; }'"),
                        noTrigger,
                        "no matches here"),
                arguments("postgresql", List.of(check), noCheck, "no_match"),
                arguments("postgresql", List.of(ofMatch), noneOfMatch, "no_match"),
                arguments(
                        "postgresql",
                        List.of("alter table jobby_webhook_event alter column type type varchar(5)"),
                        "alter table jobby_webhook_event alter column type type text",
                        "too long"),
                arguments(
                        "postgresql",
                        List.of(
                                "create function refuse() returns trigger language plpgsql as"
                                        + " $$ begin raise exception 'no matches here'; end $$",
                                "create trigger refuse before insert on jobby_webhook_event"
                                        + " for each row execute function refuse()"),
                        noTrigger + " on jobby_webhook_event",
                        "no matches here"),
                arguments(
                        "postgresql",
                        List.of(
                                "create table allowed (type text primary key)",
                                "alter table jobby_webhook_event add constraint known_type foreign key (type)"
                                        + " references allowed deferrable initially deferred"),
                        "alter table jobby_webhook_event drop constraint known_type",
                        "known_type"));
    }

    @ParameterizedTest
    @MethodSource("refusals")
    void eventRejectedByTheDatabaseIsQuarantinedAndAcknowledged(
            String database, List<String> added, String undo, String reason) throws Exception {
        start(database);
        added.forEach(fixture.database::execute);

        try (LogLines log = LogLines.record()) {
            assertThat(post(EVENT, signature(EVENT))).isEqualTo(200);
            assertThat(log.text())
                    .contains("webhook evt_w1: match.matched is in quarantine (the database refused the row: ")
                    .doesNotContain("mat_w1");
        }
        // as after a lost response
        assertThat(post(EVENT, signature(EVENT))).isEqualTo(200);

        assertNothingHappened();
        assertThat(fixture.one("select count(*) from jobby_match", Integer.class))
                .isZero();
        QuarantineService quarantine = fixture.context()
                .getRegistry()
                .lookupByNameAndType("jobfeedTenants", TenantRegistry.class)
                .defaultTenant()
                .quarantine();
        assertThat(quarantine.open()).hasSize(1);
        QuarantineService.Entry entry = quarantine.open().get(0);
        assertThat(entry.stream()).isEqualTo("jobby_webhooks");
        assertThat(entry.runId()).isNull();
        assertThat(entry.reason()).startsWith("the database refused the row: ").contains(reason);
        assertThat(SyncFixture.parse(entry.payload())).isEqualTo(SyncFixture.parse(EVENT));

        assertThat(quarantine.retry(entry).orElseThrow()).contains(reason);
        fixture.database.execute(undo);
        assertThat(quarantine.retry(entry)).isEmpty();

        assertThat(open()).isZero();
        assertThat(fixture.one("select type from jobby_webhook_event where event_id = 'evt_w1'", String.class))
                .isEqualTo("match.matched");
        assertThat(fixture.alerts()).containsExactly("match mat_w1");
    }

    @Test
    void withoutASecretThereIsNoRoute() throws Exception {
        fixture = JobbyFixture.of("h2", JobbyOptions.builder());

        assertThat(fixture.context().getRoute("jobby-webhooks")).isNull();
        assertThat(fixture.context().hasComponent("platform-http")).isNull();
    }

    private void assertNothingHappened() {
        assertThat(count("true")).isZero();
        assertThat(fixture.alerts()).isEmpty();
    }

    private int count(String condition) {
        return fixture.one("select count(*) from jobby_webhook_event where " + condition, Integer.class);
    }

    private int open() {
        return fixture.one("select count(*) from quarantine where closed_at is null", Integer.class);
    }

    private List<Integer> statuses() {
        return fixture.jobby().webhooks().deliveries().stream()
                .map(Delivery::statusCode)
                .toList();
    }

    private int post(String body, String signature) throws Exception {
        return post(body, signature, "application/json");
    }

    private int post(String body, String signature, String contentType) throws Exception {
        HttpRequest.Builder request = HttpRequest.newBuilder(URI.create(url))
                .header("Content-Type", contentType)
                .POST(HttpRequest.BodyPublishers.ofString(body));
        if (signature != null) {
            request.header("Jobbydev-Signature", signature);
        }
        HttpResponse<String> answer = client.send(request.build(), HttpResponse.BodyHandlers.ofString());
        assertThat(answer.headers().map()).doesNotContainKey("Jobbydev-Signature");
        return answer.statusCode();
    }

    private String signature(String body) throws Exception {
        return signature(body, fixture.clock.instant().getEpochSecond());
    }

    private static String signature(String body, long time) throws Exception {
        return "t=" + time + ",v1=" + hmac(SECRET, time + "." + body);
    }

    private static String hmac(String secret, String text) throws Exception {
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.US_ASCII), "HmacSHA256"));
        return HexFormat.of().formatHex(mac.doFinal(text.getBytes(StandardCharsets.UTF_8)));
    }
}
