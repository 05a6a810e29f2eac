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

/** Records metrics with Micrometer, in a registry of the bundle that forwards to the host application's registries. */
final class MicrometerRecorder implements MetricsRecorder {

    private static final String TENANT = "tenant";

    /** Tag value of the default tenant. Prometheus treats an empty value as no tag. */
    private static final String DEFAULT_TENANT = "default";

    private final CompositeMeterRegistry registry;
    private final String tenant;
    private final Map<JobfeedMetric, Map<List<String>, RegisteredGauge>> gauges = new EnumMap<>(JobfeedMetric.class);

    private MicrometerRecorder(CompositeMeterRegistry registry, String tenant) {
        this.registry = registry;
        this.tenant = tenant;
    }

    /** A gauge and the current source of its value. */
    private static final class RegisteredGauge {

        private volatile DoubleSupplier value;
        private Meter meter;

        double value() {
            return value.getAsDouble();
        }
    }

    static MicrometerRecorder in(CamelContext context) {
        MicrometerRecorder recorder = new MicrometerRecorder(new CompositeMeterRegistry(), DEFAULT_TENANT);
        recorder.addRegistries(context);
        context.addLifecycleStrategy(new LifecycleStrategySupport() {
            @Override
            public void onContextStarting(CamelContext starting) {
                recorder.addRegistries(starting);
            }

            @Override
            public void onContextStopped(CamelContext stopped) {
                recorder.registry.close();
            }
        });
        return recorder;
    }

    private void addRegistries(CamelContext context) {
        context.getRegistry().findByType(MeterRegistry.class).forEach(registry::add);
    }

    @Override
    public MetricsRecorder of(String other) {
        return new MicrometerRecorder(registry, other.isEmpty() ? DEFAULT_TENANT : other);
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
        Map<List<String>, RegisteredGauge> registered = gauges.computeIfAbsent(gauge, metric -> new HashMap<>());
        registered.entrySet().removeIf(entry -> {
            boolean isRemoved = !values.containsKey(entry.getKey());
            if (isRemoved) {
                registry.remove(entry.getValue().meter);
            }
            return isRemoved;
        });
        values.forEach((tags, value) -> {
            RegisteredGauge current = registered.computeIfAbsent(tags, key -> new RegisteredGauge());
            current.value = value;
            if (current.meter == null) {
                current.meter = Gauge.builder(gauge.title(), current, RegisteredGauge::value)
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
