package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.sandbox.SandboxOptions;
import org.junit.jupiter.api.Test;

/** Tests {@code jobs-expired.camel.yaml}. */
class ExpiredRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(1300);
    }

    @Test
    void idsAreExpiredInChunksOfAThousand() throws Exception {
        edit(
                "jobs-expired-page",
                route -> route.weaveById("jobs-expired-page-close").after().to("mock:closed"));
        fixture.sync();
        // as after some time: no job was delivered since the start of the window, so the sweep asks for nothing again
        fixture.database.update("delete from delivered_page");
        fixture.sandbox.data().expireJobs(1100);

        assertThat(fixture.sync().expired()).isEqualTo(1100);

        assertThat(arrived("mock:closed")).hasSize(2);
        fixture.assertStoreEqualsSandbox();
    }

    @Test
    void attemptWithAFailedSweepRequestsNoPage() throws Exception {
        edit("jobs-expired-page", route -> route.weaveById("jobs-expired-page-checkpoint")
                .before()
                .throwException(new IllegalStateException("no")));
        fixture.sync();
        fixture.sandbox.data().expireJobs(1);
        int pages = fixture.feed().size();

        assertThatThrownBy(fixture::sync).hasStackTraceContaining("IllegalStateException: no");

        assertThat(fixture.feed()).hasSize(pages);
        assertThat(fixture.one("select count(*) from job where expired_at is not null", Integer.class))
                .isZero();
    }
}
