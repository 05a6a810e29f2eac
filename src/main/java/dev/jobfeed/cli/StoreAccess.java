package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.Settings;
import dev.jobfeed.feed.FeedSource;
import dev.jobfeed.ops.Alerts;
import dev.jobfeed.run.Holder;
import dev.jobfeed.run.Quarantine;
import dev.jobfeed.run.ReconcileStore;
import dev.jobfeed.run.RunStore;
import dev.jobfeed.store.Database;
import dev.jobfeed.store.FencedTransactions;
import dev.jobfeed.store.RowStore;
import java.io.IOException;
import java.sql.SQLException;
import java.time.Clock;
import org.springframework.transaction.support.TransactionTemplate;

/** What the commands that ask the API for nothing work with; also beside a running process. */
record StoreAccess(
        HikariDataSource dataSource,
        RunStore runs,
        ReconcileStore reconcile,
        Alerts alerts,
        Quarantine quarantine,
        TransactionTemplate transaction)
        implements AutoCloseable {

    static StoreAccess open(Settings settings) throws SQLException, IOException {
        HikariDataSource dataSource = Databases.beside(settings);
        Database database = Database.of(dataSource);
        TransactionTemplate transaction = new TransactionTemplate(new FencedTransactions(
                dataSource, database, settings.lease(), Holder.here().session()));
        RunStore runs = new RunStore(dataSource, database);
        return new StoreAccess(
                dataSource,
                runs,
                new ReconcileStore(dataSource, database),
                new Alerts(dataSource, database, Clock.systemUTC()),
                new Quarantine(
                        dataSource,
                        database,
                        new RowStore(FeedSource.JOBS, dataSource, database),
                        transaction,
                        Clock.systemUTC()),
                transaction);
    }

    @Override
    public void close() {
        dataSource.close();
    }
}
