package dev.jobfeed.route;

import dev.jobfeed.api.RetryPolicy;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.ExchangeExtension;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;

/**
 * Separates the error handling of the two sides of a call: bean {@code jobfeedErrorBoundary}. An error handler marks an
 * exchange that it has handled, and every other error handler that the exchange passes respects the marks: it passes a
 * marked failure on, ends the route after a handled one, and continues the redelivery count from the marks (Camel 4.18,
 * {@code RedeliveryErrorHandler} and {@code PipelineHelper}).
 *
 * <p>As the policy of a {@code policy} step, it calls with a clean exchange, and afterwards restores the marks and
 * headers, and the value of each previous variable. Variables that the called side added are kept. A failure that the
 * called side has handled is no failure for the calling side.
 */
public final class ErrorBoundary implements Policy {

    private static final List<String> HEADERS = List.of(
            Exchange.REDELIVERED,
            Exchange.REDELIVERY_COUNTER,
            Exchange.REDELIVERY_MAX_COUNTER,
            Exchange.REDELIVERY_DELAY);

    private static final List<String> PROPERTIES = List.of(
            Exchange.EXCEPTION_CAUGHT, Exchange.FAILURE_ENDPOINT, Exchange.FAILURE_ROUTE_ID, RetryPolicy.HISTORY);

    public ErrorBoundary() {}

    /** Removes all marks of error handlers and the caught exception. */
    public void clear(Exchange exchange) {
        HEADERS.forEach(exchange.getMessage()::removeHeader);
        PROPERTIES.forEach(exchange::removeProperty);
        Marks.NONE.set(exchange);
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {}

    @Override
    public Processor wrap(Route route, Processor steps) {
        return new DelegateAsyncProcessor(steps) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Marks marks = Marks.of(exchange);
                Map<String, Object> headers =
                        new HashMap<>(exchange.getMessage().getHeaders());
                Map<String, Object> variables = new HashMap<>(exchange.getVariables());
                Map<String, Object> properties = new HashMap<>();
                PROPERTIES.forEach(name -> properties.put(name, exchange.getProperty(name)));
                clear(exchange);
                return super.process(exchange, doneSync -> {
                    exchange.getMessage().setHeaders(headers);
                    variables.forEach(exchange::setVariable);
                    properties.forEach(exchange::setProperty);
                    (exchange.getException() == null ? marks : Marks.NONE).set(exchange);
                    callback.done(doneSync);
                });
            }
        };
    }

    /** State that error handlers set on an exchange; {@code handled} is null if none has decided. */
    private record Marks(
            Boolean handled,
            boolean failureHandled,
            boolean exhausted,
            boolean rollbackOnly,
            boolean rollbackOnlyLast,
            boolean stop) {

        static final Marks NONE = new Marks(null, false, false, false, false, false);

        static Marks of(Exchange exchange) {
            ExchangeExtension extension = exchange.getExchangeExtension();
            return new Marks(
                    extension.getErrorHandlerHandled(),
                    extension.isFailureHandled(),
                    extension.isRedeliveryExhausted(),
                    exchange.isRollbackOnly(),
                    exchange.isRollbackOnlyLast(),
                    exchange.isRouteStop());
        }

        void set(Exchange exchange) {
            ExchangeExtension extension = exchange.getExchangeExtension();
            extension.setErrorHandlerHandled(handled);
            extension.setFailureHandled(failureHandled);
            extension.setRedeliveryExhausted(exhausted);
            exchange.setRollbackOnly(rollbackOnly);
            exchange.setRollbackOnlyLast(rollbackOnlyLast);
            exchange.setRouteStop(stop);
        }
    }
}
