package dev.jobfeed.cli;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** The local stand-in for the API. */
@Command(name = "sandbox", description = "Serves a local stand-in for the Jobo API.", mixinStandardHelpOptions = true)
final class SandboxCommand implements Callable<Integer> {

    @Option(names = "--port", defaultValue = "8787", description = "Port on 127.0.0.1 (${DEFAULT-VALUE}).")
    private int port;

    @Option(names = "--jobs", defaultValue = "5000", description = "Made-up jobs (${DEFAULT-VALUE}).")
    private int jobs;

    @Option(names = "--career-sites", defaultValue = "500", description = "Made-up career sites (${DEFAULT-VALUE}).")
    private int careerSites;

    @Option(names = "--jobs-file", paramLabel = "FILE", description = "Serve these jobs, JSON lines, instead.")
    private Path jobsFile;

    @Option(names = "--new-per-minute", defaultValue = "0", description = "New jobs a minute.")
    private double newPerMinute;

    @Option(names = "--updated-per-minute", defaultValue = "0", description = "Edited jobs a minute.")
    private double updatedPerMinute;

    @Option(names = "--expired-per-minute", defaultValue = "0", description = "Expiring jobs a minute; some return.")
    private double expiredPerMinute;

    @Override
    public Integer call() throws Exception {
        SandboxOptions options = SandboxOptions.builder()
                .port(port)
                .jobs(jobs)
                .careerSites(careerSites)
                .jobsFile(jobsFile)
                .newPerMinute(newPerMinute)
                .updatedPerMinute(updatedPerMinute)
                .expiredPerMinute(expiredPerMinute)
                .build();
        try (Sandbox sandbox = Sandbox.start(options)) {
            System.out.println("JOBO_BASE_URL=" + sandbox.baseUrl());
            System.out.println("JOBO_API_KEY=" + Sandbox.TEST_KEY);
            Thread.currentThread().join();
        }
        return ExitCode.DONE.code();
    }
}
