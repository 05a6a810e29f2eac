package dev.jobfeed.cli;

import dev.jobfeed.config.Quantity;
import dev.jobfeed.expiry.PendingExpiryService;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Shows or executes pending expiries. */
@Command(
        name = "reconcile",
        description =
                "Shows the number of pending expiries: active jobs that a resync did not deliver or a sweep could not decide.",
        footer = {"  jobfeed reconcile jobs", "  jobfeed reconcile jobs --accept"})
final class ReconcileCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(paramLabel = "STREAM", description = "${COMPLETION-CANDIDATES}.")
    private ReconcilableStream target;

    @Option(names = "--accept", description = "Expire these jobs. No request is sent. Default: show their number only.")
    private boolean accept;

    @Override
    public Integer call() throws Exception {
        try (OfflineTenant store = OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant)) {
            if (!accept) {
                System.out.println(target + ": "
                        + Quantity.of(store.tenant().reconcile().pending(), "job") + " with a pending expiry");
                return ExitCode.DONE.code();
            }
            OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
            System.out.println(
                    target + ": " + Quantity.of(PendingExpiryService.accept(store.tenant(), now), "job") + " expired");
        }
        return ExitCode.DONE.code();
    }
}
