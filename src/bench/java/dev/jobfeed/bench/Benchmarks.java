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

/** Measures the bundle beside other ways to do the same: {@code mvn -Pbench verify -DskipTests}. */
@Command(name = "bench", description = "Measures the bundle beside other ways to do the same.")
public final class Benchmarks implements Callable<Integer> {

    private static final int DRAINS = 3;

    @Option(names = "--rows", split = ",", description = "Jobs in the feed; each number gets a table of its own.")
    private List<Integer> sizes = List.of(60_000);

    @Option(names = "--pairs", description = "How often each contender does each scenario.")
    private int pairs = 5;

    @Option(names = "--databases", split = ",", description = "postgresql, h2.")
    private List<String> databases = List.of("postgresql", "h2");

    @Option(names = "--contenders", split = ",", description = "bundle, lean-loop, loop, spring-batch.")
    private List<String> contenders = List.of("bundle", "lean-loop", "loop", "spring-batch");

    @Option(names = "--scenarios", split = ",", description = "backfill, unchanged, 90 % unchanged, updated, latency.")
    private List<String> scenarios = List.of("backfill", "unchanged", "90 % unchanged", "updated", "latency");

    @Option(names = "--short-runs", arity = "1", description = "Whether runs of one page are measured, too.")
    private boolean shortRuns = true;

    @Option(names = "--java-options", split = " ", description = "Options of every contender's Java.")
    private List<String> javaOptions = List.of("-Xmx512m", "-XX:+UseParallelGC", "-Dh2.objectCache=false");

    @Option(names = "--cpus", description = "The CPUs of every contender, as taskset takes them; empty means all.")
    private String cpus = "";

    @Option(names = "--bundle", description = "The assembled bundle.")
    private Path bundle = Path.of("target/jobfeed");

    @Option(names = "--work", description = "Where measurements are kept.")
    private Path work = Path.of("target/bench");

    @Option(names = "--report", description = "The document to write.")
    private Path report = Path.of("docs/benchmarks.md");

    @Option(names = "--keep", description = "Add to the measurements that are there, for a long benchmark in pieces.")
    private boolean keep;

    public static void main(String[] args) {
        System.exit(new CommandLine(new Benchmarks()).execute(args));
    }

    @Override
    public Integer call() throws Exception {
        Files.createDirectories(work);
        Measurements measurements = Measurements.in(work.resolve("measurements.csv"), keep);
        Facts facts = Facts.in(work.resolve("facts.properties"), keep);
        facts.set("java-options", String.join(" ", javaOptions));
        int first = measurements.lastPair() + 1;
        for (int rows : sizes) {
            try (ServerProcess server = ServerProcess.start(rows)) {
                facts.set("ceiling", String.format(Locale.ROOT, "%,.0f", ceiling(server, rows)));
                for (String database : databases) {
                    try (Store store = store(database)) {
                        facts.version(store.product(), store.version());
                        Track track = new Track(server, store, bundle.toAbsolutePath(), javaOptions, cpus, rows, work);
                        for (int pair = first; pair < first + pairs; pair++) {
                            pair(pair, track, measurements);
                        }
                        if (shortRuns && rows == sizes.get(0)) {
                            facts.set(
                                    ShortRuns.FACT + store.label(),
                                    track.shortRuns().line(store.product()));
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

    /** Rows a second that the server delivers to a client which does nothing with them; the best of a few tries. */
    private static double ceiling(ServerProcess server, int rows) throws IOException, InterruptedException {
        Duration best = server.drain();
        for (int i = 1; i < DRAINS; i++) {
            Duration next = server.drain();
            best = next.compareTo(best) < 0 ? next : best;
        }
        return rows / (best.toNanos() / 1e9);
    }

    private static Store store(String name) throws IOException, InterruptedException, SQLException {
        return switch (name) {
            case "postgresql" -> new PostgresStore();
            case "h2" -> new H2Store();
            default -> throw new IllegalArgumentException("There is no database " + name + ".");
        };
    }

    private void pair(int pair, Track track, Measurements measurements)
            throws IOException, InterruptedException, SQLException {
        List<Contender> order = new ArrayList<>(List.of(Contender.values()));
        order.removeIf(contender -> !contenders.contains(contender.label()));
        // nobody is always first
        Collections.rotate(order, pair);
        for (List<Scenario> chain : Scenario.CHAINS) {
            List<Scenario> wanted = wanted(chain);
            for (Contender contender : wanted.isEmpty() ? List.<Contender>of() : order) {
                track.renew();
                for (Scenario scenario : wanted) {
                    Measurement measurement = track.run(pair, contender, scenario);
                    measurements.add(measurement);
                    System.out.printf(
                            Locale.ROOT, "%s  %,.0f rows/s%n", measurement.csv(), measurement.rowsPerSecond());
                }
                track.compare(contender, wanted.get(wanted.size() - 1));
            }
        }
    }

    /** A chain as far as it is asked for; what stands before that prepares the database. */
    private List<Scenario> wanted(List<Scenario> chain) {
        int length = chain.size();
        while (length > 0 && !scenarios.contains(chain.get(length - 1).label())) {
            length--;
        }
        return chain.subList(0, length);
    }
}
