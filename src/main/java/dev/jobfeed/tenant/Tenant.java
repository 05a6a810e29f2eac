package dev.jobfeed.tenant;

import dev.jobfeed.Settings;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.jobby.WebhookEvents;
import dev.jobfeed.metrics.Meters;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.run.Deliveries;
import dev.jobfeed.run.Quarantine;
import dev.jobfeed.run.ReconcileStore;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.store.CompanyStore;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.FencedTransactions;
import dev.jobfeed.store.Outbox;
import dev.jobfeed.store.RowStore;
import java.sql.SQLException;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import javax.sql.DataSource;
import org.springframework.transaction.support.TransactionTemplate;

/**
 * One instance of the feed: its settings, and a schema that holds its rows and nobody else's.
 *
 * @param name empty for the standard one
 * @param transaction opens transactions on {@code dataSource}; the stores join them
 */
public record Tenant(
        String name,
        Settings settings,
        DataSource dataSource,
        Database database,
        TransactionTemplate transaction,
        RunStore runs,
        Map<FeedSource, RowStore> rows,
        ReconcileStore reconcile,
        Deliveries deliveries,
        Quarantine quarantine,
        CompanyStore companies,
        Outbox outbox,
        Alerts alerts,
        Pace pace,
        Meters meters) {

    /**
     * A tenant whose tables are there.
     *
     * @param pool may be that of other tenants too, and of a host
     * @param session the name of this process among the sessions of the database
     * @param meters take what is measured
     */
    public static Tenant over(
            String name, Settings settings, DataSource pool, String session, Clock clock, Meters meters)
            throws SQLException {
        Database database = Database.of(pool);
        DataSource dataSource = GuestDataSource.over(pool, database, settings.schema());
        TransactionTemplate transaction =
                new TransactionTemplate(new FencedTransactions(dataSource, database, settings.lease(), session));
        Map<FeedSource, RowStore> rows = new EnumMap<>(FeedSource.class);
        for (FeedSource source : FeedSource.values()) {
            rows.put(source, new RowStore(source, dataSource, database));
        }
        Outbox outbox = new Outbox(dataSource, database, settings);
        Alerts alerts = new Alerts(dataSource, database, clock);
        WebhookEvents webhooks = new WebhookEvents(settings, dataSource, database, alerts, clock);
        return new Tenant(
                name,
                settings,
                dataSource,
                database,
                transaction,
                new RunStore(dataSource, database),
                rows,
                new ReconcileStore(dataSource, database),
                new Deliveries(dataSource, database),
                new Quarantine(
                        dataSource,
                        database,
                        rows,
                        Map.of(WebhookEvents.STREAM, webhooks::keep),
                        outbox,
                        transaction,
                        clock),
                new CompanyStore(dataSource, database),
                outbox,
                alerts,
                new Pace(settings, clock),
                meters.of(name));
    }

    /** Whether it is the one without a name. */
    public boolean isStandard() {
        return name.isEmpty();
    }

    /** The name as a person would put it. */
    public static String words(String name) {
        return name.isEmpty() ? "the standard tenant" : "the tenant '" + name + "'";
    }

    /** A command line about this tenant. */
    public String command(String arguments) {
        return "jobfeed " + arguments + (isStandard() ? "" : " --tenant " + name);
    }

    /** A stream as it is told to a person who has several tenants. */
    public String stream(String stream) {
        return isStandard() ? stream : name + " " + stream;
    }
}
