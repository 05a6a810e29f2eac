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

/** PostgreSQL servers of the tests' own, from the machine's binaries; one that is shared, and any that are to be stopped. */
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

    /** The URL of a new, empty database; skips the test where there is no PostgreSQL, unless in CI. */
    public static synchronized String newDatabase() throws Exception {
        if (shared == null) {
            shared = startOwn();
        }
        return shared.create();
    }

    /** The URL of a new database with the bundle's schema, copied from one that was migrated once; skips likewise. */
    public static synchronized String migratedDatabase() throws Exception {
        if (migrated == null) {
            DataSource template = new DriverManagerDataSource(newDatabase());
            Dialect.of(template).prepare(template, Optional.empty(), true);
            migrated = "jobs" + DATABASES.get();
        }
        return shared.create(" template " + migrated);
    }

    /** A server beside the shared one; skips the test where there is no PostgreSQL, unless in CI. */
    static PostgresServer startOwn() throws IOException, InterruptedException {
        return startOwn("fsync=off");
    }

    /** The same with settings of its own, each as {@code name=value}. */
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

    /** A new, empty database; its URL. */
    public String create() throws SQLException {
        return create("");
    }

    private String create(String options) throws SQLException {
        String name = "jobs" + DATABASES.incrementAndGet();
        execute("create database " + name + options);
        return url(name);
    }

    /** A new, empty database whose files are in this directory; its URL. */
    String create(Path directory) throws SQLException {
        String name = "jobs" + DATABASES.incrementAndGet();
        execute(
                "create tablespace " + name + " location '" + directory + "'",
                "create database " + name + " tablespace " + name);
        return url(name);
    }

    /** Drops the database in a directory, whoever is connected to it. */
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

    /** Asks a user for its password from now on; the others are trusted. */
    void requirePassword(String user) throws IOException, InterruptedException {
        Path rules = Path.of(data(), "pg_hba.conf");
        Files.writeString(rules, "host all " + user + " 127.0.0.1/32 scram-sha-256\n" + Files.readString(rules));
        control("reload");
    }

    /** Executes statements as the superuser, outside of the tests' databases. */
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

    /** The URL of a database. */
    public String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    /** A directory of the server's user. */
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

    /** Starts it, at the port it always has. */
    void start() throws IOException, InterruptedException {
        String options = "-p " + port + " -h 127.0.0.1 -k " + directory + " -c " + String.join(" -c ", settings);
        control("-l", directory.resolve("log").toString(), "-o", options, "start");
    }

    boolean isRunning() {
        return Files.exists(Path.of(data(), "postmaster.pid"));
    }

    /** Stops it as a crash would. */
    void crash() throws IOException, InterruptedException {
        control("-m", "immediate", "stop");
    }

    private void control(String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(binaries.resolve("pg_ctl").toString(), "-w", "-D", data()));
        command.addAll(List.of(arguments));
        run(command, root, directory);
    }

    /** Stops it for good, and forgets all it had. */
    @Override
    public void close() {
        if (!Files.exists(directory)) {
            return;
        }
        try {
            if (isRunning()) {
                crash();
            }
            // not awaited: hundreds of databases take longer than a test's JVM has for its end
            new ProcessBuilder("rm", "-rf", directory.toString()).start();
        } catch (IOException | InterruptedException e) {
            System.err.println("The test's PostgreSQL was not stopped: " + e.getMessage());
        }
    }

    /** The port in a URL of a server of this kind. */
    static int port(String url) {
        return Integer.parseInt(url.replaceFirst("^jdbc:postgresql://127\\.0\\.0\\.1:(\\d+)/.*", "$1"));
    }

    /** The same database by another port. */
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
