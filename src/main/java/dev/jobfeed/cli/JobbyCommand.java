package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.alert.Alert;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.console.RunJson;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.jobby.JoinRequest;
import dev.jobfeed.jobby.LiveEventRepository;
import dev.jobfeed.jobby.MatchService;
import dev.jobfeed.jobby.QueueRepository;
import dev.jobfeed.jobby.QueueService;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.problem.AlertCondition;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for Jobby.dev, which need no key for Jobo. */
@Command(
        name = "jobby",
        description =
                "Works with Jobby.dev: live events, queues and matches. A match can only be accepted in a browser.",
        footer = {"  jobfeed jobby events --sandbox", "  jobfeed jobby join evt_1"},
        subcommands = {
            JobbyCommand.Events.class,
            JobbyCommand.Join.class,
            JobbyCommand.Status.class,
            JobbyAccountCommands.Room.class,
            JobbyAccountCommands.Decline.class,
            JobbyAccountCommands.Charge.class,
            JobbyAccountCommands.CreateEvent.class,
            JobbyWebhooksCommand.class,
            JobbyContractCommand.class
        })
final class JobbyCommand {

    private JobbyCommand() {}

    private static int failed(Exception failure, Shutdown shutdown) {
        return JobbyCaller.failed(failure, shutdown, ignored -> {});
    }

    private static Exchange send(ProducerTemplate template, String route, String body) throws Exception {
        Exchange exchange = template.send(route, sent -> sent.getMessage().setBody(body));
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange;
    }

    @Command(
            name = "events",
            description = "Fetches and lists the live events.",
            footer = "  jobfeed jobby events --json")
    static final class Events implements Callable<Integer> {

        @Mixin
        private SandboxPresets sandbox;

        @Option(names = "--json", description = "Print JSON: the events as received from Jobby.dev.")
        private boolean json;

        @Option(
                names = "--search",
                paramLabel = "TEXT",
                description = "Only events with this text in a field such as title or company.")
        private String search;

        @Override
        public Integer call() throws Exception {
            try (Shutdown shutdown = new Shutdown()) {
                JobfeedRuntime runtime =
                        shutdown.closes(JobfeedRuntime.startWithoutKey(RuntimeConfiguration.read(sandbox.presets())));
                ProducerTemplate template =
                        shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
                try {
                    send(template, "direct:jobby-live-events", null);
                } catch (Exception e) {
                    return failed(e, shutdown);
                }
                print(new LiveEventRepository(
                                runtime.bundle().tenants().defaultTenant().sql())
                        .live().stream().filter(this::isFound).toList());
            }
            return ExitCode.DONE.code();
        }

        private boolean isFound(LiveEventRepository.Listed event) {
            try {
                return search == null
                        || JSON.readTree(event.event()).valueStream().anyMatch(value -> value.asText()
                                .toLowerCase(Locale.ROOT)
                                .contains(search.toLowerCase(Locale.ROOT)));
            } catch (JsonProcessingException e) {
                throw new UncheckedIOException(e);
            }
        }

        private void print(List<LiveEventRepository.Listed> events) throws IOException {
            if (json) {
                ArrayNode all = JSON.createArrayNode();
                for (LiveEventRepository.Listed event : events) {
                    all.add(JSON.readTree(event.event()));
                }
                System.out.println(all);
                return;
            }
            if (events.isEmpty()) {
                System.out.println(search == null ? "no event is live" : "no live event has this text");
            }
            events.forEach(event -> System.out.printf(
                    Locale.ROOT,
                    "%-20s %s%n",
                    event.id(),
                    event.title() == null ? "" : PrintableText.of(event.title())));
        }
    }

    @Command(
            name = "join",
            description = "Joins the queue of a live event, waits for a match and prints its link."
                    + " Ctrl-C keeps the place in the queue; run or the next join continues to wait.",
            footer = "  jobfeed jobby join evt_1")
    static final class Join implements Callable<Integer> {

        @Mixin
        private SandboxPresets sandbox;

        @Parameters(paramLabel = "EVENT_ID", description = "Id of the event; see jobfeed jobby events.")
        private String eventId;

        private String shown;

        @Override
        public Integer call() throws Exception {
            try (Shutdown shutdown = new Shutdown()) {
                RuntimeConfiguration configuration = RuntimeConfiguration.read(sandbox.presets());
                Duration interval = configuration.settings().jobby().pollInterval();
                JobfeedRuntime runtime = shutdown.closes(JobfeedRuntime.startWithoutKey(configuration));
                ProducerTemplate template =
                        shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
                QueueService queue = runtime.main().lookup("jobfeedQueue", QueueService.class);
                try {
                    return end(watch(template, queue, interval), queue);
                } catch (Exception e) {
                    return failed(e, shutdown);
                }
            }
        }

        /** Joins the queue and waits until the request is closed, or its status can no longer be polled. */
        private JoinRequest watch(ProducerTemplate template, QueueService queue, Duration interval) throws Exception {
            queue.resumePolling();
            JoinRequest request = send(template, "direct:jobby-queue-join", eventId)
                    .getVariable("jobbyJoinRequest", JoinRequest.class);
            while (request.isOpen() && request.lastError() == null) {
                show(request);
                TimeUnit.NANOSECONDS.sleep(interval.toNanos());
                send(template, "direct:jobby-queue-poll", null);
                send(template, "direct:jobby-relay", null);
                request = queue.current(request);
            }
            return request;
        }

