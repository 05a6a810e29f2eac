package dev.jobfeed.sandbox;

import dev.jobfeed.sandbox.http.ApiRequest;
import dev.jobfeed.sandbox.http.Defect;
import dev.jobfeed.sandbox.http.DeliveryDefect;
import dev.jobfeed.sandbox.http.Interceptor;
import dev.jobfeed.sandbox.http.Target;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Set;
import java.util.function.LongSupplier;

/** A rule at work. It counts what it sees, and is not safe for threads by itself. */
final class ArmedRule {

    private static final int DOMAIN = 51;
    private static final long HOUR_MILLIS = 3_600_000;

    private final FaultRule rule;
    private final int number;
    private final long seed;
    private final Fault fault;
    private final Set<Target> on;
    private final StrikeCondition condition;
    private final long times;
    private final Duration delay;
    private final FaultEffect effect;
    private long seen;
    private long struck;

    /** Reads the rule with this number, counted from 1. */
    ArmedRule(FaultRule rule, int number, long seed, InstantSource clock, LongSupplier rowNumbers) {
        this.rule = rule;
        this.number = number;
        this.seed = seed;
        RuleFields fields = new RuleFields(number, rule.json());
        fault = fields.fault();
        on = fields.on();
        if (on.stream().noneMatch(fault::canStrike)) {
            throw fields.problem(
                    "on",
                    "is \"" + fields.text("on", "any") + "\", where \"" + fault.script() + "\" has nothing to strike");
        }
        condition = fields.condition();
        times = fields.whole("times", Long.MAX_VALUE, 1, Long.MAX_VALUE);
        if (fault == Fault.DELAY && !fields.has("delay_ms")) {
            throw fields.problem("delay_ms", "is missing, but must say how long the delay is");
        }
        delay = Duration.ofMillis(fields.whole("delay_ms", 0, 0, HOUR_MILLIS));
        effect = FaultEffect.of(fault, fields, clock, rowNumbers);
        fields.expectNoOther(fault);
    }

    /**
     * Counts a request or a webhook delivery; true when it is to be struck, unless another rule does.
     *
     * @param request null for a delivery
     */
    boolean isDue(Target target, ApiRequest<?> request) {
        if (!on.contains(target) || !fault.canStrike(target) || request != null && !fault.canStrike(request)) {
            return false;
        }
        seen++;
        // drawn for each request, whichever rule strikes it, so that a change to one rule affects no other
        double drawn = new SeededRandom(seed, DOMAIN, ((long) number << 40) + seen).unit();
        return struck < times && condition.strikes(seen, drawn);
    }

    void strikes() {
        struck++;
    }

    Duration delay() {
        return delay;
    }

    Interceptor.Verdict verdict(ApiRequest<?> request) {
        return Interceptor.struck(fault.script(), effect.on(request));
    }

    Defect defect() {
        DeliveryDefect kind =
                switch (fault) {
                    case WRONG_SIGNATURE -> DeliveryDefect.WRONG_SIGNATURE;
                    case OLD_TIMESTAMP -> DeliveryDefect.OLD_TIMESTAMP;
                    case REPEATED -> DeliveryDefect.REPEATED;
                    case DROPPED -> DeliveryDefect.LOST;
                    default -> DeliveryDefect.NONE;
                };
        return new Defect(kind, delay);
    }

    Faults.Tally tally() {
        return new Faults.Tally(rule, seen, struck);
    }
}
