package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.tenant.Tenant;
import java.util.concurrent.Callable;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** Makes one attempt now. */
@Command(
        name = "sync",
        description =
                "Performs one attempt and exits; an open run is resumed first. With all, returns the highest exit code.",
        footer = {"  jobfeed sync jobs --estimate", "  jobfeed sync jobs --max-pages 3", "  jobfeed sync all --json"})
final class SyncCommand implements Callable<Integer> {

    @Spec
    private CommandSpec spec;

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(
            paramLabel = "STREAM",
            converter = StreamArgument.Converter.class,
            completionCandidates = StreamArgument.Names.class,
            description = "jobs, career-sites or all.")
    private StreamArgument streams;

    @Option(
            names = "--max-pages",
            paramLabel = "N",
            description = "Stop after N committed pages; the run stays open. Default: no limit.")
    private Integer maxPages;

    @Option(
            names = "--estimate",
            description =
                    "Estimate the cost of one page and of the run, without a sync. Requests one row, which is charged"
                            + " as usual (career sites: 50 credits).")
    private boolean estimate;

    @Option(
            names = "--confirm-cost",
            description =
                    "Confirm the cost of the run. If the stream is busy, this applies to the next attempt (exit code 3).")
    private boolean confirmCost;

    @Option(
            names = "--json",
            description =
                    "Print JSON: an object for each run, with the columns of sync_run. Default: one line of text.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        if (maxPages != null && maxPages < 1) {
            throw new ParameterException(
                    spec.commandLine(), "--max-pages is " + maxPages + "; it takes a number from 1 up.");
        }
        RuntimeConfiguration configuration = RuntimeConfiguration.read(sandbox.presets());
        try (Shutdown shutdown = new Shutdown()) {
            JobfeedRuntime runtime = shutdown.closes(
                    estimate
                            ? JobfeedRuntime.startReading(configuration, tenant)
                            : JobfeedRuntime.start(configuration, tenant));
            ProducerTemplate template =
                    shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
            shutdown.closes(ProgressPrinter.start(runtime.attempts()));
            Tenant target = runtime.bundle().tenants().get(tenant.name());
            OutboxDrainer drain = OutboxDrainer.start(runtime.main().getCamelContext(), target, template);
            int worst = ExitCode.DONE.code();
            for (FeedDefinition source : streams.sources()) {
                StreamSync sync = new StreamSync(tenant.name(), source, template, json);
                int code = estimate ? sync.estimate() : sync.run(maxPages, confirmCost);
                if (code == ExitCode.BUSY.code() && confirmCost && !estimate) {
                    confirmCost(target, source);
                }
                worst = Math.max(worst, code);
            }
            drain.finish(shutdown);
            return worst;
        } catch (Exception e) {
            if (ExitCode.of(e) != ExitCode.BUSY || !confirmCost || estimate) {
                throw e;
            }
            System.err.println("jobfeed: " + ProblemTranslator.describe(e));
            try (OfflineTenant store = OfflineTenant.open(configuration, tenant)) {
                streams.sources().forEach(source -> confirmCost(store.tenant(), source));
            }
            return ExitCode.BUSY.code();
        }
    }

    /** Stores the cost confirmation for the process that owns the stream's lease. */
    private static void confirmCost(Tenant tenant, FeedDefinition source) {
        boolean isOpen = tenant.runs().confirmOpenRun(source.stream(), tenant.transaction());
        System.err.println("jobfeed: "
                + (isOpen
                        ? "The cost confirmation for " + source.property()
                                + " is stored; the next attempt of any process continues the run."
                        : "There is no open run on " + source.property() + " to confirm the cost of."));
    }
}
