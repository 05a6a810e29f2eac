package dev.jobfeed.cli;

/** Streams that a reconcile applies to. */
enum ReconcilableStream {
    jobs
}
