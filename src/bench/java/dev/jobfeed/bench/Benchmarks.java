package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** Measures the bundle beside other ways to do the same: {@code mvn -Pbench verify -DskipTests}. */
@Command(name = "bench", showDefaultValues = true)
public final class Benchmarks implements Callable<Integer> {

    @Option(names = "--rows", description = "Jobs in the feed.")
    private int rows = 30_000;

    @Option(names = "--pairs", description = "How often each contender does each scenario.")
    private int pairs = 5;

    @Option(names = "--databases", split = ",", description = "postgresql, h2.")
    private List<String> databases = List.of("postgresql", "h2");

    @Option(names = "--contenders", split = ",", description = "bundle, loop, spring-batch.")
    private List<String> contenders = List.of("bundle", "loop", "spring-batch");

    @Option(names = "--scenarios", split = ",", description = "backfill, unchanged, updated, latency.")
    private List<String> scenarios = List.of("backfill", "unchanged", "updated", "latency");

    @Option(names = "--java-options", split = " ", description = "Options of every contender's Java.")
    private List<String> javaOptions = List.of("-Xmx512m");

    @Option(names = "--cpus", description = "The CPUs of every contender, as taskset takes them; empty means all.")
    private String cpus = "";

    @Option(names = "--bundle", description = "The assembled bundle.")
    private Path bundle = Path.of("target/jobfeed");

    @Option(names = "--work", description = "Where measurements are kept.")
    private Path work = Path.of("target/bench");

    @Option(names = "--keep", description = "Add to the measurements that are there, for a long benchmark in pieces.")
    private boolean keep;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(work);
        Path measured = work.resolve("measurements.csv");
        if (!keep || !Files.exists(measured)) {
            Files.writeString(measured, Measurement.HEADER + "\n");
        }
        int first = 1 + lastPair(measured);
        try (ServerProcess server = ServerProcess.start(rows)) {
            for (String database : databases) {
                try (Store store = store(database)) {
                    for (int pair = first; pair < first + pairs; pair++) {
                        pair(
                                pair,
                                new Round(server, store, bundle.toAbsolutePath(), javaOptions, cpus, rows, work),
                                measured);
                    }
                }
            }
        }
        return 0;
    }

    private static int lastPair(Path measured) throws IOException {
        return Files.readAllLines(measured).stream()
                .skip(1)
                .mapToInt(line -> Measurement.parse(line).pair())
                .max()
                .orElse(0);
    }

    private static Store store(String name) throws IOException, InterruptedException, SQLException {
        return name.equals("h2") ? new H2Store() : new PostgresStore();
    }

    private void pair(int pair, Round round, Path measured) throws Exception {
        List<Contender> order = new ArrayList<>(List.of(Contender.values()));
        order.removeIf(contender -> !contenders.contains(contender.label()));
        // nobody is always first
        Collections.rotate(order, pair);
        for (List<Scenario> chain : Scenario.CHAINS) {
            int length = 1
                    + chain.stream()
                            .filter(scenario -> scenarios.contains(scenario.label()))
                            .mapToInt(chain::indexOf)
                            .max()
                            .orElse(-1);
            for (Contender contender : order) {
                round.renew();
                for (Scenario scenario : chain.subList(0, length)) {
                    Measurement measurement = round.run(pair, contender, scenario);
                    Files.writeString(measured, measurement.csv() + "\n", StandardOpenOption.APPEND);
                    System.out.printf(
                            Locale.ROOT, "%s  %,.0f rows/s%n", measurement.csv(), measurement.rowsPerSecond());
                }
            }
        }
    }
}
