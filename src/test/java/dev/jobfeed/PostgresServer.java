package dev.jobfeed;

import dev.jobfeed.persistence.Dialect;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Assumptions;
import org.springframework.jdbc.datasource.DriverManagerDataSource;

/** Runs PostgreSQL servers from the machine's binaries: a shared one, and others that a test may stop. */
public final class PostgresServer implements AutoCloseable {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static PostgresServer shared;
    private static String migrated;

    private final Path binaries;
    private final Path directory;
    private final int port;
    private final List<String> settings;
    private final boolean root = System.getProperty("user.name").equals("root");

    private PostgresServer(Path binaries, Path directory, int port, List<String> settings) {
        this.binaries = binaries;
        this.directory = directory;
        this.port = port;
        this.settings = settings;
    }

    /** Returns the URL of a new, empty database; skips the test where there is no PostgreSQL, except in CI. */
    public static synchronized String newDatabase() throws Exception {
        if (shared == null) {
            shared = startOwn();
        }
        return shared.create();
    }

    /** Returns the URL of a new database with the bundle's schema, copied from a migrated template; skips likewise. */
    public static synchronized String migratedDatabase() throws Exception {
        if (migrated == null) {
            DataSource template = new DriverManagerDataSource(newDatabase());
            Dialect.of(template).prepare(template, Optional.empty(), true);
            migrated = "jobs" + DATABASES.get();
        }
        return shared.create(" template " + migrated);
    }

    /** Starts a separate server; skips the test where there is no PostgreSQL, except in CI. */
    static PostgresServer startOwn() throws IOException, InterruptedException {
        return startOwn("fsync=off");
    }

    /** Starts a separate server with settings of the form {@code name=value}. */
    public static PostgresServer startOwn(String... settings) throws IOException, InterruptedException {
        Optional<Path> binaries = binaries();
        if (binaries.isEmpty()) {
            if (System.getenv("CI") != null) {
                throw new IllegalStateException("PostgreSQL is not installed, and CI must not skip its tests.");
            }
            Assumptions.abort("SKIPPED: no PostgreSQL server binaries on this machine (package postgresql).");
        }
        PostgresServer server = new PostgresServer(
                binaries.get(), Files.createTempDirectory("jobfeed-postgres"), freePort(), List.of(settings));
        server.initialize();
        server.start();
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(server::close));
        return server;
    }

    /** Creates a database; returns its URL. */
    public String create() throws SQLException {
        return create("");
    }

    private String create(String options) throws SQLException {
        String name = "jobs" + DATABASES.incrementAndGet();
        execute("create database " + name + options);
        return url(name);
    }

    /** Creates a database with its files in a directory; returns its URL. */
    String create(Path directory) throws SQLException {
        String name = "jobs" + DATABASES.incrementAndGet();
        execute(
                "create tablespace " + name + " location '" + directory + "'",
                "create database " + name + " tablespace " + name);
        return url(name);
    }

    /** Drops the database in a directory, including its connections. */
    void dropFrom(Path directory) throws SQLException {
        String name;
        try (Connection connection = DriverManager.getConnection(url("postgres"));
                Statement statement = connection.createStatement();
                var found = statement.executeQuery(
                        "select spcname from pg_tablespace where pg_tablespace_location(oid) = '" + directory + "'")) {
            if (!found.next()) {
                return;
            }
            name = found.getString(1);
        }
        execute("drop database if exists " + name + " with (force)", "drop tablespace " + name);
    }

    /** Requires a password from a user from now on; other users are trusted. */
    void requirePassword(String user) throws IOException, InterruptedException {
        Path rules = Path.of(data(), "pg_hba.conf");
        Files.writeString(rules, "host all " + user + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        control("reload");
    }

    /** Executes statements as the superuser, in the maintenance database. */
    public void execute(String... statements) throws SQLException {
        executeIn(url("postgres"), statements);
    }

    /** Executes statements in a database. */
    public static void executeIn(String url, String... statements) throws SQLException {
        try (Connection connection = DriverManager.getConnection(url);
                Statement statement = connection.createStatement()) {
            for (String text : statements) {
                statement.execute(text);
            }
        }
    }

    /** Returns the URL of a database. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    /** Returns a directory that the server's user owns. */
    Path directory() {
        return directory;
    }

    private void initialize() throws IOException, InterruptedException {
        if (root) {
            run(List.of("chown", "postgres", directory.toString()), false, directory);
        }
        run(
                List.of(binaries.resolve("initdb").toString(), "-A", "trust", "-U", "postgres", "-D", data()),
                root,
                directory);
    }

    private String data() {
        return directory.resolve("data").toString();
    }

    /** Starts the server on its port. */
    void start() throws IOException, InterruptedException {
        String options = "-p " + port + " -h 127.0.0.1 -k " + directory + " -c " + String.join(" -c ", settings);
        control("-l", directory.resolve("log").toString(), "-o", options, "start");
    }

    boolean isRunning() {
        return Files.exists(Path.of(data(), "postmaster.pid"));
    }

    /** Stops the server as a crash would. */
    void crash() throws IOException, InterruptedException {
        control("-m", "immediate", "stop");
    }

    private void control(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(binaries.resolve("pg_ctl").toString(), "-w", "-D", data()));
        command.addAll(List.of(arguments));
        run(command, root, directory);
    }

    /** Stops the server and deletes its data. */
    @Override
    public void close() {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            if (isRunning()) {
                crash();
            }
            // not awaited: deleting hundreds of databases takes longer than a test JVM has at its end
            new ProcessBuilder("rm", "-rf", directory.toString()).start();
        } catch (IOException | InterruptedException e) {
            System.err.println("The test's PostgreSQL was not stopped: " + e.getMessage());
        }
    }

    /** Returns the port in a URL of such a server. */
    static int port(String url) {
        return Integer.parseInt(url.replaceFirst("^jdbc:postgresql://127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    }

    /** Returns the URL of the same database with another port. */
    static String atPort(String url, int port) {
        return url.replaceFirst(":\\d+/", ":" + port + "/");
    }

    private static Optional<Path> binaries() throws IOException {
        Path root = Path.of("/usr/lib/postgresql");
        if (!Files.isDirectory(root)) {
            return Optional.empty();
        }
        try (Stream<Path> versions = Files.list(root)) {
            return versions.map(version -> version.resolve("bin"))
                    .filter(bin -> Files.isExecutable(bin.resolve("initdb")))
                    .max(Path::compareTo);
        }
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0)) {
            return socket.getLocalPort();
        }
    }

    private static void run(List<String> command, boolean asPostgres, Path directory)
            throws IOException, InterruptedException {
        List<String> all = new ArrayList<>(asPostgres ? List.of("runuser", "-u", "postgres", "--") : List.of());
        all.addAll(command);
        Process process = new ProcessBuilder(all)
                .directory(directory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        if (process.waitFor() != 0) {
            throw new IOException(String.join(" ", all) + " ended with " + process.exitValue());
        }
    }
}
