package dev.jobfeed.cli;

import static dev.jobfeed.config.SharedObjectMapper.JSON;

import dev.jobfeed.console.RunJson;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.problem.Problem;
import dev.jobfeed.problem.ProblemTranslator;
import dev.jobfeed.sync.CostEstimate;
import dev.jobfeed.sync.CostEstimator;
import dev.jobfeed.tenant.Tenant;
import java.math.BigDecimal;
import java.time.OffsetDateTime;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/**
 * Makes an attempt on a stream from the command line: first finishes an open run of an earlier attempt, then makes a
 * new run.
 */
final class StreamSync {

    private final String tenant;
    private final FeedDefinition source;
    private final ProducerTemplate template;
    private final boolean json;

    /**
     * @param tenant empty for the default tenant
     */
    StreamSync(String tenant, FeedDefinition source, ProducerTemplate template, boolean json) {
        this.tenant = tenant;
        this.source = source;
        this.template = template;
        this.json = json;
    }

    /** Prints the estimate of the next attempt; returns the exit code. */
    int estimate() {
        Exchange reply = template.send("direct:sync-estimate", exchange -> {
            exchange.setVariable("jobfeedTenant", tenant);
            exchange.setVariable("jobfeedStream", source.stream());
        });
        if (reply.getException() != null) {
            Problem failure = ProblemTranslator.of(reply.getException(), CostEstimator.ESTIMATE_ROWS)
                    .withoutAttempt();
            System.err.println("jobfeed: There is no estimate of " + source.property() + ". " + failure.text());
            return ExitCode.of(reply.getException()).code();
        }
        CostEstimate estimate = reply.getMessage().getBody(CostEstimate.class);
        System.out.println(json ? RunJson.of(estimate).toString() : estimate.text());
        return ExitCode.DONE.code();
    }

    /**
     * Makes the attempts and prints the result of each run.
     *
     * @param maxPages null for no limit
     * @return the exit code
     */
    int run(Integer maxPages, boolean costConfirmed) throws Exception {
        Exchange first = attempt(maxPages, costConfirmed);
        Map<?, ?> run = first.getMessage().getBody(Map.class);
        boolean finishedOpenRun = first.getException() == null
                && count(run, "attempts") > 1
                && run.get("status").equals("succeeded");
        boolean mayContinue = maxPages == null || run != null && count(run, "attempt_pages") < maxPages;
        if (!finishedOpenRun || !mayContinue) {
            return print(first);
        }
        print(first);
        return print(attempt(maxPages == null ? null : maxPages - (int) count(run, "attempt_pages"), costConfirmed));
    }

    private int print(Exchange attempt) {
        Exception failure = attempt.getException();
        Map<?, ?> run = attempt.getMessage().getBody(Map.class);
        if (run == null || lacksError(run, failure)) {
            System.err.println("jobfeed: " + ProblemTranslator.describe(failure));
        } else {
            System.out.println(json ? JSON.valueToTree(run).toString() : summary(run, failure));
        }
        return failure == null ? ExitCode.DONE.code() : ExitCode.of(failure).code();
    }

    /** Returns whether the run lacks the attempt's failure, because the database did not accept it. */
    private static boolean lacksError(Map<?, ?> run, Exception failure) {
        return failure != null
                && run.get("last_error") == null
                && run.get("stopped").equals(false);
    }

    private Exchange attempt(Integer maxPages, boolean costConfirmed) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("jobfeedTenant", tenant);
        variables.put("jobfeedMaxPages", maxPages);
        variables.put("jobfeedConfirmCost", costConfirmed);
        return template.send(
                "direct:" + source.property() + "-sync", exchange -> variables.forEach(exchange::setVariable));
    }

    /** Formats a run's result; cause and remedy of a failure are in the log. */
    private String summary(Map<?, ?> run, Exception failure) {
        StringBuilder text = new StringBuilder(
                Tenant.stream(tenant, source.property()) + ": run " + run.get("id") + " " + run.get("status") + ": ");
        text.append(run.get("received")).append(" received");
        for (String name : new String[] {"inserted", "updated", "unchanged"}) {
            text.append(", ").append(run.get(name)).append(' ').append(name);
        }
        for (String name : new String[] {"reactivated", "duplicates", "quarantined"}) {
            if (count(run, name) > 0) {
                text.append(", ").append(run.get(name)).append(' ').append(name);
            }
        }
        text.append(", ").append(run.get("expired")).append(" expired");
        BigDecimal credits = (BigDecimal) run.get("credits_spent");
        if (credits.signum() > 0) {
            text.append(", ")
                    .append(credits.stripTrailingZeros().toPlainString())
                    .append(" credits");
        }
        if (run.get("fresh_as_of") != null) {
            text.append("; fresh as of ").append(Times.local(OffsetDateTime.parse((String) run.get("fresh_as_of"))));
        } else {
            text.append(
                    run.get("last_error") == null || failure == null
                            ? "; the next attempt continues"
                            : "; failed: " + ProblemTranslator.of(failure, 0).condition());
        }
        return text.toString();
    }

    private static long count(Map<?, ?> run, String name) {
        return ((Number) run.get(name)).longValue();
    }
}
