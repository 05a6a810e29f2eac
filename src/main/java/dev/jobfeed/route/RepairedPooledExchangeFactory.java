package dev.jobfeed.route;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.Processor;
import org.apache.camel.impl.engine.PooledProcessorExchangeFactory;
import org.apache.camel.spi.ProcessorExchangeFactory;

/**
 * Pools the copies that EIPs make of an exchange, as Camel's own pool does ({@code
 * camel.main.exchange-factory=pooled}), without two of its faults (Camel 4.18).
 *
 * <p>The first copy that a {@code split} makes resets the unit of work of the original exchange, which then has no route
 * and cannot end a transaction: {@code PooledProcessorExchangeFactory.release} resets what {@code
 * Splitter.copyAndPrepareSubExchange} shares. A copy is therefore detached from its unit of work before it is reset.
 *
 * <p>A copy that comes from the pool has the original's message as its out message, which hides the part that {@code
 * split} sets as its in message. The out message therefore becomes the in message.
 */
public final class RepairedPooledExchangeFactory extends PooledProcessorExchangeFactory {

    private RepairedPooledExchangeFactory(PooledProcessorExchangeFactory settings) {
        copySettings(settings);
    }

    private RepairedPooledExchangeFactory(Processor processor, PooledProcessorExchangeFactory settings) {
        super(processor);
        copySettings(settings);
    }

    private void copySettings(PooledProcessorExchangeFactory settings) {
        setCamelContext(settings.getCamelContext());
        setCapacity(settings.getCapacity());
        setStatisticsEnabled(settings.isStatisticsEnabled());
    }

    /** Replaces Camel's own pool of copies; leaves every other factory unchanged. */
    public static void install(CamelContext context) {
        ExtendedCamelContext camel = context.getCamelContextExtension();
        ProcessorExchangeFactory factory = camel.getProcessorExchangeFactory();
        if (factory != null && factory.getClass() == PooledProcessorExchangeFactory.class) {
            camel.setProcessorExchangeFactory(
                    new RepairedPooledExchangeFactory((PooledProcessorExchangeFactory) factory));
        }
    }

    @Override
    public ProcessorExchangeFactory newProcessorExchangeFactory(Processor processor) {
        return new RepairedPooledExchangeFactory(processor, this);
    }

    @Override
    public Exchange createCopy(Exchange exchange) {
        return withoutOut(super.createCopy(exchange));
    }

    @Override
    public Exchange createCorrelatedCopy(Exchange exchange, boolean handover) {
        return withoutOut(super.createCorrelatedCopy(exchange, handover));
    }

    @SuppressWarnings("deprecation")
    private static Exchange withoutOut(Exchange copy) {
        if (copy.hasOut()) {
            copy.setIn(copy.getOut());
            copy.setOut(null);
        }
        return copy;
    }

    @Override
    public boolean release(Exchange exchange) {
        exchange.getExchangeExtension().setUnitOfWork(null);
        return super.release(exchange);
    }
}
