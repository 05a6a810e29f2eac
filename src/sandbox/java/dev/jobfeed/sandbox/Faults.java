package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Target;
import dev.jobfeed.sandbox.http.WebhookEvent;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A fault script at work. */
public final class Faults implements Interceptor {

    /**
     * What a rule counted.
     *
     * @param seen how many requests it counted
     * @param struck how many of them it struck
     */
    public record Tally(FaultRule rule, long seen, long struck) {}

    private final List<ArmedRule> rules = new ArrayList<>();

    /**
     * Puts rules to use.
     *
     * @param clock what HTTP dates count from
     * @throws FaultScriptException when one of them cannot be used
     */
    Faults(List<FaultRule> script, long seed, InstantSource clock) {
        AtomicLong rowNumbers = new AtomicLong();
        for (FaultRule rule : script) {
            rules.add(new ArmedRule(rule, rules.size() + 1, seed, clock, rowNumbers::incrementAndGet));
        }
    }

    @Override
    public Verdict decide(ApiRequest<?> request) throws InterruptedException {
        ArmedRule first = firstDue(request.endpoint(), request);
        if (first == null) {
            return Interceptor.pass();
        }
        Thread.sleep(first.delay().toMillis());
        return first.verdict(request);
    }

    @Override
    public Defect decide(WebhookEvent event) {
        ArmedRule first = firstDue(Defect.DELIVERY, null);
        return first == null ? Defect.NONE : first.defect();
    }

    private synchronized ArmedRule firstDue(Target target, ApiRequest<?> request) {
        ArmedRule first = null;
        for (ArmedRule rule : rules) {
            // all of them are asked, because all of them count
            if (rule.isDue(target, request) && first == null) {
                first = rule;
            }
        }
        if (first != null) {
            first.strikes();
        }
        return first;
    }

    /** Returns what each rule counted so far, in the order of the script. */
    public synchronized List<Tally> tallies() {
        return rules.stream().map(ArmedRule::tally).toList();
    }
}
