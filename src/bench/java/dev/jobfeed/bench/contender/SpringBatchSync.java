package dev.jobfeed.bench.contender;

import java.util.Map;
import org.springframework.batch.core.BatchStatus;
import org.springframework.batch.core.Job;
import org.springframework.batch.core.JobExecution;
import org.springframework.batch.core.JobInstance;
import org.springframework.batch.core.JobParameters;
import org.springframework.batch.core.JobParametersBuilder;
import org.springframework.batch.core.explore.JobExplorer;
import org.springframework.batch.core.launch.JobLauncher;
import org.springframework.context.annotation.AnnotationConfigApplicationContext;
import org.springframework.core.env.MapPropertySource;

/** Syncs with Spring Batch: its job repository keeps the checkpoint, and a failed scan is restarted. */
public final class SpringBatchSync {

    private SpringBatchSync() {}

    /** Reads the feed at {@code args[0]} with the key {@code args[1]} into the database {@code args[2]}. */
    public static void main(String[] args) throws Exception {
        try (AnnotationConfigApplicationContext context = new AnnotationConfigApplicationContext()) {
            Map<String, Object> properties = Map.of("feed", args[0], "key", args[1], "database", args[2]);
            context.getEnvironment().getPropertySources().addFirst(new MapPropertySource("arguments", properties));
            context.register(BatchJob.class);
            context.refresh();
            Job job = context.getBean(Job.class);
            JobExecution execution =
                    context.getBean(JobLauncher.class).run(job, parameters(job, context.getBean(JobExplorer.class)));
            if (execution.getStatus() != BatchStatus.COMPLETED) {
                throw new IllegalStateException(
                        "The job ended as " + execution.getStatus() + ": " + execution.getAllFailureExceptions());
            }
        }
    }

    /** Returns the parameters of the last execution if it did not complete, otherwise the next ones. */
    private static JobParameters parameters(Job job, JobExplorer explorer) {
        JobInstance last = explorer.getLastJobInstance(BatchJob.NAME);
        JobExecution execution = last == null ? null : explorer.getLastJobExecution(last);
        return execution != null && execution.getStatus() != BatchStatus.COMPLETED
                ? execution.getJobParameters()
                : new JobParametersBuilder(explorer).getNextJobParameters(job).toJobParameters();
    }
}
