package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.run.Attempt;
import dev.jobfeed.run.Run;
import dev.jobfeed.sandbox.LoggedRequest;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import java.nio.file.Path;
import java.time.Clock;
import java.util.List;
import java.util.Properties;
import java.util.UUID;
import org.apache.camel.Exchange;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.h2.jdbcx.JdbcDataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.springframework.jdbc.core.JdbcTemplate;

/** The shipped routes against the sandbox, over HTTP; the database against the sandbox's truth. */
class JobsSyncTest {

    @TempDir
    Path directory;

    private Sandbox sandbox;
    private DefaultCamelContext context;
    private JdbcTemplate database;

    @BeforeEach
    void start() throws Exception {
        sandbox = Sandbox.start(SandboxOptions.builder().port(0).jobs(2500).build());
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL("jdbc:h2:file:" + directory.resolve("jobs") + ";DB_CLOSE_DELAY=-1");
        database = new JdbcTemplate(dataSource);
        context = new DefaultCamelContext();
        Properties settings = new Properties();
        settings.setProperty("jobo.base-url", sandbox.baseUrl());
        settings.setProperty("jobo.api-key", Sandbox.TEST_KEY);
        settings.setProperty("jobo.jobs.watermark-parameter", "updated_after");
        settings.setProperty("jobfeed.jobs.enabled", "false");
        context.getPropertiesComponent().setInitialProperties(settings);
        context.getPropertiesComponent().setOverrideProperties(settings);
        JobfeedBundle.bind(context, new JobfeedBundle.Options(dataSource, Clock.systemUTC()));
        var loader = PluginHelper.getResourceLoader(context);
        for (String name : List.of("jobo-api", "jobs-expired", "jobs-feed", "jobs-sync")) {
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(loader.resolveResource("classpath:routes/" + name + ".camel.yaml"));
        }
        context.start();
    }

    @AfterEach
    void stop() {
        context.stop();
        database.execute("shutdown");
        sandbox.close();
    }

    @Test
    void aBackfillBringsEveryActiveJob() throws Exception {
        Run run = sync();

        assertThat(run.status()).isEqualTo("succeeded");
        assertThat(run.counts().inserted()).isEqualTo(2500);
        assertStoreIsTheWorld();
    }

    @Test
    void nothingIsWrittenWhenNothingHasChanged() throws Exception {
        sync();

        Run second = sync();

        assertThat(second.counts().received()).isZero();
        assertThat(second.status()).isEqualTo("succeeded");
        assertStoreIsTheWorld();
    }

    @Test
    void anIncrementalRunBringsWhatIsNewEditedExpiredAndReturned() throws Exception {
        sync();
        sandbox.world().createJobs(12);
        sandbox.world().updateJobs(9);
        List<UUID> expired = sandbox.world().expireJobs(7);
        sandbox.world().returnJob(expired.get(0));

        Run run = sync();

        assertThat(run.expired()).isEqualTo(7);
        assertThat(run.counts().reactivated()).isEqualTo(1);
        assertStoreIsTheWorld();
    }

    @Test
    void aStoppedRunIsResumedAtItsCursorAndBuysNoPageTwice() throws Exception {
        Run stopped = attempt(1).run();
        assertThat(stopped.status()).isEqualTo("open");

        Run resumed = sync();

        assertThat(resumed.id()).isEqualTo(stopped.id());
        assertThat(resumed.runStartedAt()).isEqualTo(stopped.runStartedAt());
        assertThat(sandbox.log().entries("/api/jobs/feed").stream().map(LoggedRequest::body))
                .hasSize(3)
                .doesNotHaveDuplicates();
        assertStoreIsTheWorld();
    }

    private Run sync() throws Exception {
        return attempt(null).run();
    }

    private Attempt attempt(Integer maxPages) throws Exception {
        try (var template = context.createProducerTemplate()) {
            Exchange exchange = template.send("direct:jobs-sync", e -> e.setVariable("jobfeedMaxPages", maxPages));
            if (exchange.getException() != null) {
                throw exchange.getException();
            }
            return exchange.getVariable("jobfeedAttempt", Attempt.class);
        }
    }

    private void assertStoreIsTheWorld() {
        List<UUID> stored = database.queryForList("select id from active_job", UUID.class);
        assertThat(stored)
                .containsExactlyInAnyOrderElementsOf(
                        sandbox.world().activeIds().toList());
    }
}
