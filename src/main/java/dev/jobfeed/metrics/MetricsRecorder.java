package dev.jobfeed.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.camel.CamelContext;

/** Takes what is measured of one tenant; values of tags are given in the order of {@link JobfeedMetric#tags}. */
public interface MetricsRecorder {

    /** Where nobody measures. */
    MetricsRecorder NONE = new MetricsRecorder() {
        @Override
        public MetricsRecorder of(String tenant) {
            return this;
        }

        @Override
        public void add(JobfeedMetric counter, double amount, String... tags) {}

        @Override
        public void record(JobfeedMetric timer, Duration time, String... tags) {}

        @Override
        public void show(JobfeedMetric gauge, Map<List<String>, DoubleSupplier> values) {}

        @Override
        public boolean areRead() {
            return false;
        }
    };

    /** Meters in the registry of the host, should it have Micrometer; the registry may come later than the bundle. */
    static MetricsRecorder in(CamelContext context) {
        return context.getClassResolver().resolveClass("io.micrometer.core.instrument.MeterRegistry") == null
                ? NONE
                : MicrometerRecorder.in(context);
    }

    /** The meters of a tenant; empty for the default tenant. */
    MetricsRecorder of(String tenant);

    /** Adds to a counter. */
    void add(JobfeedMetric counter, double amount, String... tags);

    /** Adds to a timer. */
    void record(JobfeedMetric timer, Duration time, String... tags);

    /** Replaces all values of a gauge, by their tags; each is asked for its value whenever somebody looks. */
    void show(JobfeedMetric gauge, Map<List<String>, DoubleSupplier> values);

    /** Whether there is a registry for them. */
    boolean areRead();
}
