package dev.jobfeed.cli;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.Settings;
import dev.jobfeed.run.Run;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.run.SyncState;
import dev.jobfeed.store.Database;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What the database says of the sync. */
@Command(
        name = "status",
        description = "Shows how fresh the store is, the open run, the last runs and the counts.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final int LAST_RUNS = 5;

    @Mixin
    private SandboxPresets sandbox;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        Settings settings = Configuration.read(sandbox.presets()).settings();
        try (HikariDataSource dataSource = open(settings)) {
            Database database = Database.of(dataSource);
            RunStore runs = new RunStore(dataSource, database);
            SyncState state = runs.state("jobs");
            List<Run> last = runs.lastRuns("jobs", LAST_RUNS);
            Map<String, Object> counts = runs.jobCounts();
            System.out.println(json ? json(state, last, counts) : text(state, last, counts, settings));
        }
        return ExitCode.DONE.code();
    }

    /** Through the running process where one shares its H2 file; a note left by a dead one is passed over. */
    private static HikariDataSource open(Settings settings) throws Exception {
        String url = settings.text("jobfeed.datasource.url").orElse("");
        Optional<String> shared = SharedH2.find(url);
        if (shared.isPresent()) {
            try {
                return Runtime.pool(settings, shared.get());
            } catch (RuntimeException e) {
                LoggerFactory.getLogger(StatusCommand.class).debug("Nobody shares {} any more", url, e);
            }
        }
        HikariDataSource dataSource = Runtime.pool(settings);
        if (settings.migrate()) {
            Database.of(dataSource).migrate(dataSource, settings.schema());
        }
        return dataSource;
    }

    private static String json(SyncState state, List<Run> last, Map<String, Object> counts) {
        ObjectNode json = new ObjectMapper().createObjectNode();
        json.put("stream", state.stream());
        json.put("last_run_started_at", RunJson.text(state.lastRunStartedAt()));
        json.put("last_sweep_started_at", RunJson.text(state.lastSweepStartedAt()));
        json.put("open_run_id", state.openRunId());
        json.put("active", ((Number) counts.get("active")).longValue());
        json.put("expired", ((Number) counts.get("expired")).longValue());
        json.put("credits_balance", state.creditsBalance());
        json.put("credits_balance_at", RunJson.text(state.creditsBalanceAt()));
        ArrayNode runs = json.putArray("runs");
        last.forEach(run -> runs.add(RunJson.of(run)));
        return json.toString();
    }

    private static String text(SyncState state, List<Run> last, Map<String, Object> counts, Settings settings) {
        StringBuilder text = new StringBuilder();
        OffsetDateTime watermark = state.lastRunStartedAt();
        line(text, "fresh as of", watermark == null ? "never: no run has succeeded yet" : watermark + ", " + age(watermark) + " ago");
        line(text, "swept as of", state.lastSweepStartedAt() == null ? "never" : state.lastSweepStartedAt());
        line(text, "jobs", counts.get("active") + " active, " + counts.get("expired") + " expired");
        line(text, "asks for", settings.jobsWatermarkParameter().equals("posted_after")
                ? "new postings (posted_after); edits and returns of stored ones are not delivered"
                : "new, edited and returned postings (updated_after)");
        if (state.creditsBalance() != null) {
            line(text, "credits", state.creditsBalance() + " as of " + state.creditsBalanceAt());
        }
        last.forEach(run -> line(text, "run " + run.id(), describe(run)));
        return text.toString().stripTrailing();
    }

    private static String describe(Run run) {
        return run.mode().name().toLowerCase(java.util.Locale.ROOT) + " " + run.status() + ", started "
                + run.runStartedAt() + ", " + run.pages() + " pages, " + run.counts().received() + " received, "
                + run.counts().inserted() + " inserted, " + run.counts().updated() + " updated, "
                + run.counts().reactivated() + " reactivated, " + run.expired() + " expired"
                + (run.lastError() == null ? "" : "; last error: " + run.lastError());
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format("%-12s %s%n", name, value));
    }

    private static String age(OffsetDateTime since) {
        Duration age = Duration.between(since, OffsetDateTime.now(since.getOffset()));
        return age.toHours() > 0
                ? age.toHours() + " h " + age.toMinutesPart() + " min"
                : age.toMinutes() > 0 ? age.toMinutes() + " min " + age.toSecondsPart() + " s" : age.toSeconds() + " s";
    }
}
