package dev.jobfeed.cli.rehearse;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/** Does something before a step, where no request to the sandbox shows that it is due. */
final class StepHooks implements InterceptStrategy {

    private final Map<String, Runnable> hooks = new ConcurrentHashMap<>();

    /** Sets what is done before each execution of a step. */
    void before(String step, Runnable work) {
        hooks.put(step, work);
    }

    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode definition, Processor target, Processor next) {
        String id = String.valueOf(definition.getId());
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                hooks.getOrDefault(id, () -> {}).run();
                return super.process(exchange, callback);
            }
        };
    }
}
