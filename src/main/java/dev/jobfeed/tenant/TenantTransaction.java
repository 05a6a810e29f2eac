package dev.jobfeed.tenant;

import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.spi.TransactedPolicy;
import org.apache.camel.spring.spi.SpringTransactionPolicy;
import org.apache.camel.support.processor.DelegateSyncProcessor;
import org.springframework.transaction.support.TransactionCallback;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * The policy of a {@code transacted} step: bean {@code jobfeedTransaction}. Each exchange passes the step in a
 * transaction of its own tenant.
 */
public final class TenantTransaction implements TransactedPolicy {

    private final Tenants tenants;

    public TenantTransaction(Tenants tenants) {
        this.tenants = tenants;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {}

    @Override
    public Processor wrap(Route route, Processor steps) {
        Choice choice = new Choice();
        Processor transacted = new SpringTransactionPolicy(choice).wrap(route, steps);
        return new DelegateSyncProcessor(transacted) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                choice.tenant.set(tenants.of(exchange));
                try {
                    return super.process(exchange, callback);
                } finally {
                    choice.tenant.remove();
                }
            }
        };
    }

    /** Camel's transacted step asks one template, and says nothing of the exchange; a transaction stays on its thread. */
    private static final class Choice extends TransactionTemplate {

        private static final long serialVersionUID = 1L;

        private final transient ThreadLocal<Tenant> tenant = new ThreadLocal<>();

        @Override
        public <T> T execute(TransactionCallback<T> action) {
            return tenant.get().transaction().execute(action);
        }
    }
}
