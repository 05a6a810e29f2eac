package dev.jobfeed.tenant;

import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.DatabaseRejectedException;
import org.apache.camel.AsyncCallback;
import org.apache.camel.Exchange;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.Route;
import org.apache.camel.RuntimeCamelException;
import org.apache.camel.spi.Policy;
import org.apache.camel.spi.UnitOfWork;
import org.apache.camel.support.processor.DelegateSyncProcessor;

/**
 * The policy of a {@code transacted} step: bean {@code jobfeedTransaction}. Each exchange passes the step in a
 * transaction of its own tenant; Camel's own policy knows one transaction manager a step. It is no
 * {@code TransactedPolicy}, because a host's {@code transacted} without a reference takes the only one of these it finds.
 */
public final class TenantTransactionPolicy implements Policy {

    private final TenantRegistry tenants;

    public TenantTransactionPolicy(TenantRegistry tenants) {
        this.tenants = tenants;
    }

    @Override
    public void beforeWrap(Route route, NamedNode definition) {}

    @Override
    public Processor wrap(Route route, Processor steps) {
        return new Transacted(steps);
    }

    private final class Transacted extends DelegateSyncProcessor {

        private Transacted(Processor steps) {
            super(steps);
        }

        @Override
        public boolean process(Exchange exchange, AsyncCallback callback) {
            try {
                process(exchange);
            } catch (Exception e) {
                exchange.setException(e);
            }
            callback.done(true);
            return true;
        }

        /** The mark would end every route behind it, that of alerts included. */
        private static AttemptFailedException rolledBack(Exchange exchange) {
            exchange.setRollbackOnly(false);
            exchange.setRollbackOnlyLast(false);
            return new AttemptFailedException(
                    "rolled-back",
                    "A step marked the transaction for rollback; nothing of it was stored.",
                    "Check the steps of your own in it, and what they call.");
        }

        /** The unit of work is told, so that Camel keeps everything inside on this thread. */
        @Override
        public void process(Exchange exchange) {
            Tenant tenant = tenants.forExchange(exchange);
            UnitOfWork unit = exchange.getUnitOfWork();
            unit.beginTransactedBy(tenant);
            try {
                tenant.transaction().executeWithoutResult(status -> {
                    super.process(exchange, done -> {});
                    if (exchange.getException() != null) {
                        throw RuntimeCamelException.wrapRuntimeCamelException(exchange.getException());
                    }
                    if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
                        throw rolledBack(exchange);
                    }
                });
            } catch (RuntimeException e) {
                throw DatabaseRejectedException.of(e);
            } finally {
                unit.endTransactedBy(tenant);
            }
        }
    }
}
