package dev.jobfeed.cli;

import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Run;
import java.util.concurrent.Callable;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** One attempt now. */
@Command(
        name = "sync",
        description = "Does one attempt now and exits; finishes an open run first.",
        mixinStandardHelpOptions = true)
final class SyncCommand implements Callable<Integer> {

    /** What can be synced. */
    enum Target {
        jobs
    }

    @Mixin
    private SandboxPresets sandbox;

    @Parameters(paramLabel = "STREAM", description = "${COMPLETION-CANDIDATES}")
    private Target target;

    @Option(names = "--max-pages", paramLabel = "N", description = "Stop after N committed pages; the run stays open.")
    private Integer maxPages;

    @Option(names = "--json", description = "Print the run's row of sync_run as JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (Runtime runtime = Runtime.start(Configuration.read(sandbox.presets()), false);
                ProducerTemplate template = runtime.main().getCamelContext().createProducerTemplate()) {
            Attempt first = attempt(template, maxPages);
            boolean resumed = first.run().attempts() > 1 && first.run().status().equals("succeeded");
            boolean allowed = maxPages == null || first.pages() < maxPages;
            Attempt last = resumed && allowed
                    ? attempt(template, maxPages == null ? null : maxPages - (int) first.pages())
                    : first;
            System.out.println(json ? RunJson.of(last.run()).toString() : summary(last.run()));
            return ExitCode.DONE.code();
        }
    }

    private static Attempt attempt(ProducerTemplate template, Integer maxPages) throws Exception {
        Exchange exchange =
                template.send("direct:jobs-sync", e -> e.setVariable("jobfeedMaxPages", maxPages));
        if (exchange.getException() != null) {
            throw exchange.getException();
        }
        return exchange.getVariable("jobfeedAttempt", Attempt.class);
    }

    private static String summary(Run run) {
        return "jobs: run " + run.id() + " " + run.status() + ": " + run.counts().received() + " received, "
                + run.counts().inserted() + " inserted, " + run.counts().updated() + " updated, "
                + run.counts().unchanged() + " unchanged, " + run.expired() + " expired"
                + (run.status().equals("succeeded") ? "; fresh as of " + run.runStartedAt() : "");
    }
}
