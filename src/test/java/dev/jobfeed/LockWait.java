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

/** A session that waits for a lock which another one holds. */
public final class LockWait {

    private LockWait() {}

    /** Whether a session of a database waits for a lock. */
    public static boolean isThere(Connection connection) throws SQLException {
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
     * Does one thing in a transaction that stays open until another thread, which does the other, waits for a lock of it.
     *
     * @return what the other came to in the end
     */
    public static <T> T behind(JdbcTemplate database, Runnable one, Supplier<T> other) throws Exception {
        CompletableFuture<T> waiting = new TransactionTemplate(
                        new DataSourceTransactionManager(database.getDataSource()))
                .execute(status -> {
                    one.run();
                    CompletableFuture<T> started = CompletableFuture.supplyAsync(other);
                    // on a thread, and so a connection, of its own
                    await().until(() -> database.execute((ConnectionCallback<Boolean>) LockWait::isThere));
                    return started;
                });
        return waiting.get(60, TimeUnit.SECONDS);
    }
}
