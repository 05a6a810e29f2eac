package dev.jobfeed.bench;

import dev.jobfeed.bench.contender.HandWrittenLoop;
import dev.jobfeed.bench.contender.LeanLoop;
import dev.jobfeed.bench.contender.SpringBatchSync;

/** Lists the measured implementations. */
enum Contender {
    /** Runs this bundle by its shipped command line. */
    BUNDLE("bundle", "this bundle", null, "select max(finished_at) from sync_run"),
    /** Runs the loop without a content hash: a row has changed if its updated_at has. */
    LEAN_LOOP("lean-loop", "lean loop", LeanLoop.class, "select max(finished_at) from loop_checkpoint"),
    /** Runs a loop on the JDK's HttpClient, Jackson and JDBC. */
    LOOP("loop", "hand-written loop", HandWrittenLoop.class, "select max(finished_at) from loop_checkpoint"),
    /** Runs Spring Batch with the same reader and writer code as the loop. */
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

    /** Returns the name in options and measurements. */
    String label() {
        return label;
    }

    /** Returns the name in the report. */
    String title() {
        return title;
    }

    /** Returns the class to start; null for a contender with its own start script. */
    Class<?> main() {
        return main;
    }

    /** Returns the query for the commit time of the last run. */
    String finishedAt() {
        return finishedAt;
    }
}
