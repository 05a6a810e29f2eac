package dev.jobfeed.sandbox.jobby;

/** What becomes of a match; the API's words, in lower case, are those of its webhook events. */
public enum MatchStatus {
    MATCHED,
    ACCEPTED,
    DECLINED,
    EXPIRED
}
