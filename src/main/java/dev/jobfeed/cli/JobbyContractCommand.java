package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.config.ConfigurationException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Compares the published OpenAPI document with what the bundle uses. */
@Command(
        name = "contract",
        description =
                "Compares Jobby.dev's OpenAPI document with the operations, fields and values that the bundle uses,"
                        + " and with the kept document. Sends no token.",
        exitCodeList = {
            "  0:No problem, and no change of an operation in use that --accept has not confirmed.",
            "  1:A problem, or such a change.",
            "  2:Usage or configuration; or the kept document cannot be read or written.",
            "  4:The document of Jobby.dev cannot be fetched or read.",
            "130:Ended by Ctrl-C (SIGINT).",
            "143:Ended by SIGTERM."
        },
        footer = "  jobfeed jobby contract --accept")
final class JobbyContractCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Option(
            names = "--document",
            paramLabel = "FILE",
            description = "The kept document. Default: data/jobby-openapi.json, with --sandbox"
                    + " data/sandbox-jobby-openapi.json.")
    private Path file;

    @Option(names = "--accept", description = "Keep the current document: its changes are known.")
    private boolean accept;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Path kept = file != null
                ? file
                : Path.of(sandbox.isAsked() ? "data/sandbox-jobby-openapi.json" : "data/jobby-openapi.json");
        JobbyContractCheck contract = new JobbyContractCheck(
                RuntimeConfiguration.read(sandbox.presets()).settings());
        JsonNode document;
        try {
            document = contract.fetch();
        } catch (IOException e) {
            System.err.println("jobfeed: " + e.getMessage());
            return ExitCode.UNAVAILABLE.code();
        }
        JsonNode before = Files.exists(kept) ? read(kept) : document;
        List<JobbyContractCheck.Difference> problems = contract.problems(document);
        List<JobbyContractCheck.Difference> changes = contract.changes(before, document, true);
        List<JobbyContractCheck.Difference> other = contract.changes(before, document, false);
        List<JobbyContractCheck.Difference> unavailable = contract.unavailable(document);
        if (accept || changes.isEmpty()) {
            try {
                keep(kept, document);
            } catch (IOException e) {
                throw new ConfigurationException(
                        kept + " cannot be written: " + e.getMessage()
                                + ". Make its directory writable, or set --document.",
                        e);
            }
        }
        if (json) {
            ObjectNode result = JSON.createObjectNode();
            add(result.putArray("problems"), problems);
            add(result.putArray("changes"), changes);
            add(result.putArray("other_changes"), other);
            add(result.putArray("unavailable"), unavailable);
            System.out.println(result);
        } else {
            print("problem", problems);
            print("change", changes);
            print("other", other);
            print("unavailable", unavailable);
            if (problems.isEmpty() && changes.isEmpty()) {
                System.out.println(JobbyContractCheck.used() + " operations in use: no problem, no change");
            }
        }
        if (!changes.isEmpty() && !accept) {
            System.err.println("The changes are reported until jobfeed jobby contract --accept.");
        }
        return problems.isEmpty() && (accept || changes.isEmpty()) ? ExitCode.DONE.code() : ExitCode.FAILED.code();
    }

    private static JsonNode read(Path kept) {
        try {
            return JSON.readTree(Files.readString(kept));
        } catch (IOException e) {
            throw new ConfigurationException(
                    kept + " cannot be read: " + e.getMessage() + ". Delete it, or set --document.", e);
        }
    }

    /** Replaces the kept document at once, so that a crash leaves one of the two. */
    private static void keep(Path kept, JsonNode document) throws IOException {
        Path directory = kept.toAbsolutePath().getParent();
        Files.createDirectories(directory);
        Path written = Files.createTempFile(directory, kept.getFileName().toString(), ".tmp");
        Files.writeString(written, document.toPrettyString());
        Files.move(written, kept, StandardCopyOption.REPLACE_EXISTING, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void add(ArrayNode array, List<JobbyContractCheck.Difference> differences) {
        differences.forEach(
                one -> array.addObject().put("operation", one.operation()).put("message", one.toString()));
    }

    private static void print(String kind, List<JobbyContractCheck.Difference> differences) {
        differences.forEach(one -> System.out.println(kind + ": " + one));
    }
}
