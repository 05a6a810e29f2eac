package dev.jobfeed.cli;

import dev.jobfeed.api.ServerClock;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.outbox.OutboxRelay;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.sync.ClockAlert;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Prints the status of the sync from the database. */
@Command(
        name = "status",
        description = "Shows the freshness of the store, the open run, recent runs and counts.",
        mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {

    private static final int LAST_RUNS = 5;

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Option(names = "--json", description = "Print JSON.")
    private boolean json;

    @Override
    public Integer call() throws Exception {
        try (OfflineTenant store = OfflineTenant.open(RuntimeConfiguration.read(sandbox.presets()), tenant)) {
            System.out.println(json ? store.console().status().json(LAST_RUNS) : text(store));
        }
        return ExitCode.DONE.code();
    }

    private static String text(OfflineTenant store) {
        StreamState state = store.tenant().states().get("jobs");
        JobRepository.Totals counts = store.tenant().jobs().totals();
        StringBuilder text = new StringBuilder();
        OffsetDateTime watermark = state.lastRunStartedAt();
        line(
                text,
                "fresh as of",
                watermark == null ? "never: no run has succeeded yet" : watermark + ", " + age(state));
        line(text, "swept as of", swept(store, state));
        line(text, "jobs", counts.active() + " active, " + counts.expired() + " expired");
        for (ScheduledStream flow : ScheduledStream.values()) {
            Duration difference = store.tenant().states().get(flow.stream()).clockDifference();
            if (difference != null && difference.abs().compareTo(ServerClock.TOLERATED) > 0) {
                line(text, "clock", ClockAlert.describe(difference) + " Seen by " + flow.stream() + ".");
            }
        }
        line(
                text,
                "asks for",
                store.tenant().settings().jobsWatermarkParameter().equals("posted_after")
                        ? "new postings (posted_after); edits and returns of stored ones are not delivered"
                        : "new, edited and returned postings (updated_after)");
        for (ScheduledStream flow : ScheduledStream.values()) {
            if (flow != ScheduledStream.JOBS) {
                line(text, "stream", flow.stream() + ": " + stream(store, flow));
            }
        }
        for (ScheduledStream flow : ScheduledStream.values()) {
            store.console()
                    .schedules()
                    .pausedSince(flow.stream())
                    .ifPresent(since -> line(
                            text,
                            "paused",
                            "the schedule of " + flow.stream() + ", since " + since
                                    + ": no attempt is started until it is resumed on the console"));
        }
        if (state.creditsBalance() != null) {
            line(
                    text,
                    "credits",
                    state.creditsBalance().stripTrailingZeros().toPlainString() + " as of " + state.creditsBalanceAt());
        }
        if (state.resyncRequestedAt() != null) {
            line(text, "asked for", "a resync, by the next attempt");
        }
        if (state.resyncNeededSince() != null && state.openRunId() == null) {
            line(text, "owed", "a resync, by the next attempt, since " + state.resyncNeededSince());
        }
        int quarantined = store.tenant().quarantine().open().size();
        if (quarantined > 0) {
            line(text, "quarantine", quarantined + " rows; review with jobfeed quarantine list");
        }
        long pending = store.tenant().reconcile().pending();
        if (pending > 0) {
            line(text, "held back", pending + " jobs; review with jobfeed reconcile jobs");
        }
        OutboxWriter.Lag lag = store.tenant().outbox().lag();
        if (lag.waiting() > 0) {
            line(text, "outbox", lag.waiting() + " pending changes, the oldest of " + lag.oldest());
        }
        Stream.concat(Stream.of(ScheduledStream.values()).map(ScheduledStream::stream), Stream.of(OutboxRelay.STREAM))
                .flatMap(stream -> store.tenant().alerts().open(stream).stream())
                .forEach(alert -> line(
                        text,
                        "alert",
                        alert.condition()
                                + (alert.stream().equals("jobs") ? "" : " (" + alert.stream() + ")") + " since "
                                + alert.raisedAt() + ": " + alert.message() + " "
                                + alert.remedy()));
        for (FeedDefinition source : FeedDefinition.values()) {
            store.tenant()
                    .runs()
                    .lastRuns(source.stream(), LAST_RUNS)
                    .forEach(run -> line(
                            text,
                            "run " + run.id(),
                            (source == FeedDefinition.JOBS ? "" : source.stream() + " ") + describe(run)));
        }
        return text.toString().stripTrailing();
    }

    private static String stream(OfflineTenant store, ScheduledStream flow) {
        StreamState state = store.tenant().states().get(flow.stream());
        return (state.lastRunStartedAt() == null
                        ? "no run has succeeded yet"
                        : "fresh as of " + state.lastRunStartedAt() + ", " + age(state))
                + (state.openRunId() == null ? "" : "; run " + state.openRunId() + " is open")
                + (flow.schedule(store.tenant().settings()).isEmpty() ? "; no schedule" : "");
    }

    /**
     * Describes the sweep's watermark. Its first value is the start of the first run, before which nothing was stored.
     */
    private static String swept(OfflineTenant store, StreamState state) {
        if (state.lastSweepStartedAt() == null) {
            return "never";
        }
        OffsetDateTime firstRun = state.openRunId() == null
                ? state.lastRunStartedAt()
                : store.tenant().runs().run(state.openRunId()).runStartedAt();
        return state.lastSweepStartedAt().equals(firstRun)
                ? "not yet; the next attempt asks what has expired since " + state.lastSweepStartedAt()
                : state.lastSweepStartedAt().toString();
    }

    private static String describe(Run run) {
        return run.mode().name().toLowerCase(Locale.ROOT) + " " + run.status() + ", started "
                + run.runStartedAt() + ", " + run.pages() + " pages, "
                + run.counts().received() + " received, "
                + run.counts().inserted() + " inserted, " + run.counts().updated() + " updated, "
                + run.counts().reactivated() + " reactivated, " + run.expired() + " expired"
                + (run.creditsSpent().signum() > 0
                        ? ", " + run.creditsSpent().stripTrailingZeros().toPlainString() + " credits"
                        : "")
                + (run.lastError() == null ? "" : "; last error: " + run.lastError());
    }

    private static void line(StringBuilder text, String name, Object value) {
        text.append(String.format(Locale.ROOT, "%-12s %s%n", name, value));
    }

    private static String age(StreamState state) {
        Duration age = Duration.between(state.lastRunStartedAt(), state.serverTime(OffsetDateTime.now(ZoneOffset.UTC)));
        if (age.plus(ServerClock.TOLERATED).isNegative()) {
            return "later than the server's clock; the next run ignores it";
        }
        return duration(age.isNegative() ? Duration.ZERO : age) + " ago";
    }

    private static String duration(Duration age) {
        return age.toHours() > 0
                ? age.toHours() + " h " + age.toMinutesPart() + " min"
                : age.toMinutes() > 0 ? age.toMinutes() + " min " + age.toSecondsPart() + " s" : age.toSeconds() + " s";
    }
}
