package dev.jobfeed.console;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.jobfeed.persistence.Run;
import dev.jobfeed.sync.CostEstimate;
import dev.jobfeed.sync.RunResultAggregationStrategy;
import java.util.Locale;

/** Formats a run as JSON with the columns of {@code sync_run}. */
public final class RunJson {

    private RunJson() {}

    /** Formats a run. */
    public static ObjectNode of(Run run) {
        return JSON.valueToTree(RunResultAggregationStrategy.columns(run));
    }

    /** Formats an estimate. */
    public static ObjectNode of(CostEstimate estimate) {
        ObjectNode json = JSON.createObjectNode();
        json.put("stream", estimate.stream());
        json.put("mode", estimate.mode().name().toLowerCase(Locale.ROOT));
        json.put("rows", estimate.rows());
        json.put("credits_per_row", estimate.creditsPerRow());
        json.put("price_origin", estimate.price().origin());
        json.put("credits", estimate.credits());
        json.put("page_rows", estimate.pageRows());
        json.put("page_credits", estimate.pageCredits());
        json.put("charged", estimate.charged());
        return json;
    }

    /** Returns a value's text; null stays null. */
    public static String text(Object value) {
        return value == null ? null : value.toString();
    }
}
