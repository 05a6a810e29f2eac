package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.jobfeed.sandbox.SandboxOptions;
import org.junit.jupiter.api.Test;

/** {@code jobs-expired.camel.yaml}. */
class ExpiredRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(1300);
    }

    @Test
    void idsAreClosedAThousandAtATime() throws Exception {
        edit(
                "jobs-expired-page",
                route -> route.weaveById("jobs-expired-page-close").after().to("mock:closed"));
        world.sync();
        // as after some time: nothing was delivered since the window's beginning, of which the sweep would ask again
        world.database.update("delete from delivered_page");
        world.sandbox.data().expireJobs(1100);

        assertThat(world.sync().expired()).isEqualTo(1100);

        assertThat(arrived("mock:closed")).hasSize(2);
        world.assertStoreIsTheWorld();
    }

    @Test
    void anAttemptWhoseSweepFailsAsksForNoPage() throws Exception {
        edit("jobs-expired-page", route -> route.weaveById("jobs-expired-page-checkpoint")
                .before()
                .throwException(new IllegalStateException("no")));
        world.sync();
        world.sandbox.data().expireJobs(1);
        int pages = world.feed().size();

        assertThatThrownBy(world::sync).hasStackTraceContaining("IllegalStateException: no");

        assertThat(world.feed()).hasSize(pages);
        assertThat(world.one("select count(*) from job where expired_at is not null", Integer.class))
                .isZero();
    }
}
