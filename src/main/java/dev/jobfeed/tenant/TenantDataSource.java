package dev.jobfeed.tenant;

import java.sql.Connection;
import java.sql.SQLException;
import javax.sql.DataSource;
import org.springframework.core.InfrastructureProxy;
import org.springframework.jdbc.datasource.AbstractDataSource;

/**
 * The database of the tenant that this thread works for: bean {@code jobfeedDataSource}, for {@code sql:} and
 * {@code jdbc:} steps behind a {@code transacted} step with the reference {@code jobfeedTransaction}, whose transaction
 * {@code sql:} steps join, or a {@code policy} step with the reference {@code jobfeedTenantDatabase}.
 */
public final class TenantDataSource extends AbstractDataSource implements InfrastructureProxy {

    private final ThreadLocal<Tenant> current = new ThreadLocal<>();

    /** Runs work with the database of a tenant. */
    void with(Tenant tenant, Runnable work) {
        Tenant outer = current.get();
        current.set(tenant);
        try {
            work.run();
        } finally {
            if (outer == null) {
                current.remove();
            } else {
                current.set(outer);
            }
        }
    }

    /** Returns the tenant's data source, which the connection of its transaction is bound to. */
    @Override
    public Object getWrappedObject() {
        return target();
    }

    @Override
    public Connection getConnection() throws SQLException {
        return target().getConnection();
    }

    @Override
    public Connection getConnection(String user, String password) throws SQLException {
        return target().getConnection(user, password);
    }

    private DataSource target() {
        Tenant tenant = current.get();
        if (tenant == null) {
            throw new IllegalStateException("A step uses jobfeedDataSource without a transaction. Put a transacted step"
                    + " with the reference jobfeedTransaction before it, in the same route or in the calling one; or, to"
                    + " read only, a policy step with the reference jobfeedTenantDatabase.");
        }
        return tenant.dataSource();
    }
}
