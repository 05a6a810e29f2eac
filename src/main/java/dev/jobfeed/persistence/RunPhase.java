package dev.jobfeed.persistence;

/** Defines the next step of an open run. */
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
