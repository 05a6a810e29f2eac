package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.PrintableText;
import dev.jobfeed.jobby.JobbyException;
import dev.jobfeed.jobby.JobbyId;
import dev.jobfeed.jobby.JobbyProblemTranslator;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Makes one call of the Jobby.dev API through {@code direct:jobby-api} and prints its response. */
final class JobbyCaller {

    @Mixin
    private SandboxPresets sandbox;

    @Option(names = "--json", description = "Print JSON: the response of Jobby.dev.")
    private boolean json;

    /** Adds the idempotency key of a call that changes something. */
    static final class Mutation {

        @Mixin
        private JobbyCaller caller;

        @Option(
                names = "--idempotency-key",
                paramLabel = "UUID",
                description = "Key of an earlier call with an unknown outcome. Jobby.dev then returns the response of"
                        + " that call, for 24 hours. Default: a new key.")
        private UUID key;

        /**
         * Makes a call; its retries have the same key.
         *
         * @param body nullable
         * @param text prints the response unless JSON is requested
         * @return the exit code
         */
        int call(String method, String path, Object body, Consumer<JsonNode> text) throws Exception {
            if (key != null && key.version() != 4) {
                throw new ConfigurationException("--idempotency-key is '" + key + "'; it takes a UUID of version 4.");
            }
            UUID used = key == null ? UUID.randomUUID() : key;
            Runnable unknown =
                    () -> System.err.println("jobfeed: The call may have taken effect. Repeat the command with"
                            + " --idempotency-key " + used + " within 24 hours; it then takes effect once.");
            return caller.call(
                    Map.of("jobbyMethod", method, "jobbyPath", path, "jobbyIdempotencyKey", used.toString()),
                    body,
                    text,
                    failure -> {
                        if (failure instanceof JobbyException rejected
                                && rejected.getDetails().get("checkout_url") instanceof String url) {
                            System.err.println("jobfeed: Agree in a browser at " + PrintableText.of(url));
                        }
                        if (isOutcomeUnknown(failure)) {
                            unknown.run();
                        }
                    },
                    unknown);
        }

        private static boolean isOutcomeUnknown(Exception failure) {
            return failure instanceof JobbyException rejected
                    ? rejected.isPassing()
                    : !(failure instanceof ConfigurationException || failure instanceof IllegalArgumentException);
        }
    }

    /** Returns the settings of the call. */
    JobfeedProperties settings() {
        return RuntimeConfiguration.read(sandbox.presets()).settings();
    }

    /**
     * Reads a resource.
     *
     * @param text prints the response unless JSON is requested
     * @param remedy prints what a failure means for the command
     * @return the exit code
     */
    int get(String path, Consumer<JsonNode> text, Consumer<Exception> remedy) throws Exception {
        return call(Map.of("jobbyMethod", "GET", "jobbyPath", path), null, text, remedy, () -> {});
    }

    /**
     * Makes the call.
     *
     * @param interrupted called if a signal ends the process before the outcome is known
     */
    private int call(
            Map<String, Object> variables,
            Object body,
            Consumer<JsonNode> text,
            Consumer<Exception> remedy,
            Runnable interrupted)
            throws Exception {
        try (Shutdown shutdown = new Shutdown()) {
            JobfeedRuntime runtime =
                    shutdown.closes(JobfeedRuntime.startWithoutKey(RuntimeConfiguration.read(sandbox.presets())));
            ProducerTemplate template =
                    shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
            String request = body == null ? null : JSON.writeValueAsString(body);
            AtomicBoolean isPending = new AtomicBoolean(true);
            shutdown.closes((AutoCloseable) () -> {
                if (isPending.get()) {
                    interrupted.run();
                }
            });
            Exchange exchange = template.send("direct:jobby-api", sent -> {
                sent.getMessage().setBody(request);
                variables.forEach(sent::setVariable);
            });
            isPending.set(shutdown.isClosing());
            if (exchange.getException() != null) {
                return failed(exchange.getException(), shutdown, remedy);
            }
            // null for a response without content
            JsonNode response =
                    Objects.requireNonNullElse(exchange.getMessage().getBody(JsonNode.class), JSON.createObjectNode());
            if (json) {
                System.out.println(response);
            } else {
                text.accept(response);
            }
            return ExitCode.DONE.code();
        }
    }

    /** Reports a failure, unless a signal is ending the process; returns the exit code. */
    static int failed(Exception failure, Shutdown shutdown, Consumer<Exception> remedy) {
        if (!shutdown.isClosing()) {
            System.err.println("jobfeed: " + JobbyProblemTranslator.of(failure).text());
            remedy.accept(failure);
        }
        return ExitCode.of(failure).code();
    }

    /** Returns a field of a response as printable text; empty if it is missing. */
    static String text(JsonNode object, String field) {
        return PrintableText.of(object.path(field).asText(""));
    }

    /** Returns a field of a response as printable text; the whole response, with a message, if it is missing. */
    static String textOrAll(JsonNode object, String field) {
        String text = text(object, field);
        if (text.isEmpty()) {
            System.err.println("jobfeed: The response has no " + field + "; it is printed as received.");
        }
        return text.isEmpty() ? object.toString() : text;
    }

    /** Returns the path of a resource; ids come from the command line. */
    static String path(String template, String id) {
        return template.replace(
                "{id}",
                JobbyId.of(id)
                        .orElseThrow(() -> new ConfigurationException("'" + id + "' is not an id of Jobby.dev.")));
    }
}
