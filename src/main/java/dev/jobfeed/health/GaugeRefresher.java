package dev.jobfeed.health;

import dev.jobfeed.metrics.JobfeedMetric;
import dev.jobfeed.metrics.MetricsRecorder;
import dev.jobfeed.persistence.OutboxWriter;
import dev.jobfeed.persistence.StreamState;
import dev.jobfeed.schedule.ScheduledStream;
import dev.jobfeed.tenant.Tenant;
import dev.jobfeed.tenant.TenantRegistry;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Updates gauges from the databases on a schedule, so that reading a gauge causes no query. */
public final class GaugeRefresher implements Runnable {

    private static final Logger LOG = LoggerFactory.getLogger(GaugeRefresher.class);

    private final TenantRegistry tenants;
    private final MetricsRecorder meters;
    private final Clock clock;

    public GaugeRefresher(TenantRegistry tenants, MetricsRecorder meters, Clock clock) {
        this.tenants = tenants;
        this.meters = meters;
        this.clock = clock;
    }

    /** Updates the gauges if meters are read. Never throws, because that would end the schedule. */
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
                // keeps the last values; the freshness continues to age
                show(tenant, false);
                LOG.debug("The figures of {} were not read", Tenant.describe(tenant.name()), e);
            }
        });
    }

    private static void show(Tenant tenant, boolean isUp) {
        tenant.meters().show(JobfeedMetric.DATABASE_UP, Map.of(List.of(), () -> isUp ? 1 : 0));
    }

    private Map<JobfeedMetric, Map<List<String>, DoubleSupplier>> read(Tenant tenant) {
        Map<JobfeedMetric, Map<List<String>, DoubleSupplier>> gauges = new EnumMap<>(JobfeedMetric.class);
        for (ScheduledStream scheduled : ScheduledStream.values()) {
            stream(gauges, tenant, scheduled);
        }
        long pending = tenant.reconcile().pending();
        put(gauges, JobfeedMetric.EXPIRY_PENDING, List.of(), () -> pending);
        OutboxWriter.Lag lag = tenant.outbox().lag();
        put(gauges, JobfeedMetric.OUTBOX_PENDING, List.of(), lag::waiting);
        put(
                gauges,
                JobfeedMetric.OUTBOX_LAG,
                List.of(),
                () -> lag.oldest() == null
                        ? 0
                        : seconds(Duration.between(lag.oldest().toInstant(), clock.instant())));
        tenant.sql().statement("gauge-quarantine").query(row -> {
            long rows = row.getLong("open_rows");
            put(gauges, JobfeedMetric.QUARANTINE, List.of(row.getString("stream")), () -> rows);
        });
        tenant.sql().statement("gauge-jobs").query(row -> {
            for (String state : List.of("active", "expired")) {
                long jobs = row.getLong(state);
                put(gauges, JobfeedMetric.JOBS, List.of(state), () -> jobs);
            }
        });
        tenant.sql().statement("audit-last").query(row -> {
            for (String bound : List.of("lower", "upper")) {
                double share = row.getDouble(bound + "_bound");
                if (!row.wasNull()) {
                    put(gauges, JobfeedMetric.AUDIT_ACCURACY, List.of(bound), () -> share);
                }
            }
            Instant finished =
                    row.getObject("finished_at", OffsetDateTime.class).toInstant();
            put(gauges, JobfeedMetric.AUDIT_AGE, List.of(), () -> seconds(Duration.between(finished, clock.instant())));
        });
        gauges.put(JobfeedMetric.ALERTS, new HashMap<>());
        tenant.sql().statement("gauge-alerts").query(row -> {
            put(gauges, JobfeedMetric.ALERTS, List.of(row.getString("stream"), row.getString("condition")), () -> 1);
        });
        return gauges;
    }

    private void stream(
            Map<JobfeedMetric, Map<List<String>, DoubleSupplier>> gauges, Tenant tenant, ScheduledStream scheduled) {
        List<String> stream = List.of(scheduled.stream());
        StreamState state = tenant.states().get(scheduled.stream());
        if (state.lastRunStartedAt() != null) {
            put(
                    gauges,
                    JobfeedMetric.FRESHNESS,
                    stream,
                    () -> seconds(
                            Duration.between(state.lastRunStartedAt(), state.serverTime(OffsetDateTime.now(clock)))));
        }
        if (scheduled.schedule(tenant.settings()).isPresent()) {
            Duration target = scheduled.target(tenant.settings());
            put(gauges, JobfeedMetric.FRESHNESS_TARGET, stream, () -> seconds(target));
        }
        put(gauges, JobfeedMetric.RUN_OPEN, stream, () -> state.openRunId() == null ? 0 : 1);
        put(gauges, JobfeedMetric.QUARANTINE, stream, () -> 0);
        if (state.creditsBalance() != null) {
            // one wallet for all streams
            put(gauges, JobfeedMetric.CREDITS_BALANCE, List.of(), () -> state.creditsBalance()
                    .doubleValue());
        }
    }

    private static void put(
            Map<JobfeedMetric, Map<List<String>, DoubleSupplier>> gauges,
            JobfeedMetric metric,
            List<String> tags,
            DoubleSupplier value) {
        gauges.computeIfAbsent(metric, m -> new HashMap<>()).put(tags, value);
    }

    private static double seconds(Duration duration) {
        return duration.toMillis() / 1000.0;
    }
}
