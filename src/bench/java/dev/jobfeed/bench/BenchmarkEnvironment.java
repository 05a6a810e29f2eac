package dev.jobfeed.bench;

import dev.jobfeed.sandbox.Sandbox;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Runs all contenders under the same conditions: one feed server and one database. */
final class BenchmarkEnvironment {

    private static final double MEGA = 1_000_000;

    private final ServerProcess server;
    private final Store store;
    private final Path bundle;
    private final List<String> javaOptions;
    private final String cpus;
    private final int rows;
    private final Path work;
    private final Set<String> verified = new HashSet<>();
    private final Map<Scenario, String> digests = new EnumMap<>(Scenario.class);

    BenchmarkEnvironment(
            ServerProcess server,
            Store store,
            Path bundle,
            List<String> javaOptions,
            String cpus,
            int rows,
            Path work) {
        this.server = server;
        this.store = store;
        this.bundle = bundle;
        this.javaOptions = javaOptions;
        this.cpus = cpus;
        this.rows = rows;
        this.work = work;
    }

    /** Replaces the database by an empty one. */
    void recreateDatabase() throws SQLException, IOException {
        store.recreate();
    }

    /** Runs a scenario with a contender and measures it. */
    Measurement run(int repetition, Contender contender, Scenario scenario)
            throws SQLException, IOException, InterruptedException {
        store.runMaintenance();
        server.serve(scenario);
        long bytesWritten = store.bytesWritten();
        MeasuredProcess.Usage usage = MeasuredProcess.run(
                command(contender, scenario), environment(contender), Files.createDirectories(work));
        bytesWritten = store.bytesWritten() - bytesWritten;
        Duration duration = Duration.between(server.firstRequest(), finishedAt(contender));
        return new Measurement(
                repetition,
                store.label(),
                contender.label(),
                scenario.label(),
                rows,
                duration.toNanos() / 1e9,
                usage.elapsed().toNanos() / 1e9,
                usage.cpu().toMillis() / 1e3,
                usage.peakMemory() / MEGA,
                bytesWritten / MEGA,
                reportedSeconds(usage.output(), "fetching"),
                reportedSeconds(usage.output(), "storing"));
    }

    /** Returns the seconds that the bundle reports at the end of a run; 0 if it does not. */
    private static double reportedSeconds(String output, String phase) {
        Matcher seconds = Pattern.compile(phase + " ([0-9.]+) s").matcher(output);
        return seconds.find() ? Double.parseDouble(seconds.group(1)) : 0;
    }

    /** Verifies, once for each contender and scenario, that all contenders stored the same rows. */
    void verifyContents(Contender contender, Scenario scenario) throws SQLException {
        if (verified.add(contender.label() + scenario.label())) {
            String digest = TableDigest.digest(store.url());
            String expected = digests.putIfAbsent(scenario, digest);
            if (expected != null && !expected.equals(digest)) {
                throw new IllegalStateException(contender.title()
                        + " did not store the same rows as the other contenders after " + scenario.label() + ".");
            }
        }
    }

    private List<String> command(Contender contender, Scenario scenario) {
        List<String> command = new ArrayList<>(cpus.isEmpty() ? List.of() : List.of("taskset", "-c", cpus));
        if (contender == Contender.BUNDLE) {
            command.addAll(
                    List.of(bundle.resolve("bin/jobfeed").toString(), scenario.isFirst() ? "sync" : "resync", "jobs"));
        } else {
            command.addAll(
                    JavaCommand.of(javaOptions, contender.main(), server.baseUrl(), Sandbox.TEST_KEY, store.url()));
        }
        return command;
    }

    private Map<String, String> environment(Contender contender) {
        return contender == Contender.BUNDLE ? environment() : Map.of();
    }

    private Map<String, String> environment() {
        return Map.of(
                "JAVA_HOME", System.getProperty("java.home"),
                "JAVA_OPTS", String.join(" ", javaOptions),
                "JOBO_BASE_URL", server.baseUrl(),
                "JOBO_API_KEY", Sandbox.TEST_KEY,
                "JOBFEED_DATASOURCE_URL", store.bundleUrl());
    }

    /** Loads the feed with the bundle, then measures runs of one page, one a second. */
    ShortRuns measureShortRuns() throws SQLException, IOException, InterruptedException {
        store.recreate();
        server.serve(Scenario.BACKFILL);
        MeasuredProcess.run(command(Contender.BUNDLE, Scenario.BACKFILL), environment(), Files.createDirectories(work));
        store.runMaintenance();
        server.serveOnePage();
        return ShortRuns.measure(
                server, store, bundle.resolve("bin/jobfeed"), environment(), work.resolve("short-runs.txt"));
    }

    /** Returns when the last page was committed; fails if rows are missing. */
    private Instant finishedAt(Contender contender) throws SQLException {
        try (Connection connection = DriverManager.getConnection(store.url());
                Statement statement = connection.createStatement()) {
            try (ResultSet stored = statement.executeQuery("select count(*) from active_job")) {
                stored.next();
                if (stored.getInt(1) != rows) {
                    throw new IllegalStateException(
                            contender.label() + " stored " + stored.getInt(1) + " rows of " + rows);
                }
            }
            try (ResultSet finished = statement.executeQuery(contender.finishedAt())) {
                finished.next();
                return finished.getTimestamp(1).toInstant();
            }
        }
    }
}
