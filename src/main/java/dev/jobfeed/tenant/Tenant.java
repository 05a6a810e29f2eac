package dev.jobfeed.tenant;

import dev.jobfeed.alert.AlertService;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.feed.FeedDefinition;
import dev.jobfeed.lease.LeaseManager;
import dev.jobfeed.lease.LeaseOwner;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.DeliveredPageRepository;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.persistence.IdleTimeoutTransactionManager;
import dev.jobfeed.persistence.JobRepository;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.ReconcileRepository;
import dev.jobfeed.persistence.RecordRepository;
import dev.jobfeed.persistence.RunRepository;
import dev.jobfeed.persistence.SchemaScopedDataSource;
import dev.jobfeed.persistence.SqlClient;
import dev.jobfeed.persistence.StreamStateRepository;
import dev.jobfeed.quarantine.QuarantineService;
import java.sql.SQLException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ScheduledExecutorService;
import javax.sql.DataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * Represents a tenant: its properties, and the schema that holds only its rows.
 *
 * @param name empty for the default tenant
 * @param sql executes statements on {@code dataSource}
 * @param transaction opens transactions on {@code dataSource}; the repositories join them
 */
public record Tenant(
        String name,
        JobfeedProperties settings,
        DataSource dataSource,
        SqlClient sql,
        TransactionTemplate transaction,
        LeaseManager leases,
        RunRepository runs,
        StreamStateRepository states,
        JobRepository jobs,
        Map<FeedDefinition, RecordRepository> rows,
        ReconcileRepository reconcile,
        DeliveredPageRepository deliveries,
        QuarantineService quarantine,
        OutboxWriter outbox,
        AlertService alerts,
        MetricsRecorder meters) {

    /**
     * Creates a tenant whose tables exist.
     *
     * @param pool may be shared with other tenants and with the host application
     * @param owner this process; its name among the sessions of the database and the owners of leases
     * @param executor renews leases; null in a process that only takes actions of an operator
     * @param meters records the metrics
     */
    public static Tenant over(
            String name,
            JobfeedProperties settings,
            DataSource pool,
            LeaseOwner owner,
            ScheduledExecutorService executor,
            Clock clock,
            MetricsRecorder meters)
            throws SQLException {
        Dialect database = Dialect.of(pool);
        DataSource dataSource =
                SchemaScopedDataSource.over(pool, database, settings.database().schema());
        SqlClient sql = new SqlClient(dataSource, database);
        TransactionTemplate transaction = new TransactionTemplate(new IdleTimeoutTransactionManager(
                dataSource, database, settings.sync().lease(), owner.session()));
        Map<FeedDefinition, RecordRepository> rows = new EnumMap<>(FeedDefinition.class);
        for (FeedDefinition source : FeedDefinition.values()) {
            rows.put(source, new RecordRepository(source, dataSource, database));
        }
        OutboxWriter outbox = new OutboxWriter(sql, settings);
        AlertService alerts = new AlertService(sql, clock);
        return new Tenant(
                name,
                settings,
                dataSource,
                sql,
                transaction,
                new LeaseManager(sql, owner, settings.sync().lease(), executor),
                new RunRepository(sql),
                new StreamStateRepository(sql, LeaseOwner.machine()),
                new JobRepository(sql),
                rows,
                new ReconcileRepository(sql),
                new DeliveredPageRepository(sql),
                new QuarantineService(sql, rows, outbox, transaction, clock),
                outbox,
                alerts,
                meters.of(name));
    }

    /** Returns whether this is the default tenant. */
    public boolean isDefault() {
        return name.isEmpty();
    }

    /** Describes a tenant for messages to the operator. */
    public static String describe(String name) {
        return name.isEmpty() ? "the default tenant" : "the tenant '" + name + "'";
    }

    /** Returns a command line for this tenant. */
    public String command(String arguments) {
        return "jobfeed " + arguments + (isDefault() ? "" : " --tenant " + name);
    }

    /** Returns the name of a stream for messages, prefixed with the tenant unless it is the default tenant. */
    public String stream(String stream) {
        return stream(name, stream);
    }

    /**
     * Returns the name of a stream for messages.
     *
     * @param tenant empty for the default tenant
     */
    public static String stream(String tenant, String stream) {
        return tenant.isEmpty() ? stream : tenant + " " + stream;
    }
}
