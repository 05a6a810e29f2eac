package dev.jobfeed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.jobfeed.sandbox.Endpoint;
import dev.jobfeed.sandbox.FaultRule;
import dev.jobfeed.sandbox.SandboxOptions;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Tests {@code alerts.camel.yaml} with a pager added. */
class AlertsRouteTest extends RouteTest {

    @Override
    SandboxOptions.Builder sandbox() {
        return SandboxOptions.builder().jobs(20);
    }

    private List<String> states(String mock) {
        return arrived(mock).stream()
                .map(alert -> SyncFixture.parse(alert.getMessage().getBody(String.class)))
                .map(alert -> alert.get("condition").textValue() + " "
                        + alert.get("state").textValue())
                .toList();
    }

    @Test
    void pagerIsNotifiedWhenAConditionBeginsAndEnds() throws Exception {
        edit("alert-sink", route -> route.weaveById("alert-sink-log").after().to("mock:pager"));
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(2));

        assertThat(catchThrowable(fixture::sync)).isNotNull();
        assertThat(catchThrowable(fixture::sync)).isNotNull();
        fixture.sync();

        assertThat(states("mock:pager")).containsExactly("forbidden raised", "forbidden cleared");
    }

    @Test
    void failingPagerStopsNoSyncAndIsNotifiedLater() throws Exception {
        edit("alert-sink", route -> route.weaveById("alert-sink-log")
                .after()
                .to("mock:tried")
                .filter(alert -> arrived("mock:tried").size() == 1)
                .throwException(new IllegalStateException("the pager is out of order"))
                .end()
                .to("mock:pager"));
        fixture.sandbox.faults(
                FaultRule.answer(403, Map.of(), "{}").on(Endpoint.JOBS_FEED).times(2));

        assertThat(catchThrowable(fixture::sync)).hasMessageNotContaining("pager");
        assertThat(arrived("mock:pager")).isEmpty();
        assertThat(catchThrowable(fixture::sync)).hasMessageNotContaining("pager");

        assertThat(states("mock:pager")).containsExactly("forbidden raised");
    }
}
