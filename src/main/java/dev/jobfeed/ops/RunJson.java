package dev.jobfeed.ops;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.run.Estimate;
import dev.jobfeed.run.Run;
import java.util.Locale;

/** A run as JSON: the columns of {@code sync_run}. */
public final class RunJson {

    private static final ObjectMapper JSON = new ObjectMapper();

    private RunJson() {}

    /** A run. */
    public static ObjectNode of(Run run) {
        ObjectNode json = JSON.createObjectNode();
        json.put("id", run.id());
        json.put("stream", run.stream());
        json.put("mode", run.mode().name().toLowerCase(Locale.ROOT));
        json.put("phase", run.phase().name().toLowerCase(Locale.ROOT));
        json.put("status", run.status());
        json.put("run_started_at", text(run.runStartedAt()));
        json.put("window_from", text(run.windowFrom()));
        json.put("filters_fingerprint", run.filtersFingerprint());
        json.put("next_cursor", run.nextCursor());
        json.put("estimated_total", run.estimatedTotal());
        json.put("attempts", run.attempts());
        json.put("restarts", run.restarts());
        json.put("pages", run.pages());
        json.put("received", run.counts().received());
        json.put("inserted", run.counts().inserted());
        json.put("updated", run.counts().updated());
        json.put("unchanged", run.counts().unchanged());
        json.put("reactivated", run.counts().reactivated());
        json.put("duplicates", run.counts().duplicates());
        json.put("quarantined", run.counts().quarantined());
        json.put("expired", run.expired());
        json.put("requests", run.requests());
        json.put("retries", run.retries());
        json.put("credits_spent", run.creditsSpent());
        json.put("last_error", run.lastError());
        json.put("finished_at", text(run.finishedAt()));
        return json;
    }

    /** What an attempt is expected to bring and to cost. */
    public static ObjectNode of(Estimate estimate) {
        ObjectNode json = JSON.createObjectNode();
        json.put("stream", estimate.stream());
        json.put("mode", estimate.mode().name().toLowerCase(Locale.ROOT));
        json.put("rows", estimate.rows());
        json.put("credits_per_row", estimate.creditsPerRow());
        json.put("credits", estimate.credits());
        return json;
    }

    /** A value in its own words; null stays null. */
    public static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
