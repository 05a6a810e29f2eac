package dev.jobfeed.persistence;

/** How much of the feed a run asks for. */
public enum RunMode {
    /** Everything, into a store that has no watermark yet. */
    BACKFILL,
    /** What came since the watermark. */
    INCREMENTAL,
    /** Everything, and what is not delivered has expired. */
    RESYNC
}