        private void show(JoinRequest request) {
            String line = request.state() == JoinRequest.State.PENDING
                    ? request.eventId() + ": not answered yet"
                    : request.eventId() + ": " + position(request);
            if (!line.equals(shown)) {
                System.err.println(line);
            }
            shown = line;
        }

        private static int end(JoinRequest request, QueueService queue) {
            if (request.state() == JoinRequest.State.MATCHED) {
                System.err.println(request.eventId() + ": matched; open the link in a browser to accept or decline");
                System.out.println(queue.link(request));
                return ExitCode.DONE.code();
            }
            if (request.isOpen()) {
                System.err.println("jobfeed: " + request.lastError());
                System.err.println(request.eventId() + ": the request stays open; the same command continues to wait");
                return ExitCode.FAILED.code();
            }
            System.err.println(request.eventId() + ": "
                    + switch (request.state()) {
                        case CANCELLED -> "the place was cancelled";
                        case TIMED_OUT -> "the place timed out";
                        case REPLACED -> "replaced by joining another event";
                        case EXPIRED -> "the request expired without a response; join again";
                        case LOST -> "the place is gone";
                        default -> String.valueOf(request.lastError());
                    });
            return ExitCode.FAILED.code();
        }
    }

    private static String position(JoinRequest request) {
        return (request.rank() == null ? "waiting" : "number " + request.rank())
                + (request.estimatedWaitSeconds() == null ? "" : ", about " + duration(request.estimatedWaitSeconds()));
    }

    private static String duration(long seconds) {
        return seconds < 60 ? seconds + " s" : (seconds + 59) / 60 + " min";
    }

    @Command(
            name = "status",
            description = "Shows open requests, recent matches and the number of live events, as stored.",
            footer = "  jobfeed jobby status --json")
    static final class Status implements Callable<Integer> {

        private static final int LAST = 5;

        @Mixin
        private SandboxPresets sandbox;

        @Option(names = "--json", description = "Print JSON.")
        private boolean json;

        @Override
        public Integer call() throws Exception {
            JobfeedProperties settings =
                    RuntimeConfiguration.read(sandbox.presets()).settings();
            try (OfflineTenant store = OfflineTenant.open(settings)) {
                SqlClient sql = store.tenant().sql();
                QueueRepository queue = new QueueRepository(sql);
                int events = new LiveEventRepository(sql).live().size();
                List<Alert> alerts = Stream.of("jobby", "jobby_live_events", "jobby_queue", "changes")
                        .flatMap(stream -> store.tenant().alerts().open(stream).stream())
                        .toList();
                if (json) {
                    System.out.println(json(settings, events, queue.open(), queue.matches(LAST), alerts)
                            .toString());
                } else {
                    print(settings, events, queue.open(), queue.matches(LAST), alerts);
                }
            }
            return ExitCode.DONE.code();
        }

        private static ObjectNode json(
                JobfeedProperties settings,
                int events,
                List<JoinRequest> open,
                List<QueueRepository.Match> matches,
                List<Alert> alerts) {
            ObjectNode json = JSON.createObjectNode();
            json.put("live_events", events);
            ArrayNode places = json.putArray("open");
            open.forEach(request -> places.addObject()
                    .put("event_id", request.eventId())
                    .put("state", request.state().name().toLowerCase(java.util.Locale.ROOT))
                    .put("status", request.status())
                    .put("rank", request.rank())
                    .put("estimated_wait_seconds", request.estimatedWaitSeconds())
                    .put("created_at", RunJson.text(request.createdAt())));
            ArrayNode last = json.putArray("matches");
            matches.forEach(match -> last.addObject()
                    .put("match_id", match.matchId())
                    .put("event_id", match.eventId())
                    .put("url", MatchService.link(settings.jobby().baseUrl(), match.matchId()))
                    .put("matched_at", RunJson.text(match.matchedAt()))
                    .put("relayed_at", RunJson.text(match.relayedAt())));
            ArrayNode openAlerts = json.putArray("alerts");
            alerts.forEach(alert -> openAlerts
                    .addObject()
                    .put("condition", alert.condition())
                    .put("message", alert.message())
                    .put("remedy", alert.remedy())
                    .put("since", RunJson.text(alert.raisedAt())));
            return json;
        }

        private static void print(
                JobfeedProperties settings,
                int events,
                List<JoinRequest> open,
                List<QueueRepository.Match> matches,
                List<Alert> alerts) {
            line("live events", events);
            open.forEach(request -> line(
                    "queue",
                    request.eventId() + ": "
                            + (request.state() == JoinRequest.State.PENDING ? "not answered yet" : position(request))
                            + ", since " + request.createdAt()));
            matches.forEach(match -> line(
                    "match",
                    MatchService.link(settings.jobby().baseUrl(), match.matchId())
                            + (match.eventId() == null ? "" : " at " + match.eventId()) + ", "
                            + match.matchedAt()));
            alerts.stream()
                    .filter(alert -> !AlertCondition.MATCH.is(alert.condition()))
                    .forEach(alert -> line(
                            "alert",
                            alert.condition() + " since " + alert.raisedAt() + ": " + alert.message() + " "
                                    + Objects.requireNonNullElse(alert.remedy(), "")));
        }

        private static void line(String name, Object value) {
            System.out.printf(Locale.ROOT, "%-12s %s%n", name, value);
        }
    }
}
