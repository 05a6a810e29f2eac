package dev.jobfeed.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.feed.PrintableText;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Commands for webhook subscriptions. */
@Command(
        name = "webhooks",
        description = "Creates, tests, lists and deletes webhook subscriptions of Jobby.dev.",
        footer = "  jobfeed jobby webhooks list",
        subcommands = {
            JobbyWebhooksCommand.Create.class,
            JobbyWebhooksCommand.Test.class,
            JobbyWebhooksCommand.ListAll.class,
            JobbyWebhooksCommand.Delete.class
        })
final class JobbyWebhooksCommand {

    private JobbyWebhooksCommand() {}

    @Command(
            name = "create",
            description = "Creates a subscription and prints its secret, which Jobby.dev shows only once."
                    + " Needs the scope webhooks:write.",
            footer = "  jobfeed jobby webhooks create https://jobs.example.com/jobby/webhooks")
    static final class Create implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Parameters(paramLabel = "URL", description = "Address that receives the events.")
        private String url;

        @Option(
                names = "--event",
                paramLabel = "TYPE",
                split = ",",
                defaultValue = "match.matched,match.accepted,match.declined,match.expired",
                description = "Event types, separated by commas. Default: the four types of matches.")
        private List<String> events;

        @Option(names = "--description", paramLabel = "TEXT", description = "Description of the subscription.")
        private String description;

        @Override
        public Integer call() throws Exception {
            Map<String, Object> body = new LinkedHashMap<>(Map.of("target_url", url, "events", events));
            if (description != null) {
                body.put("description", description);
            }
            return caller.call("POST", "/webhooks", body, created -> {
                System.err.println("subscription " + JobbyCaller.text(created, "id")
                        + "; set jobby.webhook-secret to the secret, which is shown only now");
                System.out.println(JobbyCaller.textOrAll(created, "secret"));
            });
        }
    }

    @Command(
            name = "test",
            description = "Sends a synthetic event to a subscription. Needs the scope webhooks:write.",
            footer = "  jobfeed jobby webhooks test whk_1")
    static final class Test implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Parameters(paramLabel = "ID", description = "Id of the subscription; see jobfeed jobby webhooks list.")
        private String id;

        @Override
        public Integer call() throws Exception {
            return caller.call(
                    "POST",
                    JobbyCaller.path("/webhooks/{id}/test", id),
                    Map.of(),
                    sent -> System.out.println(JobbyCaller.textOrAll(sent, "event_id")));
        }
    }

    @Command(
            name = "list",
            description = "Lists the subscriptions. Probably needs the scope webhooks:read.",
            footer = "  jobfeed jobby webhooks list --json")
    static final class ListAll implements Callable<Integer> {

        @Mixin
        private JobbyCaller caller;

        @Override
        public Integer call() throws Exception {
            return caller.get("/webhooks", ListAll::print, failure -> {});
        }

        private static void print(JsonNode subscriptions) {
            if (subscriptions.isEmpty()) {
                System.out.println("no subscription");
            }
            subscriptions.forEach(one -> System.out.printf(
                    Locale.ROOT,
                    "%-20s %-8s %s %s%n",
                    JobbyCaller.text(one, "id"),
                    JobbyCaller.text(one, "status"),
                    JobbyCaller.text(one, "target_url"),
                    StreamSupport.stream(one.path("events").spliterator(), false)
                            .map(event -> PrintableText.of(event.asText()))
                            .collect(Collectors.joining(","))));
        }
    }

    @Command(
            name = "delete",
            description = "Deletes a subscription. Probably needs the scope webhooks:write.",
            footer = "  jobfeed jobby webhooks delete whk_1")
    static final class Delete implements Callable<Integer> {

        @Mixin
        private JobbyCaller.Mutation caller;

        @Parameters(paramLabel = "ID", description = "Id of the subscription; see jobfeed jobby webhooks list.")
        private String id;

        @Override
        public Integer call() throws Exception {
            return caller.call(
                    "DELETE",
                    JobbyCaller.path("/webhooks/{id}", id),
                    null,
                    deleted -> System.out.println("deleted " + id));
        }
    }
}
