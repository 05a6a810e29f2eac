package dev.jobfeed.retry;

import java.time.Duration;
import java.util.Optional;

/** A refusal that says by itself when its request may be repeated. The durations count from its arrival. */
public interface RetryAdvice {

    /** What was refused, in words for a log line. */
    String words();

    /** Its class. */
    FailureKind kind();

    /** How long it asks to be left alone; empty when it does not say. */
    Optional<Duration> retryAfter();

    /** How long a wait makes sense at most; empty when there is no such bound. */
    Optional<Duration> longestWait();
}
