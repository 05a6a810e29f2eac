package dev.jobfeed.persistence;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.TransactionDefinition;
import org.springframework.transaction.TransactionException;
import org.springframework.transaction.support.DefaultTransactionStatus;

/**
 * Limits how long transactions hold locks after their process was suspended. PostgreSQL ends a transaction that waits
 * for its next statement before the lease of the process expires. One that waits for the rest of a statement has no
 * such limit; its session carries the name of the process, so that the next owner of the lease can end it.
 */
public final class IdleTimeoutTransactionManager extends DataSourceTransactionManager {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(IdleTimeoutTransactionManager.class);

    private final transient Dialect database;
    private final Duration idle;
    private final String session;

    /**
     * Creates the transaction manager.
     *
     * @param lease how long an attempt's lease stays valid without renewal
     * @param session the name of this process among the sessions of the database
     */
    public IdleTimeoutTransactionManager(DataSource dataSource, Dialect database, Duration lease, String session) {
        super(dataSource);
        this.database = database;
        this.idle = lease.dividedBy(2);
        this.session = session;
    }

    /**
     * Ignores a failed rollback: without a connection, the server has already rolled back, and the failure that broke
     * the connection is the one to report.
     */
    @Override
    protected void doRollback(DefaultTransactionStatus status) {
        try {
            super.doRollback(status);
        } catch (TransactionException e) {
            LOG.debug("Nothing left to roll back", e);
        }
    }

    @Override
    protected void prepareTransactionalConnection(Connection connection, TransactionDefinition definition)
            throws SQLException {
        super.prepareTransactionalConnection(connection, definition);
        if (database == Dialect.POSTGRESQL) {
            try (PreparedStatement statement =
                    // in one round trip; the role's default isolation level may differ
                    connection.prepareStatement("set transaction isolation level read committed;"
                            + " select set_config('idle_in_transaction_session_timeout', ?, true),"
                            + " set_config('application_name', ?, true)")) {
                statement.setString(1, Long.toString(Math.max(1000, idle.toMillis())));
                statement.setString(2, session);
                statement.execute();
            }
        }
    }
}
