package dev.jobfeed.persistence;

/** Defines how much of the feed a run requests. */
public enum RunMode {
    /** The whole feed, into a store without a watermark. */
    BACKFILL,
    /** Rows since the watermark. */
    INCREMENTAL,
    /** The whole feed; jobs that are not delivered have expired. */
    RESYNC
}
