package dev.jobfeed.cli;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.audit.AuditText;
import dev.jobfeed.config.Plurals;
import dev.jobfeed.console.SqlRowJson;
import dev.jobfeed.console.StatusReport;
import dev.jobfeed.console.TenantConsole;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.sync.ClockAlert;
import dev.jobfeed.tenant.Tenant;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the status of the sync from the database. */
@Command(
        name = "status",
        description = "Shows each stream with its freshness and last runs, the credit balance and the open alerts."
                + " Times are local; --json has them exactly.",
        exitCodeList = {
            "  0:Done. With --check: all scheduled streams are fresh, and no alert is open.",
            "  1:Failed. With --check: an alert is open.",
            "  2:Usage or configuration. With --check: a stream is older than its target, or has no successful run yet.",
            "  3:With --check: the status is unknown, because there is no database or it cannot be read."
        },
        footer = {"  jobfeed status", "  jobfeed status --check", "  jobfeed status --json | jq .streams"})
final class StatusCommand implements Callable<Integer> {

    private static final int LAST_RUNS = 5;

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Option(names = "--json", description = "Print JSON. Default: text.")
    private boolean json;

    @Option(
            names = "--check",
            description =
                    "Print the result in one line, and exit with 0, 1, 2 or 3 for OK, WARNING, CRITICAL or UNKNOWN,"
                            + " as monitoring plugins do.")
    private boolean check;

    @Override
    public Integer call() throws Exception {
        try (OfflineTenant store = OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant)) {
            TenantConsole console = store.console();
            StatusCheck result = check ? StatusCheck.of(console.status()) : null;
            if (json) {
                System.out.println(console.status().json(LAST_RUNS));
            } else {
                System.out.print(check ? result + System.lineSeparator() : text(store.tenant(), console));
            }
            return check ? result.exitCode() : ExitCode.DONE.code();
        } catch (Exception e) {
            if (!check) {
                throw e;
            }
            System.out.println("UNKNOWN: " + JobfeedCli.describe(e));
            return StatusCheck.UNKNOWN;
        }
    }

    private static String text(Tenant tenant, TenantConsole console) {
        StatusReport report = console.status();
        StringBuilder text = new StringBuilder();
        for (ScheduledStream stream : ScheduledStream.values()) {
            StreamState state = tenant.states().get(stream.stream());
            line(text, stream.stream(), StatusCheck.describe(report.freshness(stream)));
            if (stream == ScheduledStream.JOBS) {
                JobRepository.Totals counts = tenant.jobs().totals();
                line(text, "  stored", counts.active() + " active, " + counts.expired() + " expired");
                line(text, "  expiry sweep", sweep(tenant, state));
                line(
                        text,
                        "  delivers",
                        tenant.settings().jobsWatermarkParameter().equals("posted_after")
                                ? "new jobs (posted_after); not edits or returns of stored jobs"
                                : "new, edited and returned jobs (updated_after)");
            }
            console.schedules()
                    .pausedSince(stream.stream())
                    .ifPresentOrElse(
                            since -> line(
                                    text,
                                    "  paused",
                                    "since " + Times.local(since)
                                            + "; no attempt starts until it is resumed on the console"),
                            () -> console.schedules()
                                    .next(stream)
                                    .ifPresent(next -> line(text, "  next run", Times.local(next))));
            resync(text, state);
            Duration difference = state.clockDifference();
            if (difference != null && difference.abs().compareTo(ServerClock.TOLERATED) > 0) {
                line(text, "  clock", ClockAlert.describe(difference));
            }
            tenant.runs()
                    .lastRuns(stream.stream(), LAST_RUNS)
                    .forEach(run -> line(text, "  run " + run.id(), describe(run)));
        }
        StreamState jobs = tenant.states().get("jobs");
        if (jobs.creditsBalance() != null) {
            line(
                    text,
                    "credits",
                    jobs.creditsBalance().stripTrailingZeros().toPlainString() + " at "
                            + Times.local(jobs.creditsBalanceAt()));
        }
        report.lastAudit()
                .ifPresent(audit -> line(
                        text,
                        "audit",
                        AuditText.estimate(audit) + " Finished "
                                + Times.local(SqlRowJson.time(audit.get("finished_at")))));
        long quarantined = tenant.quarantine().openCount();
        if (quarantined > 0) {
            line(text, "quarantine", Plurals.of(quarantined, "row") + "; review with jobfeed quarantine list");
        }
        long pending = tenant.reconcile().pending();
        if (pending > 0) {
            line(text, "pending expiry", Plurals.of(pending, "job") + "; review with jobfeed reconcile jobs");
        }
        OutboxWriter.Lag lag = tenant.outbox().lag();
        if (lag.waiting() > 0) {
            line(
                    text,
                    "outbox",
                    Plurals.of(lag.waiting(), "pending change") + ", the oldest of " + Times.local(lag.oldest()));
        }
        report.alerts()
                .forEach(alert -> line(
                        text,
                        "alert",
                        alert.condition() + " (" + alert.stream() + ") since " + Times.local(alert.raisedAt()) + ": "
                                + alert.message() + (alert.remedy() == null ? "" : " " + alert.remedy())));
        if (report.alerts().isEmpty()) {
            line(text, "alerts", "none");
        }
        return text.toString();
    }

    private static void resync(StringBuilder text, StreamState state) {
        if (state.resyncRequestedAt() != null) {
            line(
                    text,
                    "  resync",
                    "requested at " + Times.local(state.resyncRequestedAt()) + "; the next attempt performs it");
        } else if (state.resyncNeededSince() != null && state.openRunId() == null) {
            line(
                    text,
                    "  resync",
                    "required since " + Times.local(state.resyncNeededSince())
                            + ", because the last expiry sweep was too long ago; the next attempt performs it");
        }
    }

    /**
     * Describes the sweep's watermark. Its first value is the start of the first run, before which nothing was stored.
     */
    private static String sweep(Tenant tenant, StreamState state) {
        if (state.lastSweepStartedAt() == null) {
            return "none yet";
        }
        OffsetDateTime firstRun = state.openRunId() == null
                ? state.lastRunStartedAt()
                : tenant.runs().run(state.openRunId()).runStartedAt();
        String watermark = Times.local(state.lastSweepStartedAt());
        return state.lastSweepStartedAt().equals(firstRun)
                ? "none yet; the next attempt requests the expiries since " + watermark
                : "complete up to " + watermark;
    }

    private static String describe(Run run) {
        return run.mode().name().toLowerCase(Locale.ROOT) + " " + run.status() + ", started "
                + Times.local(run.runStartedAt()) + ": " + Plurals.of(run.pages(), "page") + ", "
                + run.counts().received() + " received, "
                + run.counts().inserted() + " inserted, " + run.counts().updated() + " updated, "
                + run.counts().reactivated() + " reactivated, " + run.expired() + " expired"
                + (run.creditsSpent().signum() > 0
                        ? ", " + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits"
                        : "")
                + (run.lastError() == null ? "" : "; last error: " + run.lastError());
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "%-18s %s%n", name, value));
    }
}
