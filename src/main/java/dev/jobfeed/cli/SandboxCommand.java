package dev.jobfeed.cli;

import dev.jobfeed.config.Plurals;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.FaultScriptException;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.Jobby;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/** Serves the local sandbox. */
@Command(
        name = "sandbox",
        description = "Serves a local stand-in for the Jobo API and Jobby.dev. See docs/sandbox.md.",
        sortOptions = false,
        footer = {
            "  jobfeed sandbox --new-per-minute 30 --expired-per-minute 20",
            "  jobfeed sandbox --credits-per-job 1 --faults faults.json"
        })
final class SandboxCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Option(
            names = "--port",
            paramLabel = "PORT",
            defaultValue = "8787",
            description = "Port on 127.0.0.1; 0 selects a free port. Default: ${DEFAULT-VALUE}.")
    private int port;

    @Option(
            names = "--jobs",
            paramLabel = "N",
            defaultValue = "5000",
            description = "Number of generated jobs at the start. Default: ${DEFAULT-VALUE}.")
    private int jobs;

    @Option(
            names = "--jobs-file",
            paramLabel = "FILE",
            description = "Serve the jobs of this file, one JSON object per line. Default: generated jobs.")
    private Path jobsFile;

    @Option(
            names = "--data-file",
            paramLabel = "FILE",
            description = "Keep the changes of the jobs and career sites in this file, so that a restart with the same"
                    + " options serves the same data. Default: a restart begins with the generated data.")
    private Path dataFile;

    @Option(
            names = "--career-sites",
            paramLabel = "N",
            defaultValue = "500",
            description = "Number of generated career sites. Default: ${DEFAULT-VALUE}.")
    private int careerSites;

    @Option(
            names = "--description-bytes",
            paramLabel = "N",
            defaultValue = "6000",
            description =
                    "Approximate size of a generated job, in bytes of JSON, at most 100000. Default: ${DEFAULT-VALUE}.")
    private int descriptionBytes;

    @Option(
            names = "--seed",
            paramLabel = "N",
            defaultValue = "1",
            description = "Seed of the generated data; the same seed gives the same data. Default: ${DEFAULT-VALUE}.")
    private long seed;

    @Option(
            names = "--new-per-minute",
            paramLabel = "N",
            defaultValue = "0",
            description = "New jobs per minute. Default: ${DEFAULT-VALUE}.")
    private double newPerMinute;

    @Option(
            names = "--updated-per-minute",
            paramLabel = "N",
            defaultValue = "0",
            description = "Edited jobs per minute. Default: ${DEFAULT-VALUE}.")
    private double updatedPerMinute;

    @Option(
            names = "--expired-per-minute",
            paramLabel = "N",
            defaultValue = "0",
            description = "Expired jobs per minute; about a quarter of them return. Default: ${DEFAULT-VALUE}.")
    private double expiredPerMinute;

    @Option(
            names = "--credits-per-job",
            paramLabel = "CREDITS",
            description = "Price of a delivered job, in credits. Default: nothing is charged, as with a subscription.")
    private BigDecimal creditsPerJob;

    @Option(
            names = "--credits-balance",
            paramLabel = "CREDITS",
            defaultValue = "5000",
            description = "Credit balance at the start, if jobs have a price. Default: ${DEFAULT-VALUE}.")
    private BigDecimal creditsBalance;

    @Option(
            names = "--queue-moves-per-minute",
            paramLabel = "N",
            defaultValue = "6",
            description =
                    "How many times per minute the queues of Jobby.dev's events advance; the first in line is matched."
                            + " Default: ${DEFAULT-VALUE}.")
    private double queueMovesPerMinute;

    @Option(
            names = "--rate-limit",
            paramLabel = "N",
            defaultValue = "0",
            description =
                    "Limit of requests per minute for jobs feed and expired jobs together; more get 429. Default: no limit.")
    private int rateLimit;

    @Option(
            names = "--latency",
            paramLabel = "MS",
            defaultValue = "0",
            description = "Latency added to each response, in milliseconds. Default: ${DEFAULT-VALUE}.")
    private long latencyMillis;

    @Option(
            names = "--faults",
            paramLabel = "FILE",
            description = "Inject faults by the script in this file, a JSON list of rules. Default: none.")
    private Path faults;

    @Override
    public Integer call() throws Exception {
        try (Shutdown shutdown = new Shutdown()) {
            Sandbox sandbox = shutdown.closes(start());
            System.out.println("# " + served(sandbox));
            System.out.println("JOBO_BASE_URL=" + sandbox.baseUrl());
            System.out.println("JOBO_API_KEY=" + Sandbox.TEST_KEY);
            System.out.println("JOBBY_BASE_URL=" + sandbox.jobby().baseUrl());
            System.out.println("JOBBY_TOKEN=" + Jobby.TEST_TOKEN);
            Thread.currentThread().join();
        }
        return ExitCode.DONE.code();
    }

    private Sandbox start() throws IOException {
        try {
            return Sandbox.start(
                    options(),
                    JobbyOptions.builder()
                            .queueMovesPerMinute(queueMovesPerMinute)
                            .build());
        } catch (FaultScriptException e) {
            throw unusable(faults + ": " + e.getMessage());
        } catch (IllegalArgumentException e) {
            throw unusable(e.getMessage() + ".");
        } catch (NoSuchFileException e) {
            throw unusable("There is no file " + e.getFile() + ".");
        }
    }

    private SandboxOptions options() {
        return SandboxOptions.builder()
                .port(port)
                .jobs(jobs)
                .jobsFile(jobsFile)
                .dataFile(dataFile)
                .careerSites(careerSites)
                .descriptionBytes(descriptionBytes)
                .seed(seed)
                .newPerMinute(newPerMinute)
                .updatedPerMinute(updatedPerMinute)
                .expiredPerMinute(expiredPerMinute)
                .creditsPerJob(creditsPerJob)
                .creditsBalance(creditsBalance)
                .rateLimit(rateLimit)
                .latency(Duration.ofMillis(latencyMillis))
                .faults(faults == null ? List.of() : script())
                .build();
    }

    private List<FaultRule> script() {
        byte[] script;
        try {
            script = Files.readAllBytes(faults);
        } catch (IOException e) {
            throw unusable("The fault script " + faults + " cannot be read: " + e + ".");
        }
        return FaultRule.script(new String(script, StandardCharsets.UTF_8));
    }

    private ParameterException unusable(String message) {
        return new ParameterException(spec.commandLine(), message);
    }

    /** Describes the sandbox in a line that a shell reads as a comment, before the settings. */
    private String served(Sandbox sandbox) {
        StringBuilder line = new StringBuilder("Serving ")
                .append(Plurals.of(sandbox.data().activeCount(), jobsFile == null ? "generated job" : "job"))
                .append(jobsFile == null ? " and " : " of " + jobsFile + " and ")
                .append(Plurals.of(careerSites, "career site"));
        if (newPerMinute + updatedPerMinute + expiredPerMinute > 0) {
            line.append("; each minute ")
                    .append(plain(newPerMinute))
                    .append(" new, ")
                    .append(plain(updatedPerMinute))
                    .append(" edited, ")
                    .append(plain(expiredPerMinute))
                    .append(" expired");
        }
        if (creditsPerJob != null) {
            line.append("; ").append(creditsPerJob.toPlainString()).append(" credits per job, balance ");
            line.append(creditsBalance.toPlainString());
        }
        if (rateLimit > 0) {
            line.append("; at most ").append(Plurals.of(rateLimit, "request")).append(" per minute");
        }
        if (latencyMillis > 0) {
            line.append("; ").append(latencyMillis).append(" ms latency");
        }
        if (faults != null) {
            line.append("; faults of ").append(faults);
        }
        return line.append(". Ctrl-C stops it.").toString();
    }

    private static String plain(double number) {
        return BigDecimal.valueOf(number).stripTrailingZeros().toPlainString();
    }
}
