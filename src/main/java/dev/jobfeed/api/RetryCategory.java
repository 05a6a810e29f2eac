package dev.jobfeed.api;

/** The classes of failure that are worth another try; status codes documentation, "Retry Strategy". */
public enum RetryCategory {
    /** 429. */
    RATE_LIMITED,
    /** 503. */
    UNAVAILABLE,
    /** 408, 5xx other than 503, no connection, a timeout, a body that breaks off or is not what the API promises. */
    TRANSIENT;

    /** The class of an HTTP status that is worth another try. */
    public static RetryCategory ofStatus(int status) {
        return switch (status) {
            case 429 -> RATE_LIMITED;
            case 503 -> UNAVAILABLE;
            default -> TRANSIENT;
        };
    }
}
