package dev.jobfeed.persistence;

import java.math.BigDecimal;

/**
 * Counts requests and their cost.
 *
 * @param requests requests sent, retries included
 * @param retries requests that repeated a failed one
 * @param credits the credits that the API reported as deducted
 */
public record RequestUsage(long requests, long retries, BigDecimal credits) {

    public static final RequestUsage NOTHING = new RequestUsage(0, 0, BigDecimal.ZERO);

    public RequestUsage plus(RequestUsage other) {
        return new RequestUsage(requests + other.requests, retries + other.retries, credits.add(other.credits));
    }

    public RequestUsage minus(RequestUsage other) {
        return new RequestUsage(requests - other.requests, retries - other.retries, credits.subtract(other.credits));
    }
}
