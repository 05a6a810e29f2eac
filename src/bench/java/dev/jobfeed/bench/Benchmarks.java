package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the bundle against other implementations: {@code mvn -Pbench verify -DskipTests}. */
@Command(name = "bench", description = "Measures the bundle against other implementations.")
public final class Benchmarks implements Callable<Integer> {

    private static final int TRANSFERS = 3;

    @Option(names = "--rows", split = ",", description = "Jobs in the feed; each number gets a separate table.")
    private List<Integer> sizes = List.of(60_000);

    @Option(names = "--pairs", description = "Repetitions of each contender and scenario.")
    private int repetitions = 5;

    @Option(names = "--databases", split = ",", description = "postgresql, h2.")
    private List<String> databases = List.of("postgresql", "h2");

    @Option(names = "--contenders", split = ",", description = "bundle, lean-loop, loop, spring-batch.")
    private List<String> contenders = List.of("bundle", "lean-loop", "loop", "spring-batch");

    @Option(names = "--scenarios", split = ",", description = "backfill, unchanged, 90 % unchanged, updated, latency.")
    private List<String> scenarios = List.of("backfill", "unchanged", "90 % unchanged", "updated", "latency");

    @Option(names = "--short-runs", arity = "1", description = "Measure runs of one page, too.")
    private boolean shortRuns = true;

    @Option(names = "--java-options", split = " ", description = "Java options of every contender.")
    private List<String> javaOptions = List.of("-Xmx512m", "-XX:+UseParallelGC", "-Dh2.objectCache=false");

    @Option(names = "--cpus", description = "CPUs of every contender in the format of taskset; empty means all.")
    private String cpus = "";

    @Option(names = "--bundle", description = "Directory of the assembled bundle.")
    private Path bundle = Path.of("target/jobfeed");

    @Option(names = "--work", description = "Directory of the measurements.")
    private Path workDirectory = Path.of("target/bench");

    @Option(names = "--report", description = "Document to write.")
    private Path report = Path.of("docs/benchmarks.md");

    @Option(names = "--keep", description = "Add to the existing measurements, to split a long benchmark.")
    private boolean keep;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(workDirectory);
        Measurements measurements = Measurements.in(workDirectory.resolve("measurements.csv"), keep);
        Facts facts = Facts.in(workDirectory.resolve("facts.properties"), keep);
        facts.set("java-options", String.join(" ", javaOptions));
        int first = measurements.lastRepetition() + 1;
        for (int rows : sizes) {
            try (ServerProcess server = ServerProcess.start(rows)) {
                facts.set("ceiling", String.format(Locale.ROOT, "%,.0f", maxTransferRate(server, rows)));
                for (String database : databases) {
                    try (Store store = store(database)) {
                        facts.version(store.product(), store.version());
                        BenchmarkEnvironment environment = new BenchmarkEnvironment(
                                server, store, bundle.toAbsolutePath(), javaOptions, cpus, rows, workDirectory);
                        for (int repetition = first; repetition < first + repetitions; repetition++) {
                            repetition(repetition, environment, measurements);
                        }
                        if (shortRuns && rows == sizes.get(0)) {
                            facts.set(
                                    ShortRuns.FACT_PREFIX + store.label(),
                                    environment.measureShortRuns().tableRow(store.product()));
                        }
                    }
                }
            }
        }
        Report written = new Report(measurements, facts);
        Files.writeString(report, written.document());
        System.out.println(written.goals());
        return 0;
    }

    /** Measures the rows a second that a client receives which discards them; the best of several transfers. */
    private static double maxTransferRate(ServerProcess server, int rows) throws IOException, InterruptedException {
        Duration best = server.measureTransfer();
        for (int i = 1; i < TRANSFERS; i++) {
            Duration next = server.measureTransfer();
            best = next.compareTo(best) < 0 ? next : best;
        }
        return rows / (best.toNanos() / 1e9);
    }

    private static Store store(String name) throws IOException, InterruptedException, SQLException {
        return switch (name) {
            case "postgresql" -> new PostgresStore();
            case "h2" -> new H2Store();
            default -> throw new IllegalArgumentException("Unknown database " + name + ".");
        };
    }

    private void repetition(int repetition, BenchmarkEnvironment environment, Measurements measurements)
            throws IOException, InterruptedException, SQLException {
        List<Contender> order = new ArrayList<>(List.of(Contender.values()));
        order.removeIf(contender -> !contenders.contains(contender.label()));
        // rotates the order, so that no contender is always first
        Collections.rotate(order, repetition);
        for (List<Scenario> chain : Scenario.CHAINS) {
            List<Scenario> requested = requested(chain);
            for (Contender contender : requested.isEmpty() ? List.<Contender>of() : order) {
                environment.recreateDatabase();
                for (Scenario scenario : requested) {
                    Measurement measurement = environment.run(repetition, contender, scenario);
                    measurements.add(measurement);
                    System.out.printf(
                            Locale.ROOT, "%s  %,.0f rows/s%n", measurement.csv(), measurement.rowsPerSecond());
                }
                environment.verifyContents(contender, requested.get(requested.size() - 1));
            }
        }
    }

    /** Returns the scenarios of a chain up to the last requested one; the earlier ones prepare the database. */
    private List<Scenario> requested(List<Scenario> chain) {
        int length = chain.size();
        while (length > 0 && !scenarios.contains(chain.get(length - 1).label())) {
            length--;
        }
        return chain.subList(0, length);
    }
}
