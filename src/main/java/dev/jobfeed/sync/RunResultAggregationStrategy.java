package dev.jobfeed.sync;

import dev.jobfeed.lease.LeaseLostException;
import dev.jobfeed.persistence.Run;
import java.time.OffsetDateTime;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/**
 * Returns an attempt's result to the caller of a {@code direct:*-sync} endpoint: bean {@code jobfeedRunResult}. The
 * body becomes the run as a map with the columns of {@code sync_run}, also if the attempt failed after the run was
 * opened. The caller's headers, variables and properties are kept.
 */
public final class RunResultAggregationStrategy implements AggregationStrategy {

    /**
     * Sets the caller's body and exception.
     *
     * <p>An attempt that lost its lease has no result and fails with {@link LeaseLostException}.
     */
    @Override
    public Exchange aggregate(Exchange caller, Exchange call) {
        SyncAttempt attempt = call.getVariable("jobfeedAttempt", SyncAttempt.class);
        if (attempt != null && attempt.lease().isLost()) {
            caller.setException(LeaseLostException.of(attempt.stream()));
            return caller;
        }
        caller.setException(call.getException());
        if (attempt != null && attempt.run() != null) {
            caller.getMessage().setBody(of(attempt));
        }
        return caller;
    }

    /**
     * Maps the run, and of the attempt {@code tenant} (empty for the default tenant), {@code attempt_pages} (pages that
     * it committed), {@code stopped} (whether it was asked to stop) and {@code fresh_as_of} (start of a succeeded run,
     * else null).
     */
    private static Map<String, Object> of(SyncAttempt attempt) {
        Run run = attempt.run();
        Map<String, Object> result = columns(run);
        result.put("tenant", attempt.tenant().name());
        result.put("attempt_pages", attempt.progress().pages());
        result.put("stopped", attempt.isStopping());
        result.put("fresh_as_of", run.status().equals("succeeded") ? text(run.runStartedAt()) : null);
        return result;
    }

    /** Maps a run by the columns of {@code sync_run}; times are ISO 8601 text. */
    public static Map<String, Object> columns(Run run) {
        Map<String, Object> columns = new LinkedHashMap<>();
        columns.put("id", run.id());
        columns.put("stream", run.stream());
        columns.put("mode", run.mode().name().toLowerCase(Locale.ROOT));
        columns.put("phase", run.phase().name().toLowerCase(Locale.ROOT));
        columns.put("status", run.status());
        columns.put("run_started_at", text(run.runStartedAt()));
        columns.put("window_from", text(run.windowFrom()));
        columns.put("filters_fingerprint", run.filtersFingerprint());
        columns.put("next_cursor", run.nextCursor());
        columns.put("estimated_total", run.estimatedTotal());
        columns.put("attempts", run.attempts());
        columns.put("cursor_resets", run.cursorResets());
        columns.put("pages", run.pages());
        columns.put("received", run.counts().received());
        columns.put("inserted", run.counts().inserted());
        columns.put("updated", run.counts().updated());
        columns.put("unchanged", run.counts().unchanged());
        columns.put("reactivated", run.counts().reactivated());
        columns.put("duplicates", run.counts().duplicates());
        columns.put("quarantined", run.counts().quarantined());
        columns.put("expired", run.expired());
        columns.put("requests", run.requests());
        columns.put("retries", run.retries());
        columns.put("credits_spent", run.creditsSpent());
        columns.put("last_error", run.lastError());
        columns.put("finished_at", text(run.finishedAt()));
        return columns;
    }

    private static String text(OffsetDateTime time) {
        return time == null ? null : time.toString();
    }
}
