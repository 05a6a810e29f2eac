package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;

import dev.jobfeed.sandbox.SandboxOptions;
import org.junit.jupiter.api.Test;

/** Tests {@code career-sites.camel.yaml}. */
class CareerSitesRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(0).careerSites(60);
    }

    @Test
    void careerSitesUseTheFeedLoopWithoutASweep() throws Exception {
        edit("feed-loop", route -> route.weaveById("feed-loop-store").before().to("mock:page"));

        fixture.syncCareerSites();

        assertThat(arrived("mock:page")).hasSize(2);
        assertThat(fixture.expired()).isEmpty();
    }
}
