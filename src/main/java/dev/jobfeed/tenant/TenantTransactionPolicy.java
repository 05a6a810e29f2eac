package dev.jobfeed.tenant;

import dev.jobfeed.problem.AlertCondition;
import dev.jobfeed.problem.AttemptFailedException;
import dev.jobfeed.problem.DatabaseRejectedException;
import dev.jobfeed.problem.Problem;
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
 * Runs a {@code transacted} step in a transaction of the exchange's tenant: bean {@code jobfeedTransaction}. Camel's
 * own policy supports one transaction manager per step. Not a {@code TransactedPolicy}, because a {@code transacted}
 * step of the host application without a reference uses the only bean of that type it finds.
 */
public final class TenantTransactionPolicy implements Policy {

    private final TenantRegistry tenants;
    private final TenantDataSource dataSource;

    /**
     * Creates the policy.
     *
     * @param dataSource leads to the tenant's database while its transaction is open
     */
    public TenantTransactionPolicy(TenantRegistry tenants, TenantDataSource dataSource) {
        this.tenants = tenants;
        this.dataSource = dataSource;
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

        private void steps(Exchange exchange) {
            super.process(exchange, done -> {});
            if (exchange.getException() != null) {
                throw RuntimeCamelException.wrapRuntimeCamelException(exchange.getException());
            }
            if (exchange.isRollbackOnly() || exchange.isRollbackOnlyLast()) {
                throw rolledBack(exchange);
            }
        }

        /** Clears the rollback mark, which would end every route after this step, including that of alerts. */
        private static AttemptFailedException rolledBack(Exchange exchange) {
            exchange.setRollbackOnly(false);
            exchange.setRollbackOnlyLast(false);
            return new AttemptFailedException(new Problem(
                    AlertCondition.ROLLED_BACK,
                    "A step marked the transaction for rollback; nothing of it was stored."));
        }

        /** Marks the unit of work as transacted, so that Camel keeps the enclosed steps on this thread. */
        @Override
        public void process(Exchange exchange) {
            Tenant tenant = tenants.forExchange(exchange);
            UnitOfWork unit = exchange.getUnitOfWork();
            unit.beginTransactedBy(tenant);
            try {
                dataSource.with(tenant, () -> tenant.transaction().executeWithoutResult(status -> steps(exchange)));
            } catch (RuntimeException e) {
                throw DatabaseRejectedException.of(e);
            } finally {
                unit.endTransactedBy(tenant);
            }
        }
    }
}
