package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.outbox.OutboxRelay;
import dev.jobfeed.sandbox.SandboxOptions;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.support.DefaultExchange;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests the events about changes of jobs. */
class ChangesTest {

    private static final String TO = "seda:changes?size=10000";

    private SyncFixture fixture;

    private void start(String database) throws Exception {
        fixture = SyncFixture.of(database, SandboxOptions.builder().jobs(30))
                .with("jobfeed.changes.to", TO)
                .with("jobo.jobs.batch-size", "10")
                .with("jobo.retry.time-scale", "0.001")
                .with("jobfeed.changes.interval", "1h");
    }

    @AfterEach
    void stop() {
        if (fixture != null) {
            fixture.close();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyKindOfChangeIsPublishedOnceInOrder(String database) throws Exception {
        start(database);
        fixture.sync();
        UUID updated = fixture.sandbox.data().updateJobs(1).get(0);
        UUID expiredId = fixture.sandbox.data().expireJobs(1).get(0);
        fixture.sync();
        fixture.sandbox.data().returnJob(expiredId);
        UUID created = fixture.sandbox.data().createJobs(1).get(0);
        fixture.sync();

        List<JsonNode> events = relayed();

        Map<String, List<String>> bySubject = new HashMap<>();
        events.forEach(event -> bySubject
                .computeIfAbsent(event.get("subject").textValue(), subject -> new ArrayList<>())
                .add(event.get("type").textValue().replace("dev.jobfeed.job.", "")));
        assertThat(bySubject).hasSize(31);
        assertThat(bySubject.get(updated.toString())).containsExactly("created", "updated");
        assertThat(bySubject.get(expiredId.toString())).containsExactly("created", "expired", "reactivated");
        assertThat(bySubject.get(created.toString())).containsExactly("created");
        assertThat(events).hasSize(31 + 3);
        assertThat(events.stream().map(event -> event.get("id").textValue())).doesNotHaveDuplicates();
        assertThat(events.stream()
                        .map(event -> Long.parseLong(event.get("sequence").textValue())))
                .isSorted();
        assertThat(relayed()).isEmpty();
        assertThat(fixture.tenant().outbox().lag().waiting()).isZero();
    }

    @Test
    void eventWithAHandledFailureCountsAsSent() throws Exception {
        start("h2");
        fixture.with("jobfeed.changes.to", "direct:theirs");
        fixture.context().addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:theirs")
                        .onException(Exception.class)
                        .handled(true)
                        .to("mock:handled")
                        .end()
                        .throwException(new IllegalStateException("theirs"));
            }
        });
        fixture.sync();

        try (ProducerTemplate template = fixture.context().createProducerTemplate()) {
            assertThat(template.send("direct:outbox-relay", exchange -> {}).getException())
                    .isNull();
        }

