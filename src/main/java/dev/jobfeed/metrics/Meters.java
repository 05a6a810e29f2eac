package dev.jobfeed.metrics;

import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.function.DoubleSupplier;
import org.apache.camel.CamelContext;

/** Takes what is measured of one tenant; values of tags are given in the order of {@link Metric#tags}. */
public interface Meters {

    /** Where nobody measures. */
    Meters NONE = new Meters() {
        @Override
        public Meters of(String tenant) {
            return this;
        }

        @Override
        public void add(Metric counter, double amount, String... tags) {}

        @Override
        public void record(Metric timer, Duration time, String... tags) {}

        @Override
        public void show(Metric gauge, Map<List<String>, DoubleSupplier> values) {}

        @Override
        public boolean areRead() {
            return false;
        }
    };

    /** Meters in the registry of the host, should it have Micrometer; the registry may come later than the bundle. */
    static Meters in(CamelContext context) {
        return context.getClassResolver().resolveClass("io.micrometer.core.instrument.MeterRegistry") == null
                ? NONE
                : MicrometerMeters.in(context);
    }

    /** The meters of a tenant; empty for the standard one. */
    Meters of(String tenant);

    /** Adds to a counter. */
    void add(Metric counter, double amount, String... tags);

    /** Adds to a timer. */
    void record(Metric timer, Duration time, String... tags);

    /** Replaces all values of a gauge, by their tags; each is asked for its value whenever somebody looks. */
    void show(Metric gauge, Map<List<String>, DoubleSupplier> values);

    /** Whether there is a registry for them. */
    boolean areRead();
}
