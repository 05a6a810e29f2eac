package dev.jobfeed.audit;

import java.util.Locale;

/** The parts of the store that a sample is drawn from, in the order of the requests. A job may be drawn from two. */
enum Stratum {
    /** The active jobs. */
    ACTIVE,
    /** The active jobs that changed recently. */
    CHANGED,
    /** The recently expired jobs. */
    EXPIRED;

    static Stratum of(String name) {
        return valueOf(name.toUpperCase(Locale.ROOT));
    }

    /** Returns the column of {@code job_audit} for one of its numbers. */
    String column(String number) {
        return name().toLowerCase(Locale.ROOT) + "_" + number;
    }
}
