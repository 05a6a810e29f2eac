package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.SandboxOptions;
import jakarta.jms.JMSContext;
import jakarta.jms.JMSException;
import jakarta.jms.Message;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.component.jms.JmsComponent;
import org.apache.kafka.clients.consumer.ConsumerRecord;
import org.apache.kafka.clients.consumer.KafkaConsumer;
import org.apache.kafka.common.TopicPartition;
import org.apache.kafka.common.serialization.StringDeserializer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Tests a real broker that is killed and restarted: every event arrives, in the order of each job. */
@Tag("processes")
class ChangesBrokerTest {

    private static final int JOBS = 400;
    private static final Duration DEADLINE = Duration.ofMinutes(3);

    @TempDir
    Path directory;

    private SyncFixture fixture;
    private Broker broker;

    /**
     * Holds a message as a consumer receives it.
     *
     * @param key groups the messages of one job
     */
    private record Received(String key, String type, JsonNode event) {

        String id() {
            return event.get("id").textValue();
        }

        String subject() {
            return event.get("subject").textValue();
        }

        long sequence() {
            return Long.parseLong(event.get("sequence").textValue());
        }
    }

    @BeforeEach
    void start() throws Exception {
        fixture = SyncFixture.of("postgresql", SandboxOptions.builder().jobs(JOBS))
                .with("jobfeed.changes.interval", "50ms")
                .with("jobo.retry.time-scale", "0.1");
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        if (broker != null) {
            broker.close();
        }
    }

    @Test
    void everyEventArrivesOverKafka() throws Exception {
        broker = Broker.kafka(directory);
        broker.start();
        fixture.with(
                "jobfeed.changes.to",
                "kafka:jobs?brokers=127.0.0.1:" + broker.port()
                        + "&maxBlockMs=2000&requestTimeoutMs=2000&deliveryTimeoutMs=4000&lingerMs=0");

        disturb();

        List<Received> received = new ArrayList<>();
        try (KafkaConsumer<String, String> consumer = new KafkaConsumer<>(
                Map.of("bootstrap.servers", "127.0.0.1:" + broker.port(), "auto.offset.reset", "earliest"),
                new StringDeserializer(),
                new StringDeserializer())) {
            List<TopicPartition> partitions = consumer.partitionsFor("jobs").stream()
                    .map(partition -> new TopicPartition("jobs", partition.partition()))
                    .toList();
            assertThat(partitions).hasSize(3);
            consumer.assign(partitions);
            long end = consumer.endOffsets(partitions).values().stream()
                    .mapToLong(Long::longValue)
                    .sum();
            await().atMost(DEADLINE).until(() -> {
                consumer.poll(Duration.ofMillis(500)).forEach(record -> received.add(received(record)));
                return received.size() >= end;
            });
        }
        assertEverythingArrived(received);
    }

    private static Received received(ConsumerRecord<String, String> record) {
        assertThat(header(record, "content-type")).isEqualTo("application/cloudevents+json");
        return new Received(record.key(), header(record, "jobfeedEventType"), SyncFixture.parse(record.value()));
    }

    private static String header(ConsumerRecord<String, String> record, String name) {
        return new String(record.headers().lastHeader(name).value(), StandardCharsets.UTF_8);
    }

    @Test
    void everyEventArrivesOverArtemis() throws Exception {
        broker = Broker.artemis(directory);
        broker.start();
        ActiveMQConnectionFactory connections =
                new ActiveMQConnectionFactory("tcp://127.0.0.1:" + broker.port() + "?callTimeout=5000");
        fixture.with("jobfeed.changes.to", "jms:queue:jobs");
        fixture.context().addComponent("jms", JmsComponent.jmsComponent(connections));

        disturb();

        List<Received> received = new ArrayList<>();
        try (JMSContext session = connections.createContext()) {
            var consumer = session.createConsumer(session.createQueue("jobs"));
            for (Message message = consumer.receive(10_000); message != null; message = consumer.receive(2_000)) {
                received.add(received(message));
            }
        }
        connections.close();
        assertEverythingArrived(received);
    }

    private static Received received(Message message) throws JMSException {
        return new Received(
                message.getStringProperty("JMSXGroupID"),
                message.getStringProperty("jobfeedEventType"),
                SyncFixture.parse(message.getBody(String.class)));
    }

    /**
     * Makes changes of every kind and kills the broker twice: with changes to come, and while it delivers pending
     * events.
     */
    private void disturb() throws Exception {
        fixture.sync();
        awaitSent(JOBS / 4);
        broker.kill();

        // the syncs are not affected
        var dataset = fixture.sandbox.data();
        dataset.updateJobs(50);
        var expired = dataset.expireJobs(50);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        expired.forEach(dataset::returnJob);
        dataset.createJobs(50);
        assertThat(fixture.sync().status()).isEqualTo("succeeded");
        int recorded = fixture.one("select count(*) from job_change", Integer.class);
        assertThat(recorded).isGreaterThan(JOBS + 150);
        await().atMost(DEADLINE).until(() -> fixture.alerts().contains("relay-failed"));

        broker.start();
        awaitSent(JOBS + 50);
        broker.kill();
        broker.start();
        awaitSent(recorded);
        await().atMost(DEADLINE).until(() -> fixture.alerts().isEmpty());
    }

    private void awaitSent(int least) {
        await().atMost(DEADLINE)
                .pollInterval(Duration.ofMillis(20))
                .until(() -> fixture.one("select count(*) from job_change where sent_at is not null", Integer.class)
                        >= least);
    }

    private void assertEverythingArrived(List<Received> received) {
        Map<String, Long> recorded = new HashMap<>();
        fixture.database.query("select event_id, seq from job_change", row -> {
            recorded.put(row.getString("event_id"), row.getLong("seq"));
        });
        Map<String, Long> last = new HashMap<>();
        Set<String> seen = new HashSet<>();
        List<Received> duplicates = new ArrayList<>();
        for (Received message : received) {
            assertThat(message.key()).isEqualTo(message.subject());
            assertThat(message.type()).isEqualTo(message.event().get("type").textValue());
            assertThat(message.sequence()).isEqualTo(recorded.get(message.id()));
            if (seen.add(message.id())) {
                assertThat(message.sequence())
                        .as("the order of job %s", message.subject())
                        .isGreaterThan(last.getOrDefault(message.subject(), 0L));
                last.put(message.subject(), message.sequence());
            } else {
                duplicates.add(message);
            }
        }
        assertThat(seen).isEqualTo(recorded.keySet());
        // messages that were in flight when the broker was killed
        assertThat(duplicates).hasSizeLessThanOrEqualTo(2 * 5);
    }
}
