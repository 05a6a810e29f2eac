package dev.jobfeed.bench;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;

/** The document about a benchmark: the text around it from {@code benchmarks.md}, the figures from measurements. */
final class Report {

    private static final Map<String, String> DATABASES = Map.of("postgresql", "PostgreSQL", "h2", "H2");

    /** What the bundle's rows a second must at least be, over the loop's. */
    private static final Map<Scenario, Double> GOALS = Map.of(
            Scenario.BACKFILL, 0.9,
            Scenario.UNCHANGED, 1.0,
            Scenario.UPDATED, 1.0,
            Scenario.LATENCY, 1.0);

    private final Measurements measurements;
    private final Facts facts;

    Report(Measurements measurements, Facts facts) {
        this.measurements = measurements;
        this.facts = facts;
    }

    /** The whole document. */
    String document() throws IOException {
        try (InputStream in = Report.class.getResourceAsStream("benchmarks.md")) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace("{rows}", String.format(Locale.ROOT, "%,d", measurements.rows()))
                    .replace("{pairs}", Integer.toString(measurements.pairs()))
                    .replace("{goals}", goals())
                    .replace("{overlap}", overlap())
                    .replace("{figures}", figures())
                    .replace("{ceiling}", facts.text("ceiling"))
                    .replace("{java-options}", facts.text("java-options"))
                    .replace("{machine}", facts.text("machine"))
                    .replace("{load}", facts.text("load"))
                    .replace("{versions}", facts.versions());
        }
    }

    /** How the bundle stands against the others. */
    String goals() {
        List<String> lines = new ArrayList<>();
        lines.add("| database | scenario | over the loop | goal | | over Spring Batch | goal | |");
        lines.add("|---|---|---:|---:|---|---:|---:|---|");
        for (String database : List.of("postgresql", "h2")) {
            for (Scenario scenario : Scenario.values()) {
                if (measurements.has(database, scenario, Contender.BUNDLE)) {
                    lines.add("| " + DATABASES.get(database) + " | " + scenario.label() + " | "
                            + goal(measurements.ratios(database, scenario, Contender.LOOP), GOALS.get(scenario))
                            + " | "
                            + goal(measurements.ratios(database, scenario, Contender.SPRING_BATCH), 1.0) + " |");
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
        double ratio = Measurements.median(ratios);
        return Double.isNaN(ratio)
                ? "- | - | -"
                : String.format(
                        Locale.ROOT,
                        "%.2f (%.2f to %.2f) | %.1f | %s",
                        ratio,
                        ratios[0],
                        ratios[ratios.length - 1],
                        goal,
                        ratio >= goal ? "reached" : "missed");
    }

    /** The medians of all figures, and the spread of the first. */
    private String figures() {
        List<String> lines = new ArrayList<>();
        for (String database : List.of("postgresql", "h2")) {
            for (Scenario scenario : Scenario.values()) {
                for (Contender contender : Contender.values()) {
                    if (measurements.has(database, scenario, contender)) {
                        lines.add(line(database, scenario, contender));
                    }
                }
            }
        }
        return "| database | scenario | contender | rows/s | slowest to fastest | feed s | process s | CPU s | peak MB"
                + " | written MB |\n|---|---|---|---:|---:|---:|---:|---:|---:|---:|\n"
                + String.join("\n", lines);
    }

    private String line(String database, Scenario scenario, Contender contender) {
        double[] speeds = measurements.sorted(database, scenario, contender, Measurement::rowsPerSecond);
        return String.format(
                Locale.ROOT,
                "| %s | %s | %s | %,.0f | %,.0f to %,.0f | %.2f | %.2f | %.2f | %,.0f | %,.1f |",
                DATABASES.get(database),
                scenario.label(),
                contender.title(),
                measurements.median(database, scenario, contender, Measurement::rowsPerSecond),
                speeds[0],
                speeds[speeds.length - 1],
                measurements.median(database, scenario, contender, Measurement::seconds),
                measurements.median(database, scenario, contender, Measurement::wholeSeconds),
                measurements.median(database, scenario, contender, Measurement::cpuSeconds),
                measurements.median(database, scenario, contender, Measurement::memory),
                measurements.median(database, scenario, contender, Measurement::written));
    }
}
