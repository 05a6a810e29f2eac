package dev.jobfeed.tenant;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.apache.camel.support.processor.DelegateSyncProcessor;

/**
 * Runs the steps of a {@code policy} step on the database of the exchange's tenant, each in a transaction of its own:
 * bean {@code jobfeedTenantDatabase}. See {@link TenantDataSource}.
 */
public final class TenantDatabasePolicy implements Policy {

    private final TenantRegistry tenants;
    private final TenantDataSource dataSource;

    public TenantDatabasePolicy(TenantRegistry tenants, TenantDataSource dataSource) {
        this.tenants = tenants;
        this.dataSource = dataSource;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {}

    @Override
    public Processor wrap(Route route, Processor steps) {
        return new DelegateSyncProcessor(steps) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                dataSource.with(tenants.forExchange(exchange), () -> super.process(exchange, callback));
                return true;
            }
        };
    }
}
