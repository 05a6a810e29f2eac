package dev.jobfeed.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.console.SqlRowJson;
import dev.jobfeed.expiry.PendingExpiryService;
import dev.jobfeed.persistence.SqlClient;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Counts, lists or executes pending expiries. */
@Command(
        name = "reconcile",
        description =
                "Shows the number of pending expiries: active jobs that a resync did not deliver or a sweep could not decide.",
        footer = {
            "  jobfeed reconcile jobs",
            "  jobfeed reconcile jobs --json | jq -r .title",
            "  jobfeed reconcile jobs --accept"
        })
final class ReconcileCommand implements Callable<Integer> {

    private static final int PAGE = 1_000;

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Parameters(paramLabel = "STREAM", description = "${COMPLETION-CANDIDATES}.")
    private ReconcilableStream target;

    @ArgGroup
    private Action action = new Action();

    /** What is done instead of showing the number of jobs. */
    private static final class Action {

        @Option(names = "--json", description = "Print each of these jobs as a line of JSON. Default: their number.")
        private boolean json;

        @Option(names = "--accept", description = "Expire these jobs. No request is sent. Default: nothing expires.")
        private boolean accept;
    }

    @Override
    public Integer call() throws Exception {
        try (OfflineTenant store = OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant)) {
            if (action.json) {
                list(store.tenant().sql());
                return ExitCode.DONE.code();
            }
            if (!action.accept) {
                System.out.println(target + ": "
                        + Plurals.of(store.tenant().reconcile().pending(), "job") + " with a pending expiry");
                return ExitCode.DONE.code();
            }
            OffsetDateTime now = OffsetDateTime.now(ZoneOffset.UTC).truncatedTo(ChronoUnit.MICROS);
            System.out.println(
                    target + ": " + Plurals.of(PendingExpiryService.accept(store.tenant(), now), "job") + " expired");
        }
        return ExitCode.DONE.code();
    }

    private static void list(SqlClient sql) throws JsonProcessingException {
        ObjectMapper json = SqlRowJson.mapper();
        UUID last = new UUID(0, 0);
        List<Map<String, Object>> page;
        do {
            page = sql.statement("pending-expiry-page")
                    .param("cursor", last)
                    .param("limit", PAGE)
                    .query()
                    .listOfRows();
            for (Map<String, Object> job : page) {
                System.out.println(json.writeValueAsString(job));
                last = (UUID) job.get("id");
            }
        } while (page.size() == PAGE);
    }
}
