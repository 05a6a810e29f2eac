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
 * What a run of one page takes within a process that has been running for a while.
 *
 * @param millis from the start of a run to its commit
 * @param cpuMillis of the process for a run
 * @param statements that the database executed for a run; empty if it does not count them
 */
record ShortRuns(double millis, double cpuMillis, OptionalLong statements) {

    /** Runs before those that count, for Java to compile what they use. */
    static final int WARM = 60;

    /** Runs that count. */
    static final int COUNTED = 60;

    /** The name of a database's line among the facts, before its label. */
    static final String FACT = "short-runs.";

    private static final long LOOK_MILLIS = 20;
    private static final Duration LIMIT = Duration.ofMinutes(10);

    /** Starts the bundle with a run a second, and ends it when enough of them have passed. */
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
            await(server, process, WARM, output);
            cpu = Accounts.cpu(process.pid());
            statements = store.statements();
            await(server, process, WARM + COUNTED, output);
            cpu = Accounts.cpu(process.pid()).minus(cpu);
            OptionalLong before = statements;
            statements = store.statements();
            if (statements.isPresent()) {
                statements = OptionalLong.of((statements.getAsLong() - before.getAsLong()) / COUNTED);
            }
        } finally {
            process.destroy();
            if (!process.waitFor(1, TimeUnit.MINUTES)) {
                process.destroyForcibly();
            }
        }
        return new ShortRuns(millis(store), cpu.toNanos() / 1e6 / COUNTED, statements);
    }

    private static void await(ServerProcess server, Process process, int scans, Path output)
            throws IOException, InterruptedException {
        long started = System.nanoTime();
        while (server.scans() < scans) {
            if (!process.isAlive() || System.nanoTime() - started > LIMIT.toNanos()) {
                throw new IOException("The bundle did not run every second, and said:\n" + Files.readString(output));
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    /** The median of the last runs. */
    private static double millis(Store store) throws SQLException {
        List<Double> times = new ArrayList<>();
        try (Connection connection = DriverManager.getConnection(store.url());
                Statement statement = connection.createStatement();
                ResultSet runs = statement.executeQuery("select run_started_at, finished_at, updated from sync_run"
                        + " where status = 'succeeded' order by id desc fetch first " + COUNTED + " rows only")) {
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

    /** Its line in the table. */
    String line(String product) {
        return String.format(
                Locale.ROOT,
                "| %s | %.0f | %.0f | %s |",
                product,
                millis,
                cpuMillis,
                statements.isPresent() ? Long.toString(statements.getAsLong()) : "-");
    }

    /** The table of some lines; a line that was not measured is null. */
    static String table(String... lines) {
        return Stream.of(lines)
                .filter(Objects::nonNull)
                .collect(Collectors.joining(
                        "\n", "| database | ms | CPU ms | statements |\n|---|---:|---:|---:|\n", ""));
    }
}
