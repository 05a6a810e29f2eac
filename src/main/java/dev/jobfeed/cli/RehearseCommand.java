package dev.jobfeed.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.cli.rehearse.Rehearsal;
import dev.jobfeed.cli.rehearse.RehearsedRoutes;
import dev.jobfeed.cli.rehearse.Result;
import dev.jobfeed.cli.rehearse.Result.Verdict;
import dev.jobfeed.cli.rehearse.StepEdit;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.config.SharedObjectMapper;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Runs routes against the sandbox through every promise. */
@Command(
        name = "rehearse",
        description = "Runs the routes against a sandbox, with a temporary database, and checks that they keep each"
                + " promise. Uses no key, network or database of yours. See docs/rehearse.md.",
        exitCodeList = {
            "  0:Each promise is kept, or not checked.",
            "  1:A promise is broken.",
            "  2:Usage, or the routes do not start.",
            "130:Ended by Ctrl-C (SIGINT).",
            "143:Ended by SIGTERM."
        },
        footer = {"  jobfeed rehearse", "  jobfeed rehearse --routes routes --scenario crash --json"})
final class RehearseCommand implements Callable<Integer> {

    /** Suspects in the text; JSON has all of them. */
    private static final int MAX_SUSPECTS = 3;

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--routes",
            paramLabel = "DIR",
            description = "Directory of route files. Statements are read from the directory sql beside it. Default: the"
                    + " routes of this runtime.")
    private Path routes;

    @Option(
            names = "--scenario",
            paramLabel = "NAME",
            completionCandidates = Scenarios.class,
            description = "Rehearse only this promise; can be repeated. Default: all. Names: ${COMPLETION-CANDIDATES}.")
    private Set<String> scenarios = new LinkedHashSet<>();

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    /** The names of the promises. */
    static final class Scenarios extends ArrayList<String> {

        private static final long serialVersionUID = 1L;

        Scenarios() {
            super(Rehearsal.names());
        }
    }

    @Override
    public Integer call() throws Exception {
        scenarios.stream()
                .filter(name -> !Rehearsal.names().contains(name))
                .findFirst()
                .ifPresent(name -> {
                    throw new ParameterException(
                            spec.commandLine(),
                            "There is no scenario '" + name + "'; it takes " + String.join(", ", Rehearsal.names())
                                    + ".");
                });
        RehearsedRoutes rehearsed = routes(RuntimeConfiguration.read(Map.of()));
        long start = System.nanoTime();
        try (Shutdown shutdown = new Shutdown()) {
            Rehearsal rehearsal = shutdown.closes(new Rehearsal(rehearsed));
            List<Result> results = rehearsal.run(scenarios, json ? result -> {} : RehearseCommand::print);
            if (results.stream().allMatch(result -> result.verdict() == Verdict.NOT_CHECKED)) {
                throw new ConfigurationException("The routes have nothing to rehearse.");
            }
            long seconds = (System.nanoTime() - start) / 1_000_000_000;
            if (json) {
                System.out.println(json(results, seconds));
            } else {
                System.out.println(Plurals.of(results.size(), "promise") + ": " + count(results, Verdict.KEPT)
                        + " kept, " + count(results, Verdict.BROKEN) + " broken, "
                        + count(results, Verdict.NOT_CHECKED) + " not checked, in " + seconds + " s");
            }
            return (count(results, Verdict.BROKEN) > 0 ? ExitCode.FAILED : ExitCode.DONE).code();
        }
    }

    private RehearsedRoutes routes(RuntimeConfiguration configuration) throws IOException {
        Optional<Path> directory = routes == null ? configuration.routes() : Optional.of(routes.toAbsolutePath());
        if (routes != null && !Files.isDirectory(routes)) {
            throw new ParameterException(spec.commandLine(), "--routes is " + routes + ", which is not a directory.");
        }
        List<RouteFile> files = RouteFile.of(directory);
        if (routes != null && files.stream().allMatch(file -> file.path() == null)) {
            throw new ParameterException(
                    spec.commandLine(), "--routes is " + routes + ", which has no file *.camel.yaml.");
        }
        List<RehearsedRoutes.File> texts = new ArrayList<>();
        for (RouteFile file : files) {
            texts.add(new RehearsedRoutes.File(
                    file.name(), file.location(), file.shipped().orElse(""), file.text()));
        }
        return RehearsedRoutes.of(
                texts, directory.map(path -> path.resolveSibling("sql")).orElse(null), configuration.others());
    }

    private static long count(List<Result> results, Verdict verdict) {
        return results.stream().filter(result -> result.verdict() == verdict).count();
    }

    private static void print(Result result) {
        System.out.printf(Locale.ROOT, "%-11s  %-15s  %s%n", result.verdict().words(), result.name(), result.promise());
        line("expected", result.expected());
        line(result.verdict() == Verdict.BROKEN ? "happened" : "reason", result.happened());
        List<StepEdit> suspects = result.suspects();
        suspects.stream().limit(MAX_SUSPECTS).forEach(suspect -> line("suspect", suspect.text()));
        if (suspects.size() > MAX_SUSPECTS) {
            line("", "and " + Plurals.of(suspects.size() - MAX_SUSPECTS, "other edit"));
        }
        if (result.verdict() == Verdict.BROKEN && suspects.isEmpty()) {
            line("suspect", "none: the steps and statements are as shipped");
        }
    }

    private static void line(String name, String text) {
        if (text != null) {
            System.out.printf(Locale.ROOT, "%-11s  %-15s  %s%n", "", name, text);
        }
    }

    private static ObjectNode json(List<Result> results, long seconds) {
        ObjectNode all = SharedObjectMapper.JSON.createObjectNode();
        ArrayNode promises = all.putArray("promises");
        for (Result result : results) {
            ObjectNode promise = promises.addObject()
                    .put("name", result.name())
                    .put("promise", result.promise())
                    .put("verdict", result.verdict().words())
                    .put("expected", result.expected())
                    .put("happened", result.happened())
                    .put("millis", result.millis());
            ArrayNode suspects = promise.putArray("suspects");
            result.suspects().forEach(suspect -> suspects.addObject()
                    .put("step", suspect.step())
                    .put("file", suspect.file())
                    .put("change", suspect.change()));
        }
        return all.put("kept", count(results, Verdict.KEPT))
                .put("broken", count(results, Verdict.BROKEN))
                .put("not_checked", count(results, Verdict.NOT_CHECKED))
                .put("seconds", seconds);
    }
}
