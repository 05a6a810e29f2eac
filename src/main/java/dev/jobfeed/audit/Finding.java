package dev.jobfeed.audit;

import java.util.Locale;

/** What the comparison of a sampled job with the API has found. */
enum Finding {
    /** The row is as the API says: the same content, or expired in both. */
    EQUAL,
    /** The row differs, and has changed since the last successful run, so that the next one brings it. */
    NEWER,
    /** Active in both, with other content. */
    DIFFERENT,
    /** Active here, and expired there. */
    CLOSED_THERE,
    /** Active here, and unknown there. */
    UNKNOWN_THERE,
    /** Expired here, and active there. */
    OPEN_THERE;

    /** Returns the column of {@code job_audit} that counts it. */
    String column() {
        return "rows_" + name().toLowerCase(Locale.ROOT);
    }
}
