package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import jakarta.jms.ConnectionFactory;
import jakarta.jms.JMSContext;
import jakarta.jms.Message;
import java.util.Map;
import org.apache.activemq.artemis.core.config.Configuration;
import org.apache.activemq.artemis.core.config.impl.ConfigurationImpl;
import org.apache.activemq.artemis.core.server.embedded.EmbeddedActiveMQ;
import org.apache.activemq.artemis.jms.client.ActiveMQConnectionFactory;
import org.apache.camel.component.jms.JmsComponent;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Tests matches on the queue of a message broker. */
class JobbyRelayTest {

    private static final String BROKER = "vm://0";

    private JobbyFixture fixture;
    private EmbeddedActiveMQ broker;
    private ConnectionFactory connections;

    @BeforeEach
    void start() throws Exception {
        fixture = JobbyFixture.of("h2", JobbyOptions.builder().rateLimits(false));
        fixture.with("jobfeed.changes.to", "jms:queue:jobfeed");
        connections = new ActiveMQConnectionFactory(BROKER);
        fixture.context().addComponent("jms", JmsComponent.jmsComponent(connections));
    }

    private void startBroker() throws Exception {
        Configuration configuration = new ConfigurationImpl()
                .setPersistenceEnabled(false)
                .setSecurityEnabled(false)
                .setJMXManagementEnabled(false)
                .addAcceptorConfiguration("vm", BROKER);
        broker = new EmbeddedActiveMQ().setConfiguration(configuration);
        broker.start();
    }

    @AfterEach
    void stop() throws Exception {
        fixture.close();
        if (broker != null) {
            broker.stop();
        }
    }

    @Test
    void matchArrivesAfterTheBrokerStarts() throws Exception {
        fixture.send("direct:jobby-queue-join", fixture.liveEvent(), Map.of(), String.class);
        String match = fixture.fair().match(fixture.fair().places().get(0).id()).id();
        fixture.send("direct:jobby-queue-poll", null, Map.of(), Object.class);
        fixture.send("direct:jobby-relay", null, Map.of(), Object.class);
        assertThat(fixture.alerts()).contains("relay-failed");

        startBroker();
        fixture.send("direct:jobby-relay", null, Map.of(), Object.class);

        try (JMSContext session = connections.createContext()) {
            var consumer = session.createConsumer(session.createQueue("jobfeed"));
            Message message = consumer.receive(10_000);
            JsonNode json = SyncFixture.parse(message.getBody(String.class));
            assertThat(json.at("/data/match_id").textValue()).isEqualTo(match);
            assertThat(message.getStringProperty("jobfeedEventType")).isEqualTo("dev.jobfeed.jobby.match");
            assertThat(message.getStringProperty("jobfeedEventId")).isEqualTo(match);
            assertThat(consumer.receiveNoWait()).isNull();
        }
        assertThat(fixture.alerts()).containsExactly("match " + match);
    }
}
