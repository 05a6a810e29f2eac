package dev.jobfeed.sandbox.http;

/** What is wrong with a delivery. */
public enum DeliveryDefect {
    /** Nothing. */
    NONE,
    /** Signed with another secret; sent once, as a forger would. */
    WRONG_SIGNATURE,
    /** Signed rightly, ten minutes ago: outside of the 300 s; sent once, as a forger would. */
    OLD_TIMESTAMP,
    /** Delivered twice although it was acknowledged, which "at least once" allows; with an id for each delivery. */
    REPEATED,
    /** Does not arrive; it counts as a failed attempt and is repeated like one. */
    LOST;

    /** Tells whether the service itself would never send it, and therefore neither repeats nor lists it. */
    public boolean isForged() {
        return this == WRONG_SIGNATURE || this == OLD_TIMESTAMP;
    }
}
