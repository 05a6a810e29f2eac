package dev.jobfeed.cli;

import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.jobby.WebhookEvents;
import dev.jobfeed.quarantine.QuarantineService;
import java.time.Clock;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Lists, shows and retries quarantined rows. */
@Command(
        name = "quarantine",
        description = "Manages the quarantine: received rows that could not be stored.",
        footer = {"  jobfeed quarantine list"},
        subcommands = {QuarantineCommand.ListOpen.class, QuarantineCommand.Show.class, QuarantineCommand.Retry.class})
final class QuarantineCommand {

    private QuarantineCommand() {}

    private static OfflineTenant open(SandboxPresets sandbox, TenantOption tenant) throws Exception {
        return OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant);
    }

    private static QuarantineService.Entry find(OfflineTenant store, long id) {
        return store.tenant()
                .quarantine()
                .find(id)
                .orElseThrow(() -> new ConfigurationException(
                        "There is no row " + id + " in quarantine; jobfeed quarantine list shows those there are."));
    }

    @Command(name = "list", description = "Lists the open entries.", footer = "  jobfeed quarantine list")
    static final class ListOpen implements Callable<Integer> {

        @Mixin
        private SandboxPresets sandbox;

        @Mixin
        private TenantOption tenant;

        @Override
        public Integer call() throws Exception {
            try (OfflineTenant store = open(sandbox, tenant)) {
                List<QuarantineService.Entry> entries =
                        store.tenant().quarantine().open();
                if (entries.isEmpty()) {
                    System.out.println("quarantine is empty");
                }
                entries.forEach(
                        entry -> System.out.println(entry.id() + "  " + Times.local(entry.quarantinedAt()) + "  "
                                + (entry.runId() == null ? "no run" : "run " + entry.runId()) + "  "
                                + (entry.jobId() == null ? "no id" : entry.jobId()) + "  "
                                + entry.reason()));
            }
            return ExitCode.DONE.code();
        }
    }

    @Command(
            name = "show",
            description = "Prints the JSON of an entry, as received.",
            footer = "  jobfeed quarantine show 4 | jq .")
    static final class Show implements Callable<Integer> {

        @Mixin
        private SandboxPresets sandbox;

        @Mixin
        private TenantOption tenant;

        @Parameters(paramLabel = "ID", description = "Number of the entry in the list.")
        private long id;

        @Override
        public Integer call() throws Exception {
            try (OfflineTenant store = open(sandbox, tenant)) {
                QuarantineService.Entry entry = find(store, id);
                System.err.println("reason: " + entry.reason());
                System.out.println(entry.payload());
            }
            return ExitCode.DONE.code();
        }
    }

    @Command(
            name = "retry",
            description = "Retries one entry or all, for example after an update of the bundle.",
            footer = {"  jobfeed quarantine retry 4", "  jobfeed quarantine retry --all"})
    static final class Retry implements Callable<Integer> {

        @Mixin
        private SandboxPresets sandbox;

        @Mixin
        private TenantOption tenant;

        @Parameters(paramLabel = "ID", arity = "0..1", description = "Number of the entry in the list.")
        private Long id;

        @Option(names = "--all", description = "Retry all open entries.")
        private boolean all;

        @Override
        public Integer call() throws Exception {
            if ((id == null) != all) {
                throw new ConfigurationException("Give the number of an entry, or --all.");
            }
            int rejected = 0;
            try (OfflineTenant store = open(sandbox, tenant)) {
                List<QuarantineService.Entry> entries =
                        all ? store.tenant().quarantine().open() : List.of(find(store, id));
                new WebhookEvents(store.tenant(), Clock.systemUTC());
                for (QuarantineService.Entry entry : entries) {
                    Optional<String> reason = store.tenant().quarantine().retry(entry);
                    System.out.println(entry.id() + "  "
                            + reason.map(r -> "still bad: " + r).orElse("stored"));
                    rejected += reason.isPresent() ? 1 : 0;
                }
            }
            return rejected == 0 ? ExitCode.DONE.code() : ExitCode.FAILED.code();
        }
    }
}
