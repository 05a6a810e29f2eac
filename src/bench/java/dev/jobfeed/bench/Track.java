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

/** Where contenders run: one server and one database, the same conditions for all. */
final class Track {

    private static final double MEGA = 1_000_000;

    private final ServerProcess server;
    private final Store store;
    private final Path bundle;
    private final List<String> javaOptions;
    private final String cpus;
    private final int rows;
    private final Path work;
    private final Set<String> compared = new HashSet<>();
    private final Map<Scenario, String> left = new EnumMap<>(Scenario.class);

    Track(ServerProcess server, Store store, Path bundle, List<String> javaOptions, String cpus, int rows, Path work) {
        this.server = server;
        this.store = store;
        this.bundle = bundle;
        this.javaOptions = javaOptions;
        this.cpus = cpus;
        this.rows = rows;
        this.work = work;
    }

    /** Begins with an empty database. */
    void renew() throws SQLException, IOException {
        store.renew();
    }

    /** Lets a contender do a scenario. */
    Measurement run(int pair, Contender contender, Scenario scenario)
            throws SQLException, IOException, InterruptedException {
        store.settle();
        server.begin(scenario);
        long written = store.bytesWritten();
        MeasuredProcess.Usage usage = MeasuredProcess.run(
                command(contender, scenario), environment(contender), Files.createDirectories(work));
        written = store.bytesWritten() - written;
        Duration time = Duration.between(server.firstRequest(), finishedAt(contender));
        return new Measurement(
                pair,
                store.label(),
                contender.label(),
                scenario.label(),
                rows,
                time.toNanos() / 1e9,
                usage.whole().toNanos() / 1e9,
                usage.cpu().toMillis() / 1e3,
                usage.peakMemory() / MEGA,
                written / MEGA,
                said(usage.output(), "fetching"),
                said(usage.output(), "storing"));
    }

    /** The seconds that the bundle names at the end of a run; 0 where there are none. */
    private static double said(String output, String half) {
        Matcher seconds = Pattern.compile(half + " ([0-9.]+) s").matcher(output);
        return seconds.find() ? Double.parseDouble(seconds.group(1)) : 0;
    }

    /** Makes sure that a contender left the same rows as the one before it, the first time that each of them comes. */
    void compare(Contender contender, Scenario scenario) throws SQLException {
        if (compared.add(contender.label() + scenario.label())) {
            String digest = Contents.digest(store.url());
            String before = left.putIfAbsent(scenario, digest);
            if (before != null && !before.equals(digest)) {
                throw new IllegalStateException(
                        contender.title() + " did not store what the others stored after " + scenario.label() + ".");
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
                    Java.command(javaOptions, contender.main(), server.baseUrl(), Sandbox.TEST_KEY, store.url()));
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

    /** Loads the feed with the bundle, and lets it then run every second with one page. */
    ShortRuns shortRuns() throws SQLException, IOException, InterruptedException {
        store.renew();
        server.begin(Scenario.BACKFILL);
        MeasuredProcess.run(command(Contender.BUNDLE, Scenario.BACKFILL), environment(), Files.createDirectories(work));
        store.settle();
        server.beginOnePage();
        return ShortRuns.measure(
                server, store, bundle.resolve("bin/jobfeed"), environment(), work.resolve("short-runs.txt"));
    }

    /** When the last page was committed; makes sure that all rows are there. */
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
