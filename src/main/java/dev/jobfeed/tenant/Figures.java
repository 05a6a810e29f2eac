package dev.jobfeed.tenant;

import dev.jobfeed.metrics.Meters;
import dev.jobfeed.metrics.Metric;
import dev.jobfeed.ops.Flow;
import dev.jobfeed.run.SyncState;
import dev.jobfeed.store.Outbox;
import dev.jobfeed.store.Sql;
import java.time.Clock;
import java.time.Duration;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.jdbc.core.JdbcTemplate;

/** Shows what the databases say as gauges. They are asked on a schedule, so that a look costs nothing. */
public final class Figures implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(Figures.class);

    private final Tenants tenants;
    private final Meters meters;
    private final Clock clock;

    public Figures(Tenants tenants, Meters meters, Clock clock) {
        this.tenants = tenants;
        this.meters = meters;
        this.clock = clock;
    }

    /** Reads them, should anybody look; never throws, because that would be the last time. */
    @Override
    public void run() {
        if (!meters.areRead()) {
            return;
        }
        tenants.all().forEach(tenant -> {
            try {
                read(tenant).forEach(tenant.meters()::show);
                show(tenant, true);
            } catch (RuntimeException e) {
                // what was read before stays, and the freshness goes on with the time
                show(tenant, false);
                LOG.debug("The figures of {} were not read", Tenant.words(tenant.name()), e);
            }
        });
    }

    private static void show(Tenant tenant, boolean isUp) {
        tenant.meters().show(Metric.DATABASE_UP, Map.of(List.of(), () -> isUp ? 1 : 0));
    }

    private Map<Metric, Map<List<String>, DoubleSupplier>> read(Tenant tenant) {
        Map<Metric, Map<List<String>, DoubleSupplier>> figures = new EnumMap<>(Metric.class);
        for (Flow flow : Flow.values()) {
            stream(figures, tenant, flow);
        }
        long pending = tenant.reconcile().pending();
        put(figures, Metric.RECONCILE_PENDING, List.of(), () -> pending);
        Outbox.Lag lag = tenant.outbox().lag();
        put(figures, Metric.CHANGES_WAITING, List.of(), lag::waiting);
        put(
                figures,
                Metric.CHANGES_LAG,
                List.of(),
                () -> lag.oldest() == null
                        ? 0
                        : seconds(Duration.between(lag.oldest().toInstant(), clock.instant())));
        JdbcTemplate jdbc = new JdbcTemplate(tenant.dataSource());
        jdbc.query(Sql.text("figures-quarantine", tenant.database()), row -> {
            long rows = row.getLong("open_rows");
            put(figures, Metric.QUARANTINE, List.of(row.getString("stream")), () -> rows);
        });
        jdbc.query(Sql.text("figures-jobs", tenant.database()), row -> {
            for (String state : List.of("active", "expired")) {
                long jobs = row.getLong(state);
                put(figures, Metric.JOBS, List.of(state), () -> jobs);
            }
        });
        figures.put(Metric.ALERTS, new HashMap<>());
        jdbc.query(Sql.text("figures-alerts", tenant.database()), row -> {
            put(figures, Metric.ALERTS, List.of(row.getString("stream"), row.getString("condition")), () -> 1);
        });
        return figures;
    }

    private void stream(Map<Metric, Map<List<String>, DoubleSupplier>> figures, Tenant tenant, Flow flow) {
        List<String> stream = List.of(flow.stream());
        SyncState state = tenant.runs().state(flow.stream());
        if (state.lastRunStartedAt() != null) {
            put(
                    figures,
                    Metric.FRESHNESS,
                    stream,
                    () -> seconds(
                            Duration.between(state.lastRunStartedAt(), state.serverTime(OffsetDateTime.now(clock)))));
        }
        if (flow.schedule(tenant.settings()).isPresent()) {
            Duration target = flow.target(tenant.settings());
            put(figures, Metric.FRESHNESS_TARGET, stream, () -> seconds(target));
        }
        put(figures, Metric.RUN_OPEN, stream, () -> state.openRunId() == null ? 0 : 1);
        put(figures, Metric.QUARANTINE, stream, () -> 0);
        if (state.creditsBalance() != null) {
            // one wallet, whichever stream said so
            put(figures, Metric.CREDITS_BALANCE, List.of(), () -> state.creditsBalance()
                    .doubleValue());
        }
    }

    private static void put(
            Map<Metric, Map<List<String>, DoubleSupplier>> figures,
            Metric metric,
            List<String> tags,
            DoubleSupplier value) {
        figures.computeIfAbsent(metric, m -> new HashMap<>()).put(tags, value);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
