package dev.jobfeed.cli;

import dev.jobfeed.config.Plurals;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sync.SyncCoordinator;
import java.time.OffsetDateTime;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** Closes an open run permanently. */
@Command(
        name = "abandon",
        description = "Closes the open run permanently. Stored rows are kept. Credits are not refunded."
                + " A resync that is required because the last expiry sweep was too long ago remains required.",
        footer = {"  jobfeed abandon jobs"})
final class AbandonCommand implements Callable<Integer> {

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

    @Override
    public Integer call() throws Exception {
        try (OfflineTenant store = OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant)) {
            Optional<Run> abandoned = SyncCoordinator.abandon(store.tenant(), source.stream());
            OffsetDateTime resyncNeededSince =
                    store.tenant().states().get(source.stream()).resyncNeededSince();
            System.out.println(abandoned
                            .map(run -> source.property() + ": run " + run.id() + " abandoned after "
                                    + Plurals.of(run.pages(), "page") + ", "
                                    + Plurals.of(run.counts().received(), "row") + " and "
                                    + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits")
                            .orElse(source.property() + ": there is no open run")
                    + (resyncNeededSince == null
                            ? ""
                            : "; the next attempt is a resync, required since " + Times.local(resyncNeededSince)
                                    + " because the last expiry sweep was too long ago"));
        }
        return ExitCode.DONE.code();
    }
}
