package dev.jobfeed;

import dev.jobfeed.sandbox.SandboxOptions;
import java.util.List;
import java.util.Map;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.AdviceWithRouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.test.junit5.CamelTestSupport;
import org.apache.camel.test.junit5.TestExecutionConfiguration;
import org.apache.camel.util.function.ThrowingConsumer;
import org.junit.jupiter.api.AfterEach;

/**
 * Runs the shipped routes in Camel's test kit, edited as an integrator may edit them, against a sandbox over HTTP. The
 * context starts with the first call that needs it, after the edits.
 */
abstract class RouteTest extends CamelTestSupport {

    SyncFixture fixture;

    /** Returns the options of the sandbox. */
    abstract SandboxOptions.Builder sandbox();

    /** Returns properties in addition to those of the fixture. */
    Map<String, String> properties() {
        return Map.of();
    }

    @Override
    public void configureTest(TestExecutionConfiguration configuration) {
        configuration.withUseAdviceWith(true);
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        fixture = SyncFixture.of("h2", sandbox());
        for (Map.Entry<String, String> property : properties().entrySet()) {
            fixture.with(property.getKey(), property.getValue());
        }
        return fixture.loaded();
    }

    @AfterEach
    void close() {
        fixture.close();
    }

    /** Edits a route. */
    void edit(String route, ThrowingConsumer<AdviceWithRouteBuilder, Exception> edit) throws Exception {
        AdviceWith.adviceWith(context(), route, false, edit);
    }

    /** Returns what has arrived at a mock endpoint. */
    List<Exchange> arrived(String mock) {
        return MockEndpoint.resolve(context(), mock).getExchanges();
    }
}
