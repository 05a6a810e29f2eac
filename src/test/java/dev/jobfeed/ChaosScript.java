package dev.jobfeed;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.Fault;
import dev.jobfeed.sandbox.FaultRule;
import java.math.BigDecimal;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/** Generates a fault script of faults from which a sync recovers, in the same or the next attempt. */
final class ChaosScript {

    /** Lists faults after which the request is repeated. */
    private static final List<Fault> REPEATED = List.of(
            Fault.REQUEST_TIMEOUT,
            Fault.RATE_LIMITED,
            Fault.RATE_LIMITED_DATE,
            Fault.RATE_LIMITED_BODY,
            Fault.RATE_LIMITED_BODY_SECONDS,
            Fault.RATE_LIMITED_BARE,
            Fault.SERVER_ERROR,
            Fault.BAD_GATEWAY,
            Fault.UNAVAILABLE,
            Fault.UNAVAILABLE_BARE,
            Fault.HTML,
            Fault.EMPTY,
            Fault.ARRAY,
            Fault.NO_HAS_MORE,
            Fault.TEXT_HAS_MORE,
            Fault.TRUNCATED,
            Fault.DROPPED,
            Fault.LOST,
            Fault.DELAY);

    private static final List<Fault> BAD_ROWS = List.of(
            Fault.ROW_NO_ID,
            Fault.ROW_BAD_ID,
            Fault.ROW_BAD_TITLE,
            Fault.ROW_BAD_CREATED_AT,
            Fault.ROW_BAD_TEXT,
            Fault.ROW_UNKNOWN_FIELD,
            Fault.ROW_NAN,
            Fault.ROW_CONTROL,
            Fault.ROW_BAD_BYTES);

    /** Lists faults that end the attempt; the next one continues. */
    private static final List<Fault> FINAL = List.of(
            Fault.REDIRECT,
            Fault.BAD_REQUEST,
            Fault.UNAUTHORIZED,
            Fault.INSUFFICIENT_CREDITS,
            Fault.INSUFFICIENT_CREDITS_LIVE,
            Fault.INSUFFICIENT_CREDITS_PROBLEM,
            Fault.FORBIDDEN,
            Fault.NOT_FOUND);

    private final Random random;
    private final List<FaultRule> rules = new ArrayList<>();

    private ChaosScript(Random random) {
        this.random = random;
    }

    static List<FaultRule> generate(Random random) {
        return new ChaosScript(random).generate();
    }

    private List<FaultRule> generate() {
        randomSubset(REPEATED, 6).forEach(fault -> rules.add(repeated(fault).share(0.01 + 0.06 * random.nextDouble())));
        randomSubset(BAD_ROWS, 3)
                .forEach(fault -> rules.add(
                        FaultRule.of(fault).rows(1 + random.nextInt(3)).share(0.02 + 0.1 * random.nextDouble())));
        randomSubset(FINAL, 2).forEach(fault -> rules.add(onceAtRandom(fault)));
        if (random.nextInt(3) == 0) {
            outage();
        }
        if (random.nextInt(12) == 0) {
            rules.add(FaultRule.of(Fault.ROW_HUGE).nth(1 + random.nextInt(20)));
        }
        contradictions();
        expiredIds();
        emptyPages();
        lostCursors();
        Collections.shuffle(rules, random);
        return rules;
    }

    private List<Fault> randomSubset(List<Fault> of, int most) {
        List<Fault> shuffled = new ArrayList<>(of);
        Collections.shuffle(shuffled, random);
        return shuffled.subList(0, random.nextInt(most + 1));
    }

    private FaultRule repeated(Fault fault) {
        FaultRule rule = FaultRule.of(fault);
        return switch (fault) {
            case RATE_LIMITED, RATE_LIMITED_DATE, RATE_LIMITED_BODY, RATE_LIMITED_BODY_SECONDS, UNAVAILABLE ->
                rule.seconds(1 + random.nextInt(2));
            case TRUNCATED -> rule.keepBytes(random.nextInt(10_000));
            case DELAY -> rule.delay(Duration.ofMillis(1 + random.nextInt(300)));
            default -> rule;
        };
    }

    private FaultRule onceAtRandom(Fault fault) {
        FaultRule rule = FaultRule.of(fault).nth(1 + random.nextInt(60));
        return switch (fault) {
            case INSUFFICIENT_CREDITS, INSUFFICIENT_CREDITS_LIVE, INSUFFICIENT_CREDITS_PROBLEM ->
                rule.credits(BigDecimal.valueOf(50), BigDecimal.valueOf(12.5));
            default -> rule;
        };
    }

    /** Adds more consecutive failures than a request is repeated. */
    private void outage() {
        long from = 1 + random.nextInt(50);
        Fault fault = random.nextBoolean() ? Fault.UNAVAILABLE : Fault.DROPPED;
        rules.add(repeated(fault).from(from).to(from + 5 + random.nextInt(4)));
    }

    private void contradictions() {
        if (random.nextInt(4) == 0) {
            rules.add(FaultRule.of(Fault.REPEATED_CURSOR).nth(1 + random.nextInt(20)));
        }
        if (random.nextInt(4) == 0) {
            rules.add(FaultRule.of(Fault.NO_CURSOR).nth(1 + random.nextInt(20)));
        }
        // a truncated feed and a truncated sweep, for more requests than one attempt repeats
        for (Endpoint endpoint : List.of(Endpoint.JOBS_FEED, Endpoint.JOBS_EXPIRED)) {
            if (random.nextInt(6) == 0) {
                long from = 1 + random.nextInt(20);
                rules.add(FaultRule.of(Fault.NO_CURSOR)
                        .on(endpoint)
                        .cursor(random.nextBoolean() ? null : 7)
                        .from(from)
                        .to(from + random.nextInt(9)));
            }
        }
        if (random.nextInt(4) == 0) {
            rules.add(FaultRule.of(Fault.PLAIN_IDS).share(0.1));
        }
    }

    private void expiredIds() {
        if (random.nextInt(4) == 0) {
            rules.add(FaultRule.of(Fault.OBJECT_IDS).share(0.1));
        }
        if (random.nextInt(4) == 0) {
            Fault fault = random.nextBoolean() ? Fault.ROW_NO_ID : Fault.ROW_BAD_ID;
            rules.add(FaultRule.of(fault).on(Endpoint.JOBS_EXPIRED).share(0.1));
        }
    }

    /** Adds single empty pages, or more in a row than an attempt accepts. */
    private void emptyPages() {
        if (random.nextInt(4) == 0) {
            rules.add(FaultRule.of(Fault.EMPTY_PAGE).share(0.05));
        }
        if (random.nextInt(6) == 0) {
            long from = 1 + random.nextInt(20);
            rules.add(FaultRule.of(Fault.EMPTY_PAGE)
                    .on(random.nextBoolean() ? Endpoint.JOBS_FEED : Endpoint.JOBS_EXPIRED)
                    .from(from)
                    .to(from + 11));
        }
    }

    /** Adds up to five expired cursors of the feed, all of which may fall into one run. */
    private void lostCursors() {
        for (Fault fault : List.of(Fault.INVALID_CURSOR, Fault.CURSOR_RESTART)) {
            if (random.nextBoolean()) {
                rules.add(FaultRule.of(fault).on(Endpoint.JOBS_FEED).share(0.04).times(2));
            }
            if (random.nextInt(3) == 0) {
                rules.add(
                        FaultRule.of(fault).on(Endpoint.JOBS_EXPIRED).share(0.1).times(3));
            }
        }
    }
}
