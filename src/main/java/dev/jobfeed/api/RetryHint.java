package dev.jobfeed.api;

import java.time.Duration;
import java.util.Optional;

/** An error response that states when its request may be retried. The durations start at its arrival. */
public interface RetryHint {

    /** Returns a summary for a log line. */
    String summary();

    /** Returns its category. */
    RetryCategory category();

    /** Returns the delay it requests; empty when it states none. */
    Optional<Duration> retryAfter();

    /** Returns the maximum useful wait; empty when there is no limit. */
    Optional<Duration> maxWait();
}
