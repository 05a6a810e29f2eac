package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.problem.ProblemTranslator;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import org.apache.camel.ProducerTemplate;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Reads the whole feed again. */
@Command(
        name = "resync",
        description = "Reads the whole feed from the start and expires the jobs that it does not deliver; career sites"
                + " never expire. Charged like a backfill."
                + " If the stream is busy, the next attempt performs it (exit code 3).",
        footer = {"  jobfeed resync jobs"})
final class ResyncCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(
            paramLabel = "STREAM",
            converter = StreamArgument.One.class,
            completionCandidates = StreamArgument.OneName.class,
            description = "jobs or career-sites.")
    private FeedDefinition source;

    @Option(
            names = "--json",
            description =
                    "Print JSON: an object for each run, with the columns of sync_run. Default: one line of text.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        RuntimeConfiguration configuration = RuntimeConfiguration.read(sandbox.presets());
        try (OfflineTenant store = OfflineTenant.create(tenant.name(), tenant.settings(configuration))) {
            boolean requested = store.tenant()
                    .states()
                    .requestResync(
                            source.stream(), OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS));
            if (!requested) {
                System.err.println("jobfeed: A resync is already running on " + source.property() + ".");
                return ExitCode.BUSY.code();
            }
        }
        try (Shutdown shutdown = new Shutdown()) {
            JobfeedRuntime runtime = shutdown.closes(JobfeedRuntime.start(configuration, tenant));
            ProducerTemplate template =
                    shutdown.closes(runtime.main().getCamelContext().createProducerTemplate());
            shutdown.closes(ProgressPrinter.start(runtime.attempts()));
            int code = new StreamSync(tenant.name(), source, template, json).run(null, false);
            return code == ExitCode.BUSY.code() ? stored() : code;
        } catch (Exception e) {
            if (ExitCode.of(e) != ExitCode.BUSY) {
                throw e;
            }
            // without the remedy, because nothing is left to do
            System.err.println("jobfeed: " + ProblemTranslator.of(e, 0).message());
            return stored();
        }
    }

    private static int stored() {
        System.err.println("jobfeed: The resync request is stored; the next attempt of any process performs it.");
        return ExitCode.BUSY.code();
    }
}
