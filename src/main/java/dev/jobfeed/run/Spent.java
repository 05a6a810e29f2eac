package dev.jobfeed.run;

import java.math.BigDecimal;

/**
 * What requests have cost.
 *
 * @param requests how many were sent, retries included
 * @param retries how many of them repeated a failed one
 * @param credits what the API said it deducted
 */
record Spent(long requests, long retries, BigDecimal credits) {

    static final Spent NOTHING = new Spent(0, 0, BigDecimal.ZERO);

    Spent plus(Spent other) {
        return new Spent(requests + other.requests, retries + other.retries, credits.add(other.credits));
    }

    Spent minus(Spent other) {
        return new Spent(requests - other.requests, retries - other.retries, credits.subtract(other.credits));
    }
}
