package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.stream.Stream;

/** All measurements of a benchmark, kept in a file as they come. */
final class Measurements {

    private final Path file;
    private final List<Measurement> all = new ArrayList<>();

    private Measurements(Path file) {
        this.file = file;
    }

    /** Begins anew, or with what is in the file. */
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

    /** The number of the last pair; 0 before the first. */
    int lastPair() {
        return all.stream().mapToInt(Measurement::pair).max().orElse(0);
    }

    /** How many rows the feeds had, in ascending order. */
    List<Integer> sizes() {
        return all.stream().map(Measurement::rows).distinct().sorted().toList();
    }

    /** The measurements with a feed of so many rows. */
    Measurements ofSize(int rows) {
        Measurements some = new Measurements(file);
        all.stream().filter(one -> one.rows() == rows).forEach(some.all::add);
        return some;
    }

    /** Whether a contender did a scenario. */
    boolean has(String database, Scenario scenario, Contender contender) {
        return of(database, scenario, contender).findAny().isPresent();
    }

    /** The fewest repetitions that a contender has of a scenario. */
    int pairs() {
        return (int) all.stream()
                .mapToLong(one -> all.stream().filter(one::isRepeatedBy).count())
                .min()
                .orElse(0);
    }

    /** The values of one figure, in ascending order. */
    double[] sorted(String database, Scenario scenario, Contender contender, ToDoubleFunction<Measurement> figure) {
        return of(database, scenario, contender).mapToDouble(figure).sorted().toArray();
    }

    /** The median of one figure. */
    double median(String database, Scenario scenario, Contender contender, ToDoubleFunction<Measurement> figure) {
        return median(sorted(database, scenario, contender, figure));
    }

    /** The bundle's speed over another's, pair by pair, in ascending order. */
    double[] ratios(String database, Scenario scenario, Contender other) {
        return of(database, scenario, Contender.BUNDLE)
                .flatMapToDouble(mine -> of(database, scenario, other)
                        .filter(theirs -> theirs.pair() == mine.pair())
                        .mapToDouble(theirs -> mine.rowsPerSecond() / theirs.rowsPerSecond()))
                .sorted()
                .toArray();
    }

    /** The median of the bundle's time with latency over the longer of fetching and storing; NaN without one. */
    double overlap(String database) {
        return median(
                database,
                Scenario.LATENCY,
                Contender.BUNDLE,
                one -> one.seconds() / Math.max(one.fetchSeconds(), one.storeSeconds()));
    }

    private Stream<Measurement> of(String database, Scenario scenario, Contender contender) {
        return all.stream()
                .filter(one -> one.database().equals(database)
                        && one.scenario().equals(scenario.label())
                        && one.contender().equals(contender.label()));
    }

    /** The median of values in ascending order; NaN without one. */
    static double median(double[] sorted) {
        int middle = sorted.length / 2;
        if (sorted.length == 0) {
            return Double.NaN;
        }
        return sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
