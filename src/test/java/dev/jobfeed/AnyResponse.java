package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.jobby.JobbyProblemTranslator;
import dev.jobfeed.jobby.WebhookEvents;
import dev.jobfeed.jobby.WebhookReceiver;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.tenant.Tenant;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Callable;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.apache.camel.Exchange;
import org.apache.camel.support.DefaultExchange;

/**
 * Asserts what must hold for any bytes that a server sends as a response or as a webhook: received rows equal stored
 * plus quarantined ones, or the attempt fails for a known reason. The first byte selects the request, the rest is the
 * response with its head.
 */
final class AnyResponse implements AutoCloseable {

    private static final String SECRET = "jbb_whsec_test";

    /** Lists the conditions of unexpected failures. */
    private static final Set<String> UNKNOWN = Set.of("internal", "database", "configuration");

    private static final HostileServer.Reply NOTHING =
            HostileServer.answer("{\"jobs\":[],\"job_ids\":[],\"next_cursor\":null,\"has_more\":false}");

    private final HostileServer server;
    private final SyncFixture fixture;
    private final WebhookReceiver webhooks;
    private final List<String> tables;
    private volatile String path = "";
    private volatile byte[] answer = {};

    AnyResponse() throws Exception {
        server = HostileServer.start(asked -> asked.startsWith(path) ? client -> client.write(answer) : NOTHING);
        fixture = SyncFixture.of("h2", SandboxOptions.builder().jobs(1))
                .with("jobo.base-url", server.url())
                .with("jobo.http.max-answer-bytes", "1000000")
                .with("jobo.http.response-timeout", "5s")
                .with("jobo.retry.time-scale", "0")
                .with("jobby.base-url", server.url() + "/api/v1")
                .with("jobby.token", "jbb_token");
        webhooks = webhooks(fixture.tenant());
        tables = fixture.database.queryForList(
                "select table_name from information_schema.tables where table_schema = 'PUBLIC'"
                        + " and table_type = 'BASE TABLE' and lower(table_name) not like '%history%'",
                String.class);
        tables.forEach(table ->
                fixture.database.execute("create table " + initialCopy(table) + " as select * from " + quoted(table)));
    }

    private static String quoted(String table) {
        return "\"" + table + "\"";
    }

    /** Returns the name of the copy of a table with the rows that the migration inserts. */
    private static String initialCopy(String table) {
        return quoted("FRESH_" + table);
    }

    /** Creates a receiver; the bundle's own bean is only bound with a route, which needs an HTTP server. */
    private static WebhookReceiver webhooks(Tenant tenant) {
        JobfeedProperties settings = tenant.settings().with(Map.of("jobby.webhook-secret", SECRET));
        return new WebhookReceiver(settings, new WebhookEvents(tenant, Clock.systemUTC()), tenant, Clock.systemUTC());
    }

    void check(byte[] bytes) throws Exception {
        if (bytes.length < 2) {
            return;
        }
        empty();
        answer = Arrays.copyOfRange(bytes, 1, bytes.length);
        switch (bytes[0] % 6) {
            case 0 -> attempt("/api/jobs/feed", fixture::sync);
            case 1 -> {
                path = "none";
                fixture.sync();
                attempt("/api/jobs/expired", fixture::sync);
            }
            case 2 -> attempt("/api/career-sites/feed", fixture::syncCareerSites);
            case 3 -> {
                path = "/api/companies/";
                known(send("direct:company-profile", UUID.randomUUID().toString()));
            }
            case 4 -> {
                path = "/api/v1/live-events";
                known(send("direct:jobby-live-events", null));
            }
            default -> webhook();
        }
    }

    private void attempt(String endpoint, Callable<Run> attempt) throws Exception {
        path = endpoint;
        try {
            attempt.call();
        } catch (Exception e) {
            known(e);
        }
        Map<String, Object> counters = fixture.database.queryForMap("select sum(received) as received,"
                + " sum(inserted + updated + unchanged + reactivated + duplicates + quarantined) as accounted,"
                + " sum(inserted) as inserted, sum(quarantined) as quarantined from sync_run");
        assertThat(counters.get("accounted")).isEqualTo(counters.get("received"));
        assertThat(fixture.one("select (select count(*) from job) + (select count(*) from career_site)", Long.class))
                .isEqualTo(((Number) counters.get("inserted")).longValue());
        assertThat(fixture.one("select count(*) from quarantine", Long.class))
                .isLessThanOrEqualTo(((Number) counters.get("quarantined")).longValue());
    }

    private Exception send(String route, Object body) throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            return template.send(route, exchange -> exchange.getMessage().setBody(body))
                    .getException();
        }
    }

    static void known(Exception failure) {
        if (failure != null) {
            assertThat(List.of(ProblemTranslator.of(failure, 0), JobbyProblemTranslator.of(failure)))
                    .as("reason of " + failure)
                    .anySatisfy(reason -> assertThat(reason.condition()).isNotIn(UNKNOWN));
            assertThat(ProblemTranslator.describe(failure))
                    .hasSizeLessThan(2_000)
                    .doesNotContain("\u001b", "\n");
        }
    }

    private void webhook() throws Exception {
        WebhookReceiver.Received received = received(answer);
        if (received.status() == 200) {
            webhooks.store(received);
            assertThat(fixture.one("select count(*) from jobby_webhook_event", Long.class))
                    .isEqualTo(1);
        }
    }

    /** Delivers any bytes with a valid signature, which are either accepted or rejected. */
    WebhookReceiver.Received received(byte[] body) throws Exception {
        Exchange exchange = new DefaultExchange(fixture.context());
        exchange.getMessage().setBody(body);
        exchange.getMessage().setHeader("Jobbydev-Signature", signature(body));
        WebhookReceiver.Received received = webhooks.check(exchange);
        // otherwise the exchange counts as in flight
        exchange.getExchangeExtension().handoverCompletions().forEach(done -> done.onComplete(exchange));
        assertThat(received.status()).isIn(200, 400, 413);
        return received;
    }

    private static String signature(byte[] body) throws GeneralSecurityException {
        String time = Long.toString(Instant.now().getEpochSecond());
        Mac mac = Mac.getInstance("HmacSHA256");
        mac.init(new SecretKeySpec(SECRET.getBytes(StandardCharsets.UTF_8), "HmacSHA256"));
        mac.update((time + ".").getBytes(StandardCharsets.UTF_8));
        return "t=" + time + ",v1=" + HexFormat.of().formatHex(mac.doFinal(body));
    }

    private void empty() {
        fixture.database.execute("set referential_integrity false");
        for (String table : tables) {
            fixture.database.execute("truncate table " + quoted(table));
            fixture.database.execute("insert into " + quoted(table) + " select * from " + initialCopy(table));
        }
        fixture.database.execute("set referential_integrity true");
    }

    @Override
    public void close() throws IOException {
        fixture.close();
        server.close();
    }
}