        MockEndpoint handled = fixture.context().getEndpoint("mock:handled", MockEndpoint.class);
        assertThat(handled.getReceivedCounter()).isEqualTo(30);
        assertThat(fixture.tenant().outbox().lag().waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void eventIsACloudEventWithTheStoredJob(String database) throws Exception {
        start(database);
        fixture.sync();
        UUID expiredId = fixture.sandbox.data().expireJobs(1).get(0);
        fixture.sync();

        List<Exchange> messages = messages();

        Exchange first = messages.get(0);
        JsonNode event = SyncFixture.parse(first.getMessage().getBody(String.class));
        JsonNode job = event.get("data");
        String id = event.get("subject").textValue();
        assertThat(event.get("specversion").textValue()).isEqualTo("1.0");
        assertThat(event.get("type").textValue()).isEqualTo("dev.jobfeed.job.created");
        assertThat(event.get("source").textValue()).isEqualTo(fixture.sandbox.baseUrl() + "/api/jobs/feed");
        assertThat(event.get("datacontenttype").textValue()).isEqualTo("application/json");
        assertThat(OffsetDateTime.parse(event.get("time").textValue()).toInstant())
                .isEqualTo(fixture.one("select first_seen_at from job where id = ?", OffsetDateTime.class, uuid(id))
                        .toInstant());
        assertThat(job.get("id").textValue()).isEqualTo(id);
        JsonNode delivered = SyncFixture.parse(fixture.sandbox.data().json(uuid(id)));
        for (String field : List.of("title", "description", "company", "locations", "is_h1b_sponsor")) {
            assertThat(job.get(field)).as(field).isEqualTo(delivered.get(field));
        }
        assertThat(job.has("content_hash")).isFalse();
        assertThat(first.getMessage().getHeaders())
                .containsEntry("content-type", "application/cloudevents+json")
                .containsEntry("CamelKafkaKey", id)
                .containsEntry("kafka.KEY", id)
                .containsEntry("JMSXGroupID", id)
                .containsEntry("jobfeedEventType", "dev.jobfeed.job.created")
                .containsEntry("jobfeedEventId", event.get("id").textValue());

        JsonNode expired =
                SyncFixture.parse(messages.get(messages.size() - 1).getMessage().getBody(String.class));
        OffsetDateTime at = fixture.one("select expired_at from job where id = ?", OffsetDateTime.class, expiredId);
        assertThat(expired.get("type").textValue()).isEqualTo("dev.jobfeed.job.expired");
        assertThat(expired.get("data"))
                .isEqualTo(SyncFixture.parse("{\"id\":\"" + expiredId
                        + "\",\"expired_reason\":\"swept\",\"expired_at\":\"" + at.toInstant() + "\"}"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void jobsExpiredByAResyncArePublished(String database) throws Exception {
        start(database);
        fixture.sync();
        relayed();
        fixture.with("jobo.jobs.filter.sources", fixture.one("select max(source) from job", String.class));
        fixture.syncConfirmed();
        long pendingExpiries = fixture.one("select count(*) from pending_expiry", Long.class);
        assertThat(pendingExpiries).isPositive();
        assertThat(relayed()).isEmpty();

        OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
        var tenant = fixture.tenant();
        assertThat(PendingExpiryService.accept(tenant, now)).isEqualTo((int) pendingExpiries);

        assertThat(relayed())
                .hasSize((int) pendingExpiries)
                .allMatch(event -> event.get("type").textValue().equals("dev.jobfeed.job.expired")
                        && event.at("/data/expired_reason").textValue().equals("filtered"));
    }

    @Test
    void reconcileWithinTheLimitPublishesItsExpiries() throws Exception {
        start("h2");
        fixture.sync();
        relayed();
        // only a reconcile finds what expired before the window of the sweep
        fixture.database.update("insert into job (id, content_hash, first_seen_at, last_changed_at)"
                + " values (random_uuid(), X'00', current_timestamp, current_timestamp)");
        fixture.tenant().states().requestResync("jobs", OffsetDateTime.now(ZoneOffset.UTC));
        fixture.syncConfirmed();

        assertThat(relayed())
                .singleElement()
                .matches(event -> event.at("/data/expired_reason").textValue().equals("reconciled"));
    }

    @Test
    void noChangesAreRecordedWithoutASubscriber() throws Exception {
        start("h2");
        fixture.with("jobfeed.changes.to", "");
        fixture.sync();
        fixture.sandbox.data().expireJobs(3);
        fixture.sync();

        assertThat(fixture.one("select count(*) from job where expired_at is not null", Integer.class))
                .isEqualTo(3);
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void everyWriterRecordsChangesForASubscribedProcess(String database) throws Exception {
        start(database);
        fixture.with("jobfeed.changes.to", "").context();
        OutboxRelay relay = fixture.context().getRegistry().lookupByNameAndType("jobfeedOutbox", OutboxRelay.class);
        relay.ask(new DefaultExchange(fixture.context()));
        fixture.restart();

        fixture.sync();
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isEqualTo(30);

        fixture.database.update(
                "update sync_state set outbox_subscribed_at = outbox_subscribed_at - interval '31' day");
        fixture.sandbox.data().expireJobs(3);
        fixture.sync();
        assertThat(fixture.one("select count(*) from job where expired_at is not null", Integer.class))
                .isEqualTo(3);
        assertThat(fixture.one("select count(*) from job_change", Integer.class))
                .isEqualTo(30);
    }

    @Test
    void pageThatIsNotCommittedPublishesNothing() throws Exception {
        start("h2");
        fixture.syncPages(1);

        assertThat(relayed()).hasSize(10);
        assertThat(fixture.one("select count(*) from job", Integer.class)).isEqualTo(10);
    }

    /** Sends the state of the job at the time of sending, so that the last event of a job has its final state. */
    @Test
    void delayedEventHasTheCurrentStateOfTheJob() throws Exception {
        start("h2");
        fixture.sync();
        UUID job = fixture.sandbox.data().updateJobs(1).get(0);
        fixture.sync();
        String title = fixture.one("select title from job where id = ?", String.class, job);

        List<JsonNode> events = relayed().stream()
                .filter(event -> event.get("subject").textValue().equals(job.toString()))
                .toList();

        assertThat(events).hasSize(2);
        assertThat(events).allMatch(event -> event.at("/data/title").textValue().equals(title));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void undeliverableEventsWaitInOrderAndRaiseAnAlert(String database) throws Exception {
        start(database);
        fixture.with("jobfeed.changes.to", "seda:no-consumer?failIfNoConsumers=true");
        fixture.sync();
        relay();

        await().atMost(JobbyFixture.DEADLINE).untilAsserted(() -> assertThat(fixture.database.queryForList(
                        "select condition from alert where notified_at is not null", String.class))
                .containsExactly("relay-failed"));
        assertThat(fixture.tenant().outbox().lag().waiting()).isEqualTo(30);

        fixture.with("jobfeed.changes.to", TO);
        assertThat(relayed()).hasSize(30);
        await().atMost(JobbyFixture.DEADLINE)
                .until(() -> fixture.one("select clearance_notified_at is not null from alert", Boolean.class));
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void lateCommitWithALowerSequenceNumberIsPublished(String database) throws Exception {
        start(database);
        fixture.sync();
        relayed();
        UUID secondJob = fixture.sandbox.data().updateJobs(1).get(0);
        try (Connection other = fixture.database.getDataSource().getConnection();
                PreparedStatement insert = other.prepareStatement("insert into job_change (job_id, change, run_id,"
                        + " changed_at) values (?, 'updated', 1, current_timestamp)")) {
            other.setAutoCommit(false);
            insert.setObject(1, secondJob);
            insert.executeUpdate();
            UUID firstJob = fixture.sandbox.data().createJobs(1).get(0);
            fixture.sync();
            List<String> first = subjects(relayed());
            other.commit();

            assertThat(first).containsExactlyInAnyOrder(firstJob.toString(), secondJob.toString());
            assertThat(subjects(relayed())).containsExactly(secondJob.toString());
        }
        assertThat(fixture.one("select max(seq) - min(seq) + 1 = count(*) from job_change", Boolean.class))
                .isTrue();
    }

    private static List<String> subjects(List<JsonNode> events) {
        return events.stream().map(event -> event.get("subject").textValue()).toList();
    }

    @Test
    void sentEventsAreDeletedAfterTheRetention() throws Exception {
        start("h2");
        fixture.with("jobfeed.changes.keep", "0s");
        fixture.sync();
        relayed();

        await().atMost(JobbyFixture.DEADLINE).untilAsserted(() -> {
            relay();
            assertThat(fixture.one("select count(*) from job_change", Integer.class))
                    .isZero();
        });
    }

    private void relay() throws Exception {
        try (var template = fixture.context().createProducerTemplate()) {
            template.sendBody("direct:outbox-relay", null);
        }
    }

    private List<JsonNode> relayed() throws Exception {
        return messages().stream()
                .map(message -> SyncFixture.parse(message.getMessage().getBody(String.class)))
                .toList();
    }

    private List<Exchange> messages() throws Exception {
        List<Exchange> messages = new ArrayList<>();
        try (ConsumerTemplate consumer = fixture.context().createConsumerTemplate()) {
            consumer.start();
            // the timer may already be processing it
            await().atMost(JobbyFixture.DEADLINE).until(() -> {
                relay();
                return fixture.tenant().outbox().lag().waiting() == 0;
            });
            for (Exchange message = consumer.receiveNoWait(TO); message != null; message = consumer.receiveNoWait(TO)) {
                messages.add(message);
            }
        }
        return messages;
    }

    private static UUID uuid(String id) {
        return UUID.fromString(id);
    }
}
