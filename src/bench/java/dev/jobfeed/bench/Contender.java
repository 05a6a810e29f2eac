package dev.jobfeed.bench;

import dev.jobfeed.bench.contender.HandWrittenLoop;
import dev.jobfeed.bench.contender.LeanLoop;
import dev.jobfeed.bench.contender.SpringBatchSync;

/** Who is measured. */
enum Contender {
    /** This bundle, by its shipped command line. */
    BUNDLE("bundle", "this bundle", null, "select max(finished_at) from sync_run"),
    /** The loop without a content hash: a row has changed if its updated_at has. */
    LEAN_LOOP("lean-loop", "lean loop", LeanLoop.class, "select max(finished_at) from loop_checkpoint"),
    /** JDK HttpClient, Jackson, JDBC. */
    LOOP("loop", "hand-written loop", HandWrittenLoop.class, "select max(finished_at) from loop_checkpoint"),
    /** Spring Batch around the same reading and writing. */
    SPRING_BATCH(
            "spring-batch", "Spring Batch", SpringBatchSync.class, "select max(end_time) from batch_job_execution");

    private final String label;
    private final String title;
    private final Class<?> main;
    private final String finishedAt;

    Contender(String label, String title, Class<?> main, String finishedAt) {
        this.label = label;
        this.title = title;
        this.main = main;
        this.finishedAt = finishedAt;
    }

    /** What it is called in options and measurements. */
    String label() {
        return label;
    }

    /** What it is called in the report. */
    String title() {
        return title;
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
