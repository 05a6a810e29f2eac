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
 * Transactions that hold no locks for long when their process is stopped in the middle. PostgreSQL ends one by itself,
 * before the lease of the process runs out, when it waits for a next statement. One that waits for the rest of a
 * statement has no such limit; it bears its process's name, so that whoever takes the lease over can end it.
 */
public final class LeaseBoundTransactionManager extends DataSourceTransactionManager {

    private static final long serialVersionUID = 1L;

    private static final Logger LOG = LoggerFactory.getLogger(LeaseBoundTransactionManager.class);

    private final transient Dialect database;
    private final Duration idle;
    private final String session;

    /**
     * @param lease how long an attempt's lease outlives its holder
     * @param session the name of this process among the sessions of the database
     */
    public LeaseBoundTransactionManager(DataSource dataSource, Dialect database, Duration lease, String session) {
        super(dataSource);
        this.database = database;
        this.idle = lease.dividedBy(2);
        this.session = session;
    }

    /** Where there is no connection any more, the server has rolled back; the news is what broke it, not this. */
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
                    // in one round trip; the role's default may be another one
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
