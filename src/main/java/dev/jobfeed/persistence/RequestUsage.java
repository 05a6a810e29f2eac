package dev.jobfeed.persistence;

import java.math.BigDecimal;

/**
 * What requests have cost.
 *
 * @param requests how many were sent, retries included
 * @param retries how many of them repeated a failed one
 * @param credits what the API said it deducted
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
