package dev.jobfeed.api;

/** Classifies the failures that are retried. Source: status codes documentation, "Retry Strategy". */
public enum RetryCategory {
    /** 429. */
    RATE_LIMITED,
    /** 503. */
    UNAVAILABLE,
    /** 408, 5xx other than 503, no connection, a timeout, a body that is incomplete or violates the API contract. */
    TRANSIENT;

    /** Returns the category of a retryable HTTP status. */
    public static RetryCategory ofStatus(int status) {
        return switch (status) {
            case 429 -> RATE_LIMITED;
            case 503 -> UNAVAILABLE;
            default -> TRANSIENT;
        };
    }
}
