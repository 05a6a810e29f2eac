package dev.jobfeed.persistence;

/** What an open run has to do next. */
public enum RunPhase {
    /** Read the feed. */
    FEED,
    /** Expire what a resync did not deliver. */
    RECONCILE,
    /** Move the watermark. */
    COMMIT,
    /** Nothing; the run is closed. */
    DONE
}
