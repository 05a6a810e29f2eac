package dev.jobfeed.bench;

import dev.jobfeed.bench.contender.HandWrittenLoop;
import dev.jobfeed.bench.contender.SpringBatchSync;

/** Who is measured. */
enum Contender {
    /** This bundle, by its shipped command line. */
    BUNDLE("bundle", null, "select max(finished_at) from sync_run"),
    /** JDK HttpClient, Jackson, JDBC. */
    LOOP("loop", HandWrittenLoop.class, "select max(finished_at) from loop_checkpoint"),
    /** Spring Batch around the same reading and writing. */
    SPRING_BATCH("spring-batch", SpringBatchSync.class, "select max(end_time) from batch_job_execution");

    private final String label;
    private final Class<?> main;
    private final String finishedAt;

    Contender(String label, Class<?> main, String finishedAt) {
        this.label = label;
        this.main = main;
        this.finishedAt = finishedAt;
    }

    String label() {
        return label;
    }

    /** The class to start; null for what is started by its own script. */
    Class<?> main() {
        return main;
    }

    /** The query for the time at which its last run was committed. */
    String finishedAt() {
        return finishedAt;
    }
}
