package dev.jobfeed.api;

import java.time.Duration;
import java.util.Optional;

/** A refusal that says by itself when its request may be repeated. The durations count from its arrival. */
public interface RetryHint {

    /** What was refused, in words for a log line. */
    String summary();

    /** Its class. */
    RetryCategory category();

    /** How long it asks to be left alone; empty when it does not say. */
    Optional<Duration> retryAfter();

    /** How long a wait makes sense at most; empty when there is no such bound. */
    Optional<Duration> maxWait();
}
