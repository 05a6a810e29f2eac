package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.jobby.MatchService;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for matches, charges and events of the token's account. None accepts a match or joins its room. */
final class JobbyAccountCommands {

    private JobbyAccountCommands() {}

    @Command(
            name = "room",
            description = "Prints the address of the interview room of an accepted match. Only a person can accept a"
                    + " match or join its room, in a browser. Needs the scope matches:read; 3 calls a minute.",
            footer = "  jobfeed jobby room mat_1")
    static final class Room implements Callable<Integer> {

        @Mixin
        private JobbyCaller caller;

        @Parameters(paramLabel = "MATCH_ID", description = "Id of the match, the end of the link that join prints.")
        private String matchId;

        @Override
        public Integer call() throws Exception {
            String link = MatchService.link(caller.settings().jobby().baseUrl(), matchId);
            return caller.get(
                    JobbyCaller.path("/matches/{id}/interview-room-url", matchId),
                    room -> {
                        System.err.println(matchId + ": open the address in a browser to join the room");
                        System.out.println(JobbyCaller.textOrAll(room, "room_url"));
                    },
                    failure -> {
                        if (failure instanceof JobbyException rejected && rejected.status() == 404) {
                            System.err.println(
                                    "jobfeed: A room opens once the match is accepted, in a browser at " + link);
                        }
                    });
        }
    }

    @Command(
            name = "decline",
            description = "Declines a match. There is no command that accepts one: only a person can do that, in a"
                    + " browser. Probably needs the scope matches:write.",
            footer = "  jobfeed jobby decline mat_1")
    static final class Decline implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Parameters(paramLabel = "MATCH_ID", description = "Id of the match, the end of the link that join prints.")
        private String matchId;

        @Option(names = "--reason", paramLabel = "TEXT", description = "Reason for the other side.")
        private String reason;

        @Override
        public Integer call() throws Exception {
            return caller.call(
                    "POST",
                    JobbyCaller.path("/matches/{id}/decline", matchId),
                    reason == null ? Map.of() : Map.of("reason", reason),
                    match -> System.out.println("declined " + matchId));
        }
    }

    @Command(
            name = "charge",
            description = "Charges the account for a plan, without a checkout. This costs money. Jobby.dev refuses it"
                    + " (OFF_SESSION_CONSENT_REQUIRED) until a person has agreed in a browser."
                    + " Needs the scope billing:write; 3 calls a minute.",
            footer = "  jobfeed jobby charge --target-plan pro --interval monthly")
    static final class Charge implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Option(names = "--target-plan", paramLabel = "PLAN", required = true, description = "Plan, such as pro.")
        private String plan;

        @Option(
                names = "--interval",
                paramLabel = "INTERVAL",
                required = true,
                description = "Billing interval, such as monthly.")
        private String interval;

        @Override
        public Integer call() throws Exception {
            return caller.call(
                    "POST",
                    "/billing/charge-offsession",
                    Map.of("target_plan", plan, "interval", interval),
                    charge -> System.out.println("charged for " + plan + ", " + interval));
        }
    }

    @Command(
            name = "create-event",
            description = "Creates a live event (recruiters). The documentation lists no fields; jobfeed jobby contract"
                    + " shows which are required. Probably needs the scope events:write.",
            footer = "  jobfeed jobby create-event --title Nurses --field visibility=open_invite")
    static final class CreateEvent implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Option(names = "--title", paramLabel = "TEXT", required = true, description = "Title of the event.")
        private String title;

        @Option(
                names = "--field",
                paramLabel = "NAME=VALUE",
                description = "Another field. A value that is JSON is sent as such, any other as a string. Repeatable.")
        private Map<String, String> fields = Map.of();

        @Override
        public Integer call() throws Exception {
            Map<String, Object> body = new LinkedHashMap<>(Map.of("title", title));
            fields.forEach((name, value) -> body.put(name, json(value)));
            return caller.call(
                    "POST", "/events", body, event -> System.out.println(JobbyCaller.textOrAll(event, "id")));
        }

        private static Object json(String value) {
            try {
                JsonNode json = JSON.readTree(value);
                return json.isMissingNode() ? value : json;
            } catch (JsonProcessingException e) {
                return value;
            }
        }
    }
}
