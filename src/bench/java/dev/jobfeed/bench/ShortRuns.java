package dev.jobfeed.bench;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Measures a run of one page in a process that has been running for a while.
 *
 * @param millis from the start of a run to its commit
 * @param cpuMillis CPU time of the process a run
 * @param statements executed by the database a run; empty if it does not count them
 */
record ShortRuns(double millis, double cpuMillis, OptionalLong statements) {

    /** Holds the number of runs before the measured ones, for Java to compile what they use. */
    static final int WARMUP_RUNS = 60;

    /** Holds the number of measured runs. */
    static final int MEASURED_RUNS = 60;

    /** Holds the prefix of the facts with the row of a database; the label follows. */
    static final String FACT_PREFIX = "short-runs.";

    private static final long POLL_MILLIS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Starts the bundle with one run a second, and stops it after enough of them. */
    static ShortRuns measure(
            ServerProcess server, Store store, Path command, Map<String, String> environment, Path output)
            throws IOException, InterruptedException, SQLException {
        Map<String, String> settings = new HashMap<>(environment);
        settings.put("JOBFEED_JOBS_SCHEDULE", "* * * * * ?");
        settings.put("JOBFEED_HTTP_PORT", "0");
        Process process = MeasuredProcess.start(List.of(command.toString(), "run"), settings, output);
        Duration cpu;
        OptionalLong statements;
        try {
            await(server, process, WARMUP_RUNS, output);
            cpu = ProcessStatistics.cpu(process.pid());
            statements = store.statements();
            await(server, process, WARMUP_RUNS + MEASURED_RUNS, output);
            cpu = ProcessStatistics.cpu(process.pid()).minus(cpu);
            OptionalLong before = statements;
            statements = store.statements();
            if (statements.isPresent()) {
                statements = OptionalLong.of((statements.getAsLong() - before.getAsLong()) / MEASURED_RUNS);
            }
        } finally {
            process.destroy();
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        }
        return new ShortRuns(millis(store), cpu.toNanos() / 1e6 / MEASURED_RUNS, statements);
    }

    private static void await(ServerProcess server, Process process, int scans, Path output)
            throws IOException, InterruptedException {
        long started = System.nanoTime();
        while (server.scans() < scans) {
            if (!process.isAlive() || System.nanoTime() - started > LIMIT.toNanos()) {
                throw new IOException("The bundle did not complete the runs; its output:\n" + Files.readString(output));
            }
            Thread.sleep(POLL_MILLIS);
        }
    }

    /** Returns the median duration of the last runs. */
    private static double millis(Store store) throws SQLException {
        List<Double> times = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(store.url());
                Statement statement = connection.createStatement();
                ResultSet runs = statement.executeQuery("select run_started_at, finished_at, updated from sync_run"
                        + " where status = 'succeeded' order by id desc fetch first " + MEASURED_RUNS + " rows only")) {
            while (runs.next()) {
                if (runs.getInt("updated") != 1000) {
                    throw new IllegalStateException("A run updated " + runs.getInt("updated") + " rows.");
                }
                times.add(Duration.between(
                                        runs.getTimestamp("run_started_at").toInstant(),
                                        runs.getTimestamp("finished_at").toInstant())
                                .toNanos()
                        / 1e6);
            }
        }
        return Measurements.median(
                times.stream().mapToDouble(Double::doubleValue).sorted().toArray());
    }

    /** Returns the table row of a database. */
    String tableRow(String product) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %s |",
                product,
                millis,
                cpuMillis,
                statements.isPresent() ? Long.toString(statements.getAsLong()) : "-");
    }

    /** Returns a table of rows; null stands for a row that was not measured. */
    static String table(String... lines) {
        return Stream.of(lines)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(
                        "\n", "| database | ms | CPU ms | statements |\n|---|---:|---:|---:|\n", ""));
    }
}
