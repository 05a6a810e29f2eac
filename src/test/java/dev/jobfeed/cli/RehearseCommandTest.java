package dev.jobfeed.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import com.fasterxml.jackson.databind.JsonNode;
import dev.jobfeed.cli.rehearse.Rehearsal;
import dev.jobfeed.config.SharedObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Tests that the shipped routes keep every promise, and that an edit which breaks one is found by its line, which names
 * the step.
 */
@Tag("processes")
class RehearseCommandTest {

    /** Holds values of a real configuration, none of which may be used. */
    private static final Map<String, String> PRODUCTION_PROPERTIES = Map.of(
            "jobo.api-key", "jbe_live_real",
            "jobo.base-url", "https://connect.jobo.world",
            "jobfeed.datasource.url", "jdbc:postgresql://db.invalid/jobs");

    @TempDir
    private Path directory;

    @Test
    void shippedRoutesKeepEveryPromise() throws IOException {
        CommandResult result = CommandResult.run(PRODUCTION_PROPERTIES, "rehearse", "--json");

        JsonNode all = SharedObjectMapper.JSON.readTree(result.out());
        assertThat(all.get("promises").findValuesAsText("name")).isEqualTo(Rehearsal.names());
        assertThat(all.get("promises")).as(result.out()).allSatisfy(promise -> assertThat(
                        promise.get("verdict").asText())
                .isEqualTo("kept"));
        assertThat(result.exitCode()).isZero();
        assertThat(all.get("seconds").asInt()).isLessThan(180);
    }

