package dev.jobfeed.metrics;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.Meter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Tags;
import io.micrometer.core.instrument.Timer;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.camel.CamelContext;
import org.apache.camel.support.LifecycleStrategySupport;

/** Meters of Micrometer, in a registry of the bundle's own that passes everything on to the host's. */
final class MicrometerRecorder implements MetricsRecorder {

    private static final String TENANT = "tenant";

    /** The value of that tag for the tenant without a name: an empty one is none to Prometheus. */
    private static final String STANDARD = "default";

    private final CompositeMeterRegistry registry;
    private final String tenant;
    private final Map<JobfeedMetric, Map<List<String>, Shown>> shown = new EnumMap<>(JobfeedMetric.class);

    private MicrometerRecorder(CompositeMeterRegistry registry, String tenant) {
        this.registry = registry;
        this.tenant = tenant;
    }

    /** A gauge, and where its value comes from at the moment. */
    private static final class Shown {

        private volatile DoubleSupplier value;
        private Meter meter;

        double value() {
            return value.getAsDouble();
        }
    }

    static MicrometerRecorder in(CamelContext context) {
        MicrometerRecorder meters = new MicrometerRecorder(new CompositeMeterRegistry(), STANDARD);
        meters.passOn(context);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarting(CamelContext starting) {
                meters.passOn(starting);
            }

            @Override
            public void onContextStopped(CamelContext stopped) {
                meters.registry.close();
            }
        });
        return meters;
    }

    private void passOn(CamelContext context) {
        context.getRegistry().findByType(MeterRegistry.class).forEach(registry::add);
    }

    @Override
    public MetricsRecorder of(String other) {
        return new MicrometerRecorder(registry, other.isEmpty() ? STANDARD : other);
    }

    @Override
    public void add(JobfeedMetric counter, double amount, String... tags) {
        Counter.builder(counter.title())
                .description(counter.description())
                .baseUnit(unit(counter))
                .tags(tags(counter, List.of(tags)))
                .register(registry)
                .increment(amount);
    }

    @Override
    public void record(JobfeedMetric timer, Duration time, String... tags) {
        Timer.builder(timer.title())
                .description(timer.description())
                .tags(tags(timer, List.of(tags)))
                .register(registry)
                .record(time);
    }

    @Override
    public synchronized void show(JobfeedMetric gauge, Map<List<String>, DoubleSupplier> values) {
        Map<List<String>, Shown> before = shown.computeIfAbsent(gauge, metric -> new HashMap<>());
        before.entrySet().removeIf(entry -> {
            boolean isGone = !values.containsKey(entry.getKey());
            if (isGone) {
                registry.remove(entry.getValue().meter);
            }
            return isGone;
        });
        values.forEach((tags, value) -> {
            Shown at = before.computeIfAbsent(tags, key -> new Shown());
            at.value = value;
            if (at.meter == null) {
                at.meter = Gauge.builder(gauge.title(), at, Shown::value)
                        .description(gauge.description())
                        .baseUnit(unit(gauge))
                        .tags(tags(gauge, tags))
                        .strongReference(true)
                        .register(registry);
            }
        });
    }

    @Override
    public boolean areRead() {
        return !registry.getRegistries().isEmpty();
    }

    private static String unit(JobfeedMetric metric) {
        return metric.unit().isEmpty() ? null : metric.unit();
    }

    private Tags tags(JobfeedMetric metric, List<String> values) {
        if (values.size() != metric.tags().size()) {
            throw new IllegalArgumentException(metric + " takes values of " + metric.tags() + ", not " + values);
        }
        Tags tags = Tags.of(TENANT, tenant);
        for (int i = 0; i < values.size(); i++) {
            tags = tags.and(metric.tags().get(i), values.get(i));
        }
        return tags;
    }
}
