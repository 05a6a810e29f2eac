package dev.jobfeed.route;

import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.ExtendedCamelContext;
import org.apache.camel.Processor;
import org.apache.camel.impl.engine.PooledProcessorExchangeFactory;
import org.apache.camel.spi.ProcessorExchangeFactory;

/**
 * Pools the copies that EIPs make of an exchange, as Camel's own pool does ({@code
 * camel.main.exchange-factory=pooled}), and detaches a copy from its unit of work before it resets the copy.
 *
 * <p>Otherwise the first copy that a {@code split} of Camel 4.18 makes resets the unit of work of the original
 * exchange, which then has no route and cannot end a transaction: {@code PooledProcessorExchangeFactory.release} resets
 * what {@code Splitter.copyAndPrepareSubExchange} shares.
 */
public final class PooledExchangeFactory extends PooledProcessorExchangeFactory {

    private PooledExchangeFactory(PooledProcessorExchangeFactory settings) {
        copySettings(settings);
    }

    private PooledExchangeFactory(Processor processor, PooledProcessorExchangeFactory settings) {
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
            camel.setProcessorExchangeFactory(new PooledExchangeFactory((PooledProcessorExchangeFactory) factory));
        }
    }

    @Override
    public ProcessorExchangeFactory newProcessorExchangeFactory(Processor processor) {
        return new PooledExchangeFactory(processor, this);
    }

    @Override
    public boolean release(Exchange exchange) {
        exchange.getExchangeExtension().setUnitOfWork(null);
        return super.release(exchange);
    }
}
