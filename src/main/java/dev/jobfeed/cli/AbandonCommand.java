package dev.jobfeed.cli;

import dev.jobfeed.run.Run;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The end of a run that is not to be finished. */
@Command(
        name = "abandon",
        description = "Closes the open run for good. What it stored stays; what it cost is gone.",
        mixinStandardHelpOptions = true)
final class AbandonCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(paramLabel = "STREAM", description = "${COMPLETION-CANDIDATES}")
    private JobsOnly target;

    @Override
    public Integer call() throws Exception {
        try (StoreAccess store = StoreAccess.open(Configuration.read(sandbox.presets()), tenant)) {
            Optional<Run> abandoned =
                    store.tenant().runs().abandon(target.name(), store.tenant().transaction());
            System.out.println(abandoned
                    .map(run -> target + ": run " + run.id() + " abandoned after " + run.pages() + " pages, "
                            + run.counts().received() + " rows and "
                            + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits")
                    .orElse(target + ": there is no open run"));
        }
        return ExitCode.DONE.code();
    }
}
