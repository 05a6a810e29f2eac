package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** Stores the measurements of a benchmark in a file, each as soon as it is taken. */
final class Measurements {

    private final Path file;
    private final List<Measurement> all = new ArrayList<>();

    private Measurements(Path file) {
        this.file = file;
    }

    /** Opens the file, either empty or with the measurements that it contains. */
    static Measurements in(Path file, boolean keep) throws IOException {
        Measurements measurements = new Measurements(file);
        if (keep && Files.exists(file)) {
            Files.readAllLines(file).stream().skip(1).map(Measurement::parse).forEach(measurements.all::add);
        } else {
            Files.writeString(file, Measurement.HEADER + "\n");
        }
        return measurements;
    }

    void add(Measurement measurement) throws IOException {
        all.add(measurement);
        Files.writeString(file, measurement.csv() + "\n", StandardOpenOption.APPEND);
    }

    /** Returns the number of the last repetition; 0 without one. */
    int lastRepetition() {
        return all.stream().mapToInt(Measurement::repetition).max().orElse(0);
    }

    /** Returns the sizes of the feeds in rows, in ascending order. */
    List<Integer> sizes() {
        return all.stream().map(Measurement::rows).distinct().sorted().toList();
    }

    /** Returns the measurements with a feed of this size. */
    Measurements ofSize(int rows) {
        Measurements subset = new Measurements(file);
        all.stream().filter(measurement -> measurement.rows() == rows).forEach(subset.all::add);
        return subset;
    }

    /** Returns whether a contender was measured in a scenario. */
    boolean has(String database, Scenario scenario, Contender contender) {
        return of(database, scenario, contender).findAny().isPresent();
    }

    /** Returns the lowest number of repetitions of any contender and scenario. */
    int repetitions() {
        return (int) all.stream()
                .mapToLong(measurement ->
                        all.stream().filter(measurement::isRepeatedBy).count())
                .min()
                .orElse(0);
    }

    /** Returns the values of one metric in ascending order. */
    double[] sorted(String database, Scenario scenario, Contender contender, ToDoubleFunction<Measurement> metric) {
        return of(database, scenario, contender).mapToDouble(metric).sorted().toArray();
    }

    /** Returns the median of one metric. */
    double median(String database, Scenario scenario, Contender contender, ToDoubleFunction<Measurement> metric) {
        return median(sorted(database, scenario, contender, metric));
    }

    /** Returns the ratios of the bundle's speed to another contender's, one a repetition, in ascending order. */
    double[] ratios(String database, Scenario scenario, Contender otherContender) {
        return of(database, scenario, Contender.BUNDLE)
                .flatMapToDouble(bundle -> of(database, scenario, otherContender)
                        .filter(other -> other.repetition() == bundle.repetition())
                        .mapToDouble(other -> bundle.rowsPerSecond() / other.rowsPerSecond()))
                .sorted()
                .toArray();
    }

    /**
     * Returns the median of the bundle's time with latency, divided by the longer of fetching and storing; NaN without
     * one.
     */
    double overlap(String database) {
        return median(
                database,
                Scenario.LATENCY,
                Contender.BUNDLE,
                measurement ->
                        measurement.seconds() / Math.max(measurement.fetchSeconds(), measurement.storeSeconds()));
    }

    private Stream<Measurement> of(String database, Scenario scenario, Contender contender) {
        return all.stream()
                .filter(measurement -> measurement.database().equals(database)
                        && measurement.scenario().equals(scenario.label())
                        && measurement.contender().equals(contender.label()));
    }

    /** Returns the median of values in ascending order; NaN without one. */
    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
