package dev.jobfeed;

import static org.awaitility.Awaitility.await;

import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.transaction.support.TransactionTemplate;

/** Detects a session that waits for a lock of another one. */
public final class LockWait {

    private LockWait() {}

    /** Returns whether a session of a database waits for a lock. */
    public static boolean isBlocked(Connection connection) throws SQLException {
        boolean isH2 = connection.getMetaData().getURL().startsWith("jdbc:h2:");
        try (Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(
                        isH2
                                ? "select exists (select 1 from information_schema.sessions where blocker_id is not null)"
                                : "select exists (select 1 from pg_locks where not granted)")) {
            result.next();
            return result.getBoolean(1);
        }
    }

    /**
     * Runs one action in a transaction that stays open until a second action, on another thread, waits for a lock of
     * it.
     *
     * @return the result of the second action
     */
    public static <T> T runWhileBlocked(JdbcTemplate database, Runnable one, Supplier<T> other) throws Exception {
        CompletableFuture<T> waiting = new TransactionTemplate(
                        new DataSourceTransactionManager(database.getDataSource()))
                .execute(status -> {
                    one.run();
                    CompletableFuture<T> started = CompletableFuture.supplyAsync(other);
                    // on a separate thread, and so on a separate connection
                    await().until(() -> database.execute((ConnectionCallback<Boolean>) LockWait::isBlocked));
                    return started;
                });
        return waiting.get(60, TimeUnit.SECONDS);
    }
}
