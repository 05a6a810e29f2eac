package dev.jobfeed.cli.rehearse;

import static dev.jobfeed.cli.rehearse.BrokenPromiseException.check;
import static dev.jobfeed.cli.rehearse.BrokenPromiseException.checkEqual;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.apache.camel.ConsumerTemplate;
import org.apache.camel.Exchange;

/** The change events of jobs that are new, edited, expired and returned. */
final class OutboxScenario {

    private static final String TO = "seda:rehearsal?size=10000";

    private OutboxScenario() {}

    static void play(Stages stages) throws Exception {
        Stage stage = stages.open(Stages.jobs(3 * Stages.PAGE), Map.of("jobfeed.changes.to", TO));
        stage.succeed();
        UUID edited = stage.sandbox.data().updateJobs(1).get(0);
        UUID gone = stage.sandbox
                .data()
                .activeIds()
                .filter(id -> !id.equals(edited))
                .findFirst()
                .orElseThrow();
        stage.sandbox.data().expireJob(gone);
        stage.succeed();
        stage.sandbox.data().returnJob(gone);
        UUID created = stage.sandbox.data().createJobs(1).get(0);
        stage.succeed();

        List<JsonNode> events = relayed(stage);

        Map<String, List<String>> bySubject = new HashMap<>();
        events.forEach(event -> bySubject
                .computeIfAbsent(event.path("subject").asText(), subject -> new ArrayList<>())
                .add(event.path("type").asText().replace("dev.jobfeed.job.", "")));
        checkEqual("jobs with events, of 61", 61, bySubject.size());
        checkEqual("events of an edited job", List.of("created", "updated"), bySubject.get(edited.toString()));
        checkEqual(
                "events of a job that expired and returned",
                List.of("created", "expired", "reactivated"),
                bySubject.get(gone.toString()));
        checkEqual("events of a new job", List.of("created"), bySubject.get(created.toString()));
        checkEqual("events", 64, events.size());
        List<Long> sequence =
                events.stream().map(event -> event.path("sequence").asLong()).toList();
        check(sequence.equals(sequence.stream().sorted().toList()), "the events are sent in order", "they are not");
        checkEqual(
                "events that are sent again by the next relay",
                0,
                relayed(stage).size());
        checkEqual("pending events", 0L, stage.tenant().outbox().lag().waiting());
        stage.insertUnknownJobs(1);
        stage.requestResync();
        stage.succeed();
        checkEqual(
                "events of a resync that expires a job",
                List.of("reconciled"),
                relayed(stage).stream()
                        .map(event -> event.at("/data/expired_reason").asText())
                        .toList());
    }

    private static List<JsonNode> relayed(Stage stage) throws Exception {
        Exchange relay = stage.send("outbox-relay", Map.of());
        if (relay.getException() != null) {
            throw relay.getException();
        }
        List<JsonNode> events = new ArrayList<>();
        try (ConsumerTemplate received = stage.camel().createConsumerTemplate()) {
            String event = received.receiveBodyNoWait(TO, String.class);
            while (event != null) {
                events.add(Stage.json(event));
                event = received.receiveBodyNoWait(TO, String.class);
            }
        }
        return events;
    }
}
