package dev.jobfeed.sandbox;

import java.time.Clock;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** A fault script at work. */
public final class Faults implements Interceptor {

    /**
     * How a rule fared.
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
    Faults(List<FaultRule> script, long seed, Clock clock) {
        AtomicLong rowNumbers = new AtomicLong();
        for (FaultRule rule : script) {
            rules.add(new ArmedRule(rule, rules.size() + 1, seed, clock, rowNumbers::incrementAndGet));
        }
    }

    @Override
    public Verdict decide(ApiRequest request) throws InterruptedException {
        ArmedRule first = firstDue(request);
        if (first == null) {
            return Interceptor.pass();
        }
        Thread.sleep(first.delay().toMillis());
        return first.verdict(request);
    }

    private synchronized ArmedRule firstDue(ApiRequest request) {
        ArmedRule first = null;
        for (ArmedRule rule : rules) {
            // all of them are asked, because all of them count
            if (rule.isDue(request) && first == null) {
                first = rule;
            }
        }
        if (first != null) {
            first.strikes();
        }
        return first;
    }

    /** How each rule fared so far, in the order of the script. */
    public synchronized List<Tally> tallies() {
        return rules.stream().map(ArmedRule::tally).toList();
    }
}
