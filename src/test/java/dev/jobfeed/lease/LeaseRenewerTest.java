package dev.jobfeed.lease;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.jobfeed.LockWait;
import dev.jobfeed.PostgresServer;
import dev.jobfeed.persistence.Dialect;
import java.time.Duration;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.springframework.jdbc.core.ConnectionCallback;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.jdbc.datasource.DataSourceTransactionManager;
import org.springframework.jdbc.datasource.DriverManagerDataSource;
import org.springframework.transaction.support.TransactionTemplate;

class LeaseRenewerTest {

    private static final String TAKE_OVER = "update sync_state set lease_token = ? where stream = 'jobs'";

    private final AtomicInteger lost = new AtomicInteger();
    private ScheduledExecutorService executor;
    private JdbcTemplate database;
    private LeaseRepository leases;

    @BeforeEach
    void begin() {
        executor = Executors.newSingleThreadScheduledExecutor();
    }

    @AfterEach
    void end() {
        executor.shutdownNow();
    }

    private Lease acquire(String name) throws Exception {
        boolean isH2 = name.equals("h2");
        DriverManagerDataSource dataSource = new DriverManagerDataSource(
                isH2 ? "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1" : PostgresServer.newDatabase());
        Dialect kind = isH2 ? Dialect.H2 : Dialect.POSTGRESQL;
        kind.migrate(dataSource, Optional.empty());
        database = new JdbcTemplate(dataSource);
        leases = new LeaseRepository(dataSource, kind);
        return leases.acquire("jobs", LeaseOwner.currentProcess(), Duration.ofMinutes(1))
                .orElseThrow();
    }

    /** Beats every millisecond. */
    private LeaseRenewer beat(Lease lease) {
        return LeaseRenewer.of(executor, leases, lease, Duration.ofMillis(4), lost::incrementAndGet);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aBeatThatComesBehindTheReleaseIsNoLoss(String name) throws Exception {
        Lease lease = acquire(name);
        try (LeaseRenewer heartbeat = beat(lease)) {
            new TransactionTemplate(new DataSourceTransactionManager(database.getDataSource()))
                    .executeWithoutResult(status -> {
                        leases.renew(lease, Duration.ofMinutes(1));
                        await().until(() -> database.execute((ConnectionCallback<Boolean>) LockWait::isThere));
                        heartbeat.close();
                        leases.release(lease);
                    });
        }

        executor.shutdown();
        assertThat(executor.awaitTermination(1, TimeUnit.MINUTES)).isTrue();
        assertThat(lost).hasValue(0);
    }

    @ParameterizedTest
    @ValueSource(strings = {"h2", "postgresql"})
    void aLeaseThatIsAnothersIsLost(String name) throws Exception {
        Lease lease = acquire(name);
        try (LeaseRenewer heartbeat = beat(lease)) {
            database.update(TAKE_OVER, UUID.randomUUID());

            await().untilAsserted(() -> assertThat(lost.get()).isPositive());
        }
    }
}
