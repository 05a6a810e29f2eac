package dev.jobfeed.tenant;

import java.util.List;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.Policy;
import org.apache.camel.support.processor.DelegateSyncProcessor;
import org.springframework.transaction.support.TransactionSynchronization;
import org.springframework.transaction.support.TransactionSynchronizationManager;

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
                Tenant tenant = tenants.forExchange(exchange);
                dataSource.with(tenant, () -> apart(tenant, () -> super.process(exchange, callback)));
                return true;
            }
        };
    }

    /**
     * Runs steps apart from a transaction of the host application on the same thread, which would otherwise keep their
     * connections until its end. The steps join a transaction of the tenant.
     */
    private static void apart(Tenant tenant, Runnable steps) {
        if (!TransactionSynchronizationManager.isSynchronizationActive()
                || TransactionSynchronizationManager.hasResource(tenant.dataSource())) {
            steps.run();
            return;
        }
        List<TransactionSynchronization> host = TransactionSynchronizationManager.getSynchronizations();
        TransactionSynchronizationManager.clearSynchronization();
        try {
            steps.run();
        } finally {
            TransactionSynchronizationManager.initSynchronization();
            host.forEach(TransactionSynchronizationManager::registerSynchronization);
        }
    }
}
