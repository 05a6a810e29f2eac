package dev.jobfeed.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.LockWait;
import dev.jobfeed.PostgresServer;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.SqlClient;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

class HeldLeaseTest {

    private static final String TAKE_OVER = "update sync_state set lease_token = ? where stream = 'jobs'";

    private ScheduledExecutorService executor;
    private JdbcTemplate database;
    private Dialect dialect;

    @BeforeEach
    void begin() {
        executor = Executors.newSingleThreadScheduledExecutor();
    }

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    /** Acquires a lease with a heartbeat every millisecond. */
    private HeldLease acquire(String name) throws Exception {
        boolean isH2 = name.equals("h2");
        DriverManagerDataSource dataSource = new DriverManagerDataSource(
                isH2 ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" : PostgresServer.newDatabase());
        Dialect kind = isH2 ? Dialect.H2 : Dialect.POSTGRESQL;
        kind.migrate(dataSource, Optional.empty());
        database = new JdbcTemplate(dataSource);
        dialect = kind;
        return manager(Duration.ofMillis(4)).acquire("jobs", lease -> lease).orElseThrow();
    }

    private LeaseManager manager(Duration duration) {
        return new LeaseManager(
                new SqlClient(database.getDataSource(), dialect), LeaseOwner.currentProcess(), duration, executor);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void heartbeatAfterTheReleaseIsNoLoss(String name) throws Exception {
        HeldLease lease = acquire(name);
        new TransactionTemplate(new DataSourceTransactionManager(database.getDataSource()))
                .executeWithoutResult(status -> {
                    lease.fence();
                    await().until(() -> database.execute((ConnectionCallback<Boolean>) LockWait::isBlocked));
                    lease.close();
                });

        executor.shutdown();
        assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(lease.isLost()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void leaseOfAnotherOwnerIsLost(String name) throws Exception {
        try (HeldLease lease = acquire(name)) {
            database.update(TAKE_OVER, UUID.randomUUID());

            await().until(lease::isLost);
            assertThatThrownBy(lease::confirm).isInstanceOf(LeaseLostException.class);
            assertThatThrownBy(lease::fence).isInstanceOf(LeaseLostException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void leaseIsReleasedIfItsSessionCannotStart(String name) throws Exception {
        acquire(name).close();
        LeaseManager leases = manager(Duration.ofMinutes(1));

        assertThatThrownBy(() -> leases.acquire("jobs", lease -> {
                    assertThat(leases.isHeld("jobs")).isTrue();
                    throw new IllegalStateException("cannot begin");
                }))
                .isInstanceOf(IllegalStateException.class);

        assertThat(leases.isHeld("jobs")).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void actionIsRejectedWhileAnAttemptHoldsTheLease(String name) throws Exception {
        acquire(name).close();
        LeaseManager leases = manager(Duration.ofMinutes(1));
        try (HeldLease attempt = leases.acquire("jobs", lease -> lease).orElseThrow()) {
            assertThatThrownBy(() -> leases.acquireForAction("jobs"))
                    .isInstanceOf(StreamLockedException.class)
                    .hasMessageContaining("process " + ProcessHandle.current().pid());
            attempt.check();
        }
        leases.acquireForAction("jobs").close();

        assertThat(leases.isHeld("jobs")).isFalse();
    }
}
