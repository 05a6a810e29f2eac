package dev.jobfeed.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.camel.CamelContext;

/** Records the metrics of one tenant. Tag values are given in the order of {@link JobfeedMetric#tags}. */
public interface MetricsRecorder {

    /** Records nothing. */
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

    /**
     * Creates a recorder for the host application's meter registry if Micrometer is present. The registry may be added
     * later than the bundle.
     */
    static MetricsRecorder in(CamelContext context) {
        return context.getClassResolver().resolveClass("io.micrometer.core.instrument.MeterRegistry") == null
                ? NONE
                : MicrometerRecorder.in(context);
    }

    /** Returns the recorder of a tenant; empty for the default tenant. */
    MetricsRecorder of(String tenant);

    void add(JobfeedMetric counter, double amount, String... tags);

    void record(JobfeedMetric timer, Duration time, String... tags);

    /** Replaces all values of a gauge, by their tags. Each value is computed whenever it is read. */
    void show(JobfeedMetric gauge, Map<List<String>, DoubleSupplier> values);

    /** Returns whether a registry receives the metrics. */
    boolean areRead();
}
