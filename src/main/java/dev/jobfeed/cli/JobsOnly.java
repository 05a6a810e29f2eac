package dev.jobfeed.cli;

/** The streams that a resync, a reconcile or an abandon is for. */
enum JobsOnly {
    jobs
}
