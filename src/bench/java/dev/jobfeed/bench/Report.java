package dev.jobfeed.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Writes the document about a benchmark from the text of {@code benchmarks.md} and the measurements. */
final class Report {

    private static final Map<String, String> DATABASES = Map.of("postgresql", "PostgreSQL", "h2", "H2");

    /** Holds the minimum ratios of the bundle's rows a second to those of the lean loop: with PostgreSQL, with H2. */
    private static final Map<Scenario, List<Double>> GOALS = Map.of(
            Scenario.BACKFILL, List.of(0.95, 0.95),
            Scenario.UNCHANGED, List.of(1.5, 1.3),
            Scenario.MOSTLY_UNCHANGED, List.of(1.2, 1.1),
            Scenario.UPDATED, List.of(1.0, 1.0),
            Scenario.LATENCY, List.of(0.95, 0.95));

    /** Holds the minimum ratio to Spring Batch. */
    private static final double BATCH_GOAL = 1.25;

    /** Holds the rows a second at the documented maximum of the API: 120 requests a minute, 1,000 rows each. */
    private static final int MAX_RATE = 2_000;

    private final Measurements measurements;
    private final Facts facts;

    Report(Measurements measurements, Facts facts) {
        this.measurements = measurements;
        this.facts = facts;
    }

    /** Returns the whole document. */
    String document() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream("benchmarks.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{pairs}", Integer.toString(measurements.repetitions()))
                    .replace("{goals}", goals())
                    .replace("{counted}", Integer.toString(ShortRuns.MEASURED_RUNS))
                    .replace("{warm}", Integer.toString(ShortRuns.WARMUP_RUNS))
                    .replace("{overlap}", overlap())
                    .replace(
                            "{short-runs}",
                            ShortRuns.table(
                                    facts.text(ShortRuns.FACT_PREFIX + "postgresql"),
                                    facts.text(ShortRuns.FACT_PREFIX + "h2")))
                    .replace("{figures}", tables(Report::metrics))
                    .replace("{ceiling}", facts.text("ceiling"))
                    .replace("{java-options}", facts.text("java-options"))
                    .replace("{machine}", facts.text("machine"))
                    .replace("{load}", facts.text("load"))
                    .replace("{versions}", facts.versions());
        }
    }

    /** Returns the comparison of the bundle with the other contenders, one table for each feed size. */
    String goals() {
        return tables(Report::goals);
    }

    private String tables(Function<Measurements, String> table) {
        return measurements.sizes().stream()
                .map(rows -> String.format(Locale.ROOT, "A feed of %,d rows:\n\n", rows)
                        + table.apply(measurements.ofSize(rows)))
                .collect(Collectors.joining("\n\n"));
    }

    private static String goals(Measurements measurements) {
        List<String> lines = new ArrayList<>();
        lines.add("| database | scenario | over the lean loop | goal | | over the loop | over Spring Batch | goal | |");
        lines.add("|---|---|---:|---:|---|---:|---:|---:|---|");
        for (String database : List.of("postgresql", "h2")) {
            for (Scenario scenario : Scenario.values()) {
                if (measurements.has(database, scenario, Contender.BUNDLE)) {
                    lines.add("| " + DATABASES.get(database) + " | " + scenario.label() + " | "
                            + goal(
                                    measurements.ratios(database, scenario, Contender.LEAN_LOOP),
                                    GOALS.get(scenario).get(database.equals("postgresql") ? 0 : 1))
                            + " | " + ratio(measurements.ratios(database, scenario, Contender.LOOP)) + " | "
                            + goal(measurements.ratios(database, scenario, Contender.SPRING_BATCH), BATCH_GOAL)
                            + " |");
                }
            }
        }
        return String.join("\n", lines);
    }

    private String overlap() {
        return DATABASES.keySet().stream()
                .sorted(Comparator.reverseOrder())
                .filter(database -> !Double.isNaN(measurements.overlap(database)))
                .map(database -> String.format(
                        Locale.ROOT, "%.2f times with %s", measurements.overlap(database), DATABASES.get(database)))
                .collect(Collectors.joining(", "));
    }

    private static String goal(double[] ratios, double goal) {
        return ratios.length == 0
                ? "- | - | -"
                : String.format(
                        Locale.ROOT,
                        "%s | %s | %s",
                        ratio(ratios),
                        goal,
                        Measurements.median(ratios) >= goal ? "reached" : "missed");
    }

    /** Formats the median, the lowest and the highest of ratios in ascending order. */
    private static String ratio(double[] ratios) {
        return ratios.length == 0
                ? "-"
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f to %.2f)",
                        Measurements.median(ratios),
                        ratios[0],
                        ratios[ratios.length - 1]);
    }

    /** Returns the medians of all metrics, and the range of the first. */
    private static String metrics(Measurements measurements) {
        List<String> lines = new ArrayList<>();
        for (String database : List.of("postgresql", "h2")) {
            for (Scenario scenario : Scenario.values()) {
                for (Contender contender : Contender.values()) {
                    if (measurements.has(database, scenario, contender)) {
                        lines.add(line(measurements, database, scenario, contender));
                    }
                }
            }
        }
        return "| database | scenario | contender | rows/s | slowest to fastest | feed s | process s | CPU s"
                + " | CPU ms/1,000 rows | share of a core | peak MB | written MB |\n"
                + "|---|---|---|---:|---:|---:|---:|---:|---:|---:|---:|---:|\n"
                + String.join("\n", lines);
    }

    private static String line(Measurements measurements, String database, Scenario scenario, Contender contender) {
        double[] rates = measurements.sorted(database, scenario, contender, Measurement::rowsPerSecond);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %,.0f | %,.0f to %,.0f | %.2f | %.2f | %.2f | %,.0f | %.0f %% | %,.0f | %,.1f |",
                DATABASES.get(database),
                scenario.label(),
                contender.title(),
                measurements.median(database, scenario, contender, Measurement::rowsPerSecond),
                rates[0],
                rates[rates.length - 1],
                measurements.median(database, scenario, contender, Measurement::seconds),
                measurements.median(database, scenario, contender, Measurement::processSeconds),
                measurements.median(database, scenario, contender, Measurement::cpuSeconds),
                measurements.median(database, scenario, contender, Measurement::cpuMillisPerThousand),
                measurements.median(database, scenario, contender, Measurement::cpuMillisPerThousand)
                        * MAX_RATE
                        / 10_000,
                measurements.median(database, scenario, contender, Measurement::peakMemoryMb),
                measurements.median(database, scenario, contender, Measurement::writtenMb));
    }
}
