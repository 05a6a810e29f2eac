package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedSource;
import java.util.concurrent.Callable;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** One attempt now. */
@Command(
        name = "sync",
        description =
                "Does one attempt now and exits; finishes an open run first. With all, ends with the highest exit code.",
        mixinStandardHelpOptions = true)
final class SyncCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(
            paramLabel = "STREAM",
            converter = Streams.Converter.class,
            description = "jobs, career-sites, or all of them.")
    private Streams streams;

    @Option(names = "--max-pages", paramLabel = "N", description = "Stop after N committed pages; the run stays open.")
    private Integer maxPages;

    @Option(
            names = "--estimate",
            description =
                    "Say what one page and all of it may cost, and sync nothing. Asks for one row, which is charged"
                            + " like any other (career sites: 50 credits).")
    private boolean estimate;

    @Option(names = "--confirm-cost", description = "Agree to what the run costs.")
    private boolean confirmCost;

    @Option(names = "--json", description = "Print JSON: an object for each run, with the columns of sync_run.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (maxPages != null && maxPages < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--max-pages is " + maxPages + "; it takes a number from 1 up.");
        }
        try (Shutdown shutdown = new Shutdown()) {
            Configuration configuration = Configuration.read(sandbox.presets());
            Runtime runtime = shutdown.closes(
                    estimate ? Runtime.startBeside(configuration, tenant) : Runtime.start(configuration, tenant));
            ProducerTemplate template =
                    shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
            shutdown.closes(Progress.start(runtime.bundle().attempts()));
            Drain drain = Drain.start(
                    runtime.main().getCamelContext(), runtime.bundle().tenants().named(tenant.name()), template);
            int worst = ExitCode.DONE.code();
            for (FeedSource source : streams.sources()) {
                StreamSync sync = new StreamSync(tenant.name(), source, template, json);
                worst = Math.max(worst, estimate ? sync.estimate() : sync.run(maxPages, confirmCost));
            }
            drain.finish(shutdown);
            return worst;
        }
    }
}
