package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.sandbox.SandboxOptions;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Tests {@code jobs-sync.camel.yaml} and {@code jobs-feed.camel.yaml}. */
class JobsRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(700);
    }

    @Test
    void pageIsWrittenInChunks() throws Exception {
        edit(
                "feed-store-page",
                route -> route.weaveById("feed-store-page-upsert").before().to("mock:chunk"));

        fixture.sync();

        assertThat(arrived("mock:chunk"))
                .extracting(chunk -> chunk.getMessage().getBody(List.class).size())
                .containsExactly(500, 200);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void addedStatementIsCommittedWithThePage() throws Exception {
        edit("feed-store-page", route -> route.weaveById("feed-store-page-checkpoint")
                .after()
                .to("sql:insert into audit (run_id, n) values (:#${variable.jobfeedAttempt.run.id},"
                        + " :#${variable.jobfeedChanges.counts.received})?dataSource=#jobfeedDataSource"));
        fixture.context();
        fixture.database.execute("create table audit (run_id bigint, n integer)");

        fixture.sync();

        assertThat(fixture.one(
                        "select n from audit where run_id = " + fixture.run().id(), Integer.class))
                .isEqualTo(700);
    }

    @Test
    void statementOutsideATransactionFailsWithoutUsingATenant() throws Exception {
        edit("feed-loop", route -> route.weaveById("feed-loop-check")
                .before()
                .to("sql:select count(*) from job?dataSource=#jobfeedDataSource"));

        assertThatThrownBy(fixture::sync).hasStackTraceContaining("jobfeedDataSource without a transaction");
    }

    @Test
    void failedStepRollsTheWholePageBack() throws Exception {
        edit("feed-store-page", route -> route.weaveById("feed-store-page-checkpoint")
                .before()
                .throwException(new IllegalStateException("no")));

        assertThatThrownBy(fixture::sync).hasStackTraceContaining("IllegalStateException: no");

        assertThat(fixture.one("select count(*) from job", Integer.class)).isZero();
        assertThat(fixture.run().pages()).isZero();
        assertThat(fixture.run().status()).isEqualTo("open");
    }

    @ParameterizedTest
    @ValueSource(strings = {"0 0 5 ? * MON", "0 0/30 * ? * MON-SAT", "0 0 5 L * ?"})
    void emptyStoreIsFilledAtStartIndependentOfTheSchedule(String schedule) throws Exception {
        fixture.with("jobfeed.jobs.schedule", schedule)
                .with("jobfeed.jobs.enabled", "true")
                .context();

        await().atMost(Duration.ofMinutes(1))
                .until(() ->
                        fixture.one("select count(*) from sync_run where status = 'succeeded'", Integer.class) == 1);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void triggerRunsOneAttemptAndDoesNotPropagateAFailure() throws Exception {
        edit("jobs-schedule", route -> route.replaceFromWith("direct:tick"));
        edit("feed-loop", route -> route.weaveById("feed-loop-check")
                .before()
                .to("mock:page")
                .filter(page -> arrived("mock:page").size() == 1)
                .throwException(new IllegalStateException("once")));
        fixture.loaded().getRouteDefinition("jobs-schedule").setPrecondition("true");
        context().start();

        template().sendBody("direct:tick", "");
        assertThat(fixture.run().lastError()).contains("once");
        template().sendBody("direct:tick", "");

        assertThat(fixture.run().status()).isEqualTo("succeeded");
        assertThat(fixture.run().attempts()).isEqualTo(2);
        fixture.assertStoreEqualsSandbox();
    }
}
