package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.alert.Alert;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.schedule.Freshness;
import dev.jobfeed.schedule.SchedulePauses;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.sync.SyncAttempt;
import dev.jobfeed.tenant.Tenant;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reports the status of the sync for the command line, the API and the console's page. */
public final class StatusReport {

    private final Tenant tenant;
    private final JobfeedProperties settings;
    private final RunRepository runs;
    private final SchedulePauses schedules;
    private final JobCounts counts;
    private final Function<String, Optional<SyncAttempt>> activeAttempt;
    private final Clock clock;

    /**
     * Creates the report of a tenant.
     *
     * @param activeAttempt returns the attempt of this process on a stream
     */
    public StatusReport(
            Tenant tenant,
            SchedulePauses schedules,
            JobCounts counts,
            Function<String, Optional<SyncAttempt>> activeAttempt,
            Clock clock) {
        this.tenant = tenant;
        this.settings = tenant.settings();
        this.runs = tenant.runs();
        this.schedules = schedules;
        this.counts = counts;
        this.activeAttempt = activeAttempt;
        this.clock = clock;
    }

    /** Returns the jobs stream with its last runs, and the state of each stream. */
    public ObjectNode json(int lastRuns) {
        StreamState state = tenant.states().get("jobs");
        List<JobCounts.OfSource> sources = counts.now();
        ObjectNode json = JSON.createObjectNode();
        json.put("at", RunJson.text(now()));
        json.put("tenant", tenant.name());
        json.put("stream", state.stream());
        json.put("last_run_started_at", RunJson.text(state.lastRunStartedAt()));
        json.put("last_sweep_started_at", RunJson.text(state.lastSweepStartedAt()));
        json.put("open_run_id", state.openRunId());
        json.put("resync_requested_at", RunJson.text(state.resyncRequestedAt()));
        json.put("resync_needed_since", RunJson.text(state.resyncNeededSince()));
        json.put(
                "active", sources.stream().mapToLong(JobCounts.OfSource::active).sum());
        json.put(
                "expired",
                sources.stream().mapToLong(JobCounts.OfSource::expired).sum());
        json.put("quarantined", tenant.quarantine().openCount());
        json.put("pending_expiry", tenant.reconcile().pending());
        OutboxWriter.Lag lag = tenant.outbox().lag();
        json.put("changes_waiting", lag.waiting());
        json.put("changes_waiting_since", RunJson.text(lag.oldest()));
        json.put("credits_balance", state.creditsBalance());
        json.put("credits_balance_at", RunJson.text(state.creditsBalanceAt()));
        json.set("audit", lastAudit().map(AuditJson::of).orElse(null));
        ArrayNode streams = json.putArray("streams");
        for (ScheduledStream scheduled : ScheduledStream.values()) {
            streams.add(stream(scheduled));
        }
        ArrayNode open = json.putArray("alerts");
        alerts().forEach(alert -> open.addObject()
                .put("stream", alert.stream())
                .put("condition", alert.condition())
                .put("severity", AlertCondition.severity(alert.condition()).word())
                .put("message", alert.message())
                .put("remedy", alert.remedy())
                .put("since", RunJson.text(alert.raisedAt())));
        ArrayNode last = json.putArray("runs");
        runs.lastRuns("jobs", lastRuns).forEach(run -> last.add(RunJson.of(run)));
        return json;
    }

    /** Returns the row of {@code job_audit} of the last audit; empty before the first. */
    public Optional<Map<String, Object>> lastAudit() {
        return tenant.sql().statement("audit-last").query().listOfRows().stream()
                .findFirst();
    }

    /** Returns the open alerts. */
    public List<Alert> alerts() {
        return tenant.alerts().open();
    }

    /** Returns the freshness of a stream. */
    public Freshness freshness(ScheduledStream scheduled) {
        return Freshness.of(scheduled, tenant.states().get(scheduled.stream()), settings, now());
    }

    private ObjectNode stream(ScheduledStream scheduled) {
        // before the run is read: otherwise a run that ends in between would seem open without an attempt
        boolean isLeased = tenant.leases().isHeld(scheduled.stream());
        StreamState state = tenant.states().get(scheduled.stream());
        Freshness freshness = Freshness.of(scheduled, state, settings, now());
        ObjectNode json = JSON.createObjectNode();
        json.put("stream", scheduled.stream());
        json.put("state", freshness.state().name().toLowerCase(Locale.ROOT));
        json.put("fresh_as_of", RunJson.text(freshness.watermark()));
        json.put("age_seconds", seconds(freshness.age()));
        json.put("target_seconds", freshness.target().toSeconds());
        json.put("clock_difference_seconds", seconds(state.clockDifference()));
        json.put("schedule", scheduled.schedule(settings).orElse(null));
        json.put("next_run_at", RunJson.text(schedules.next(scheduled).orElse(null)));
        json.put(
                "paused_at",
                RunJson.text(schedules.pausedSince(scheduled.stream()).orElse(null)));
        json.put("at_work", isLeased);
        json.set(
                "last_run",
                runs.lastRuns(scheduled.stream(), 1).stream()
                        .findFirst()
                        .map(RunJson::of)
                        .orElse(null));
        if (state.openRunId() == null) {
            json.putNull("open_run");
        } else {
            json.set("open_run", openRun(runs.run(state.openRunId())));
        }
        return json;
    }

    /** Formats an open run with its progress; the speed is known only if this process runs the attempt. */
    private ObjectNode openRun(Run run) {
        RunProgress progress = activeAttempt
                .apply(run.stream())
                .filter(attempt -> attempt.run() != null && attempt.run().id() == run.id())
                .map(RunProgress::of)
                .orElseGet(() -> RunProgress.of(run));
        return JSON.createObjectNode()
                .put("id", run.id())
                .put("mode", run.mode().name().toLowerCase(Locale.ROOT))
                .put("phase", progress.phase())
                .put("run_started_at", RunJson.text(run.runStartedAt()))
                .put("attempts", run.attempts())
                .put("pages", run.pages())
                .put("received", run.counts().received())
                .put("estimated_total", run.estimatedTotal())
                .put("share", progress.share())
                .put("rows_per_second", progress.rowsPerSecond())
                .put("seconds_left", seconds(progress.left()))
                .put("credits_spent", run.creditsSpent())
                .put("last_error", run.lastError());
    }

    private OffsetDateTime now() {
        return OffsetDateTime.now(clock);
    }

    private static Long seconds(Duration duration) {
        return duration == null ? null : (Long) duration.toSeconds();
    }
}