    /** Provides a name, the file, the edit, the broken promise, and the suspected step. */
    static Stream<Arguments> edits() {
        return Stream.of(
                edit(
                        "the fence is removed",
                        "jobs-feed",
                        without("feed-store-page-fence"),
                        "overtaken",
                        "feed-store-page-fence"),
                edit(
                        "the transaction is removed",
                        "jobs-feed",
                        replace(
                                "- transacted:\n            id: feed-store-page-transaction",
                                "- policy:\n            id: feed-store-page-transaction",
                                "Rows, quarantine entries, counters and cursor are committed together.\n            ref: jobfeedTransaction",
                                "Rows, quarantine entries, counters and cursor are committed together.\n            ref: jobfeedTenantDatabase"),
                        "overtaken",
                        "feed-store-page-transaction"),
                edit(
                        "the checkpoint is committed before the rows",
                        "jobs-feed",
                        RehearseCommandTest::withCheckpointFirst,
                        "crash",
                        "feed-store-page-checkpoint"),
                edit(
                        "changes are not written to the outbox",
                        "jobs-feed",
                        without("feed-store-page-outbox"),
                        "outbox",
                        "feed-store-page-outbox"),
                edit(
                        "invalid rows are dropped",
                        "jobs-feed",
                        without("feed-store-page-quarantine"),
                        "bad-rows",
                        "feed-store-page-quarantine"),
                edit(
                        "used cursors are not stored",
                        "jobs-feed",
                        without("feed-store-page-used"),
                        "endless-feed",
                        "feed-store-page-used"),
                edit(
                        "429 is final",
                        "jobo-api",
                        replace("method: allows(${exchange}, 8)", "method: allows(${exchange}, 0)"),
                        "rate-limit",
                        "jobo-api-rate-limited"),
                edit(
                        "a refusal is an empty page",
                        "jobo-api",
                        replace(
                                "          id: jobo-api-final\n",
                                String.join(
                                        "\n",
                                        "          id: jobo-api-final",
                                        "          continued:",
                                        "            constant:",
                                        "              expression: \"true\"",
                                        "          steps:",
                                        "            - setBody:",
                                        "                id: jobo-api-final-empty",
                                        "                expression:",
                                        "                  constant:",
                                        "                    expression: '{\"jobs\":[],\"next_cursor\":null,\"has_more\":false}'",
                                        "            - convertBodyTo:",
                                        "                id: jobo-api-final-bytes",
                                        "                type: java.io.InputStream",
                                        "            - unmarshal:",
                                        "                id: jobo-api-final-page",
                                        "                json:",
                                        "                  library: Jackson",
                                        "                  objectMapper: \"#jobfeedJobsJson\"",
                                        "                  unmarshalType: dev.jobfeed.feed.FeedPage",
                                        "")),
                        "final-status",
                        "jobo-api-final"),
                edit(
                        "a resync expires without a limit",
                        "jobs-sync",
                        without("sync-reconcile-guard"),
                        "reconcile-guard",
                        "sync-reconcile-guard"),
                edit(
                        "the watermark moves before the run is complete",
                        "jobs-sync",
                        replace(
                                "expression: \"${variable.jobfeedAttempt.isReadyToCommit}\"",
                                "expression: \"${variable.jobfeedAttempt} != null\""),
                        "resume",
                        "sync-attempt-finished"),
                edit(
                        "the sweep expires nothing",
                        "jobs-expired",
                        without("jobs-expired-page-close"),
                        "expiry",
                        "jobs-expired-page-close"),
                edit(
                        "an alert is notified again and again",
                        "alerts",
                        without("alerts-notify-mark-notified"),
                        "alerts",
                        "alerts-notify-mark-notified"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("edits")
    void editThatBreaksAPromiseIsFound(
            String name, String file, UnaryOperator<String> edit, String promise, String step) throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        String shipped = Files.readString(Path.of("routes", file + ".camel.yaml"));
        String edited = edit.apply(shipped);
        assertThat(edited).isNotEqualTo(shipped);
        Files.writeString(routes.resolve(file + ".camel.yaml"), edited);

        assertBroken(promise, step, file + ".camel.yaml");
    }

    @Test
    void statementThatBreaksAPromiseIsFound() throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        Files.writeString(routes.resolve("alerts.camel.yaml"), Files.readString(Path.of("routes/alerts.camel.yaml")));
        Path statement = Path.of("src/main/resources/dev/jobfeed/sql/h2/job-update.sql");
        Path sql = Files.createDirectories(directory.resolve("sql/h2"));
        Files.writeString(
                sql.resolve("job-update.sql"),
                Files.readString(statement)
                        .replace(
                                "last_changed_at = :now,\n    expired_at = null,\n    expired_reason = null\n",
                                "last_changed_at = :now\n"));

        assertBroken("return", "jobs-write-update", "h2/job-update.sql");
    }

    private void assertBroken(String promise, String step, String file) throws IOException {
        CommandResult result = CommandResult.run(
                PRODUCTION_PROPERTIES,
                "rehearse",
                "--routes",
                directory.resolve("routes").toString(),
                "--scenario",
                promise,
                "--json");

        assertThat(result.exitCode()).as(result.out() + result.err()).isEqualTo(1);
        JsonNode line = SharedObjectMapper.JSON.readTree(result.out()).at("/promises/0");
        assertThat(line.get("name").asText()).isEqualTo(promise);
        assertThat(line.get("verdict").asText()).isEqualTo("broken");
        assertThat(line.get("expected").asText()).isNotBlank();
        assertThat(line.get("happened").asText()).isNotBlank();
        assertThat(line.at("/suspects/0/step").asText()).isEqualTo(step);
        assertThat(line.at("/suspects/0/file").asText()).isEqualTo(file);
    }

    @Test
    void outputHasALineForThePromiseAndItsCauses() throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        String shipped = Files.readString(Path.of("routes/jobs-feed.camel.yaml"));
        Files.writeString(
                routes.resolve("jobs-feed.camel.yaml"),
                without("feed-store-page-outbox").apply(shipped));

        CommandResult result = CommandResult.run(
                Map.of(), "rehearse", "--routes", routes.toString(), "--scenario", "outbox", "--scenario", "edit");

        assertThat(result.out().lines().map(line -> line.replaceAll(" +", " ").strip()))
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("kept edit An edited job"),
                        line -> assertThat(line).startsWith("broken outbox Each change has one event"),
                        line -> assertThat(line).isEqualTo("expected jobs with events, of 61: 61"),
                        line -> assertThat(line).isEqualTo("happened jobs with events, of 61: 1"),
                        line -> assertThat(line)
                                .isEqualTo("suspect feed-store-page-outbox, missing in jobs-feed.camel.yaml"),
                        line -> assertThat(line).startsWith("2 promises: 1 kept, 1 broken, 0 not checked, in "));
        assertThat(result.err()).isEmpty();
    }

    /** An added step that would leave the process is not called. */
    @Test
    void externalEndpointsAreNotCalled() throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        String shipped = Files.readString(Path.of("routes/alerts.camel.yaml"));
        Path written = directory.resolve("written");
        Files.writeString(
                routes.resolve("alerts.camel.yaml"),
                shipped.replace(
                        "        - log:\n            id: alert-sink-log",
                        "        - to:\n            id: alert-sink-file\n            uri: file\n            parameters:\n"
                                + "              directoryName: " + written
                                + "\n        - log:\n            id: alert-sink-log"));

        CommandResult result =
                CommandResult.run(Map.of(), "rehearse", "--routes", routes.toString(), "--scenario", "alerts");

        assertThat(result.exitCode()).as(result.out() + result.err()).isZero();
        assertThat(written).doesNotExist();
    }

    @Test
    void streamWithoutRoutesIsNotChecked() throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        String shipped = Files.readString(Path.of("routes/career-sites.camel.yaml"));
        Files.writeString(
                routes.resolve("career-sites.camel.yaml"),
                shipped.replace("id: career-sites-sync\n", "id: not-career-sites-sync\n"));

        CommandResult result = CommandResult.run(
                Map.of(),
                "rehearse",
                "--routes",
                routes.toString(),
                "--scenario",
                "career-sites",
                "--scenario",
                "edit");

        assertThat(result.exitCode()).isZero();
        assertThat(result.out())
                .containsPattern("not checked +career-sites .*\n +reason +There is no route career-sites-sync");
    }

    @Test
    void routesThatDoNotStartCannotBeRehearsed() throws IOException {
        Path routes = Files.createDirectory(directory.resolve("routes"));
        String shipped = Files.readString(Path.of("routes/jobs-feed.camel.yaml"));
        Files.writeString(
                routes.resolve("jobs-feed.camel.yaml"), shipped.replace("parametersCount: 18", "parametersCownt: 18"));

        CommandResult result =
                CommandResult.run(Map.of(), "rehearse", "--routes", routes.toString(), "--scenario", "backfill");

        assertThat(result.exitCode()).isEqualTo(2);
        assertThat(result.err())
                .startsWith("jobfeed: The routes do not start: route feed-store-page: ")
                .contains("parametersCownt");
    }

    @Test
    void invalidOptionIsReported() throws IOException {
        assertThat(CommandResult.run(Map.of(), "rehearse", "--scenario", "nothing")
                        .err())
                .startsWith("There is no scenario 'nothing'; it takes backfill, ");
        assertThat(CommandResult.run(
                                Map.of(),
                                "rehearse",
                                "--routes",
                                directory.resolve("no").toString())
                        .exitCode())
                .isEqualTo(2);
        assertThat(CommandResult.run(Map.of(), "rehearse", "--routes", directory.toString())
                        .err())
                .contains("which has no file *.camel.yaml");
    }

    private static Arguments edit(String name, String file, UnaryOperator<String> edit, String promise, String step) {
        return arguments(name, file, edit, promise, step);
    }

    private static UnaryOperator<String> replace(String... pairs) {
        return text -> {
            String edited = text;
            for (int i = 0; i < pairs.length; i += 2) {
                assertThat(edited).contains(pairs[i]);
                edited = edited.replace(pairs[i], pairs[i + 1]);
            }
            return edited;
        };
    }

    /** Removes the step with an id, and the steps in it. */
    private static UnaryOperator<String> without(String id) {
        return text -> text.replace(step(text, id), "");
    }

    /** Returns the lines of the step with an id. */
    private static String step(String text, String id) {
        List<String> lines = text.lines().toList();
        int at = 0;
        while (!lines.get(at).strip().equals("id: " + id)) {
            at++;
        }
        String indent = lines.get(at - 1).replaceFirst("- .*", "");
        List<String> step = new ArrayList<>(List.of(lines.get(at - 1)));
        while (at < lines.size() && lines.get(at).startsWith(indent + "  ")) {
            step.add(lines.get(at++));
        }
        return String.join("\n", step) + "\n";
    }

    /** Moves the checkpoint before the transaction of the rows. */
    private static String withCheckpointFirst(String text) {
        String transaction = step(text, "feed-store-page-transaction");
        String checkpoint = step(text, "feed-store-page-checkpoint");
        String rows = step(text, "feed-store-page-rows");
        String database = transaction
                .replace("- transacted:", "- policy:")
                .replace("feed-store-page-transaction", "feed-store-page-database")
                .replace("ref: jobfeedTransaction", "ref: jobfeedTenantDatabase");
        return text.replace(checkpoint, "")
                .replace(transaction, database)
                .replace(rows, rows + checkpoint + transaction);
    }
}
