package dev.jobfeed.bench.contender;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import javax.sql.DataSource;
import org.springframework.batch.core.Job;
import org.springframework.batch.core.Step;
import org.springframework.batch.core.configuration.annotation.EnableBatchProcessing;
import org.springframework.batch.core.job.builder.JobBuilder;
import org.springframework.batch.core.launch.support.RunIdIncrementer;
import org.springframework.batch.core.repository.JobRepository;
import org.springframework.batch.core.step.builder.StepBuilder;
import org.springframework.batch.item.ItemWriter;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.core.env.Environment;
import org.springframework.core.io.ClassPathResource;
import org.springframework.jdbc.datasource.DataSourceUtils;
import org.springframework.jdbc.datasource.init.ResourceDatabasePopulator;
import org.springframework.jdbc.support.JdbcTransactionManager;
import org.springframework.transaction.PlatformTransactionManager;

/** Configures a job of one step: the cursor reader, and a writer with the loop's table in chunks of 1,000 rows. */
@Configuration(proxyBeanMethods = false)
@EnableBatchProcessing
class BatchJob {

    static final String NAME = "jobs";

    private static final int CHUNK = 1000;

    @Bean
    DataSource dataSource(Environment environment) throws SQLException {
        HikariDataSource dataSource = new HikariDataSource();
        dataSource.setJdbcUrl(environment.getRequiredProperty("database"));
        try (Connection connection = dataSource.getConnection()) {
            boolean isInitialized = connection
                    .getMetaData()
                    .getTables(
                            null, null, isPostgresql(environment) ? "batch_job_instance" : "BATCH_JOB_INSTANCE", null)
                    .next();
            if (!isInitialized) {
                String product = isPostgresql(environment) ? "postgresql" : "h2";
                new ResourceDatabasePopulator(
                                new ClassPathResource("org/springframework/batch/core/schema-" + product + ".sql"))
                        .populate(connection);
            }
        }
        return dataSource;
    }

    private static boolean isPostgresql(Environment environment) {
        return environment.getRequiredProperty("database").startsWith("jdbc:postgresql:");
    }

    @Bean
    PlatformTransactionManager transactionManager(DataSource dataSource) {
        return new JdbcTransactionManager(dataSource);
    }

    @Bean
    Step feed(
            JobRepository repository,
            PlatformTransactionManager transactions,
            DataSource dataSource,
            Environment environment) {
        PageClient client =
                new PageClient(environment.getRequiredProperty("feed"), environment.getRequiredProperty("key"), true);
        return new StepBuilder("feed", repository)
                .<Posting, Posting>chunk(CHUNK, transactions)
                .reader(new CursorReader(client))
                .writer(writer(dataSource, new PostingTable(isPostgresql(environment), true)))
                .build();
    }

    private static ItemWriter<Posting> writer(DataSource dataSource, PostingTable table) {
        return chunk -> {
            Connection connection = DataSourceUtils.getConnection(dataSource);
            try {
                table.write(connection, List.copyOf(chunk.getItems()));
            } finally {
                DataSourceUtils.releaseConnection(connection, dataSource);
            }
        };
    }

    @Bean
    Job job(JobRepository repository, Step feed) {
        return new JobBuilder(NAME, repository)
                .incrementer(new RunIdIncrementer())
                .start(feed)
                .build();
    }
}
