package dev.jobfeed.cli.rehearse;

import java.util.Set;
import org.apache.camel.Consumer;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.spi.EndpointStrategy;
import org.apache.camel.support.DefaultConsumer;
import org.apache.camel.support.DefaultEndpoint;
import org.apache.camel.support.DefaultProducer;

/**
 * Replaces each endpoint that leads out of the process, to a file or to a database of the user by one that does nothing.
 */
final class OutboundStub implements EndpointStrategy {

    /** Components that stay in the process. */
    private static final Set<String> LOCAL = Set.of(
            "bean",
            "class",
            "direct",
            "kamelet",
            "language",
            "log",
            "mock",
            "platform-http",
            "quartz",
            "ref",
            "scheduler",
            "seda",
            "timer");

    private static final Set<String> STATEMENTS = Set.of("sql", "jdbc", "spring-jdbc");
    private static final Set<String> CALLS = Set.of("jobo-http", "jobby-http");

    private final String sandbox;

    /**
     * Creates the strategy.
     *
     * @param sandbox the address of the sandbox
     */
    OutboundStub(String sandbox) {
        this.sandbox = sandbox;
    }

    @Override
    public Endpoint registerEndpoint(String uri, Endpoint endpoint) {
        String scheme = uri.replaceFirst(":.*", "");
        boolean isAllowed = LOCAL.contains(scheme)
                || STATEMENTS.contains(scheme) && uri.contains("jobfeedDataSource")
                || CALLS.contains(scheme) && uri.contains(sandbox);
        return isAllowed ? endpoint : new Nowhere(uri, endpoint);
    }

    /** An endpoint that receives every message and sends none. */
    private static final class Nowhere extends DefaultEndpoint {

        private Nowhere(String uri, Endpoint endpoint) {
            super(uri, ((DefaultEndpoint) endpoint).getComponent());
            setCamelContext(endpoint.getCamelContext());
        }

        @Override
        public Producer createProducer() {
            return new DefaultProducer(this) {
                @Override
                public void process(Exchange exchange) {}
            };
        }

        @Override
        public Consumer createConsumer(Processor processor) {
            return new DefaultConsumer(this, processor);
        }
    }
}
