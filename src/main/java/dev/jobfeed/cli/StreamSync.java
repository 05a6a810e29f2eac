package dev.jobfeed.cli;

import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.ops.RunJson;
import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Estimate;
import dev.jobfeed.run.Failure;
import dev.jobfeed.run.Failures;
import dev.jobfeed.run.LeaseLostException;
import dev.jobfeed.run.Run;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.ProducerTemplate;

/** An attempt on a stream from the command line: an old open run is finished first, then a fresh one is done. */
final class StreamSync {

    private final String tenant;
    private final FeedSource source;
    private final ProducerTemplate template;
    private final boolean json;

    /**
     * @param tenant empty for the standard one
     */
    StreamSync(String tenant, FeedSource source, ProducerTemplate template, boolean json) {
        this.tenant = tenant;
        this.source = source;
        this.template = template;
        this.json = json;
    }

    /** Prints what the next attempt may bring and cost; returns the exit code. */
    int estimate() {
        Exchange asked = template.send("direct:jobfeed-estimate", exchange -> {
            exchange.setVariable("jobfeedTenant", tenant);
            exchange.setVariable("jobfeedStream", source.stream());
        });
        if (asked.getException() != null) {
            Failure failure = Failures.of(asked.getException(), 0).withoutAttempt();
            System.err.println("jobfeed: There is no estimate of " + source.property() + ". " + failure.text());
            return ExitCode.of(asked.getException()).code();
        }
        Estimate estimate = asked.getMessage().getBody(Estimate.class);
        System.out.println(json ? RunJson.of(estimate).toString() : estimate.text());
        return ExitCode.DONE.code();
    }

    /**
     * Does it, and prints the result.
     *
     * @param maxPages null for no limit
     * @return the exit code
     */
    int run(Integer maxPages, boolean costConfirmed) throws Exception {
        Exchange first = attempt(maxPages, costConfirmed);
        Attempt attempt = first.getVariable("jobfeedAttempt", Attempt.class);
        boolean finishedAnOldOne = first.getException() == null
                && attempt.run().attempts() > 1
                && attempt.run().status().equals("succeeded");
        boolean mayGoOn = maxPages == null || attempt != null && attempt.pages() < maxPages;
        Exchange last = finishedAnOldOne && mayGoOn
                ? attempt(maxPages == null ? null : maxPages - (int) attempt.pages(), costConfirmed)
                : first;
        Attempt done = last.getVariable("jobfeedAttempt", Attempt.class);
        if (done != null && done.isLeaseLost()) {
            throw LeaseLostException.of(done.stream());
        }
        if (done == null || done.run() == null || isUnsaid(last, done)) {
            System.err.println("jobfeed: " + Failures.describe(last.getException()));
            return ExitCode.of(last.getException()).code();
        }
        System.out.println(json ? json(done.run()) : summary(done.run(), last.getException()));
        return last.getException() == null
                ? ExitCode.DONE.code()
                : ExitCode.of(last.getException()).code();
    }

    /** Whether the run does not say what went wrong, because the database did not take it. */
    private static boolean isUnsaid(Exchange last, Attempt done) {
        return last.getException() != null && done.run().lastError() == null && !done.isStopping();
    }

    private Exchange attempt(Integer maxPages, boolean costConfirmed) {
        Map<String, Object> variables = new HashMap<>();
        variables.put("jobfeedTenant", tenant);
        variables.put("jobfeedMaxPages", maxPages);
        variables.put("jobfeedConfirmCost", costConfirmed);
        return template.send(
                "direct:" + source.property() + "-sync", exchange -> variables.forEach(exchange::setVariable));
    }

    private static String json(Run run) {
        return RunJson.of(run).toString();
    }

    /** The log has said why it failed, with the remedy. */
    private String summary(Run run, Throwable failure) {
        StringBuilder text = new StringBuilder((tenant.isEmpty() ? "" : tenant + " ") + source.property() + ": run "
                + run.id() + " " + run.status() + ": ");
        text.append(run.counts().received()).append(" received");
        add(text, run.counts().inserted(), "inserted", true);
        add(text, run.counts().updated(), "updated", true);
        add(text, run.counts().unchanged(), "unchanged", true);
        add(text, run.counts().reactivated(), "reactivated", false);
        add(text, run.counts().duplicates(), "duplicates", false);
        add(text, run.counts().quarantined(), "quarantined", false);
        add(text, run.expired(), "expired", true);
        if (run.creditsSpent().signum() > 0) {
            text.append(", ")
                    .append(run.creditsSpent().stripTrailingZeros().toPlainString())
                    .append(" credits");
        }
        if (run.status().equals("succeeded")) {
            text.append("; fresh as of ").append(run.runStartedAt());
        } else {
            text.append(
                    run.lastError() == null || failure == null
                            ? "; goes on with the next attempt"
                            : "; failed: " + Failures.of(failure, 0).condition());
        }
        return text.toString();
    }

    private static void add(StringBuilder text, long count, String what, boolean always) {
        if (always || count > 0) {
            text.append(", ").append(count).append(' ').append(what);
        }
    }
}
