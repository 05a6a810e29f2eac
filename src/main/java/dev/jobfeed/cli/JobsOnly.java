package dev.jobfeed.cli;

/** The streams that a reconcile is for. */
enum JobsOnly {
    jobs
}
