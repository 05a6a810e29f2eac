package dev.jobfeed;

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
import org.junit.jupiter.api.Assumptions;

/** A PostgreSQL server of the tests' own, from the machine's binaries; started once, stopped with the JVM. */
public final class PostgresServer {

    private static final AtomicInteger DATABASES = new AtomicInteger();
    private static PostgresServer running;

    private final int port;

    private PostgresServer(int port) {
        this.port = port;
    }

    /** The URL of a new, empty database; skips the test where there is no PostgreSQL, unless in CI. */
    public static synchronized String newDatabase() throws Exception {
        Optional<Path> binaries = binaries();
        if (binaries.isEmpty()) {
            if (System.getenv("CI") != null) {
                throw new IllegalStateException("PostgreSQL is not installed, and CI must not skip its tests.");
            }
            Assumptions.abort("SKIPPED: no PostgreSQL server binaries on this machine (package postgresql).");
        }
        if (running == null) {
            running = start(binaries.get());
        }
        String name = "jobs" + DATABASES.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(running.url("postgres"));
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        return running.url(name);
    }

    private String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
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

    private static PostgresServer start(Path binaries) throws IOException, InterruptedException {
        Path directory = Files.createTempDirectory("jobfeed-postgres");
        boolean root = System.getProperty("user.name").equals("root");
        if (root) {
            run(List.of("chown", "postgres", directory.toString()), false, directory);
        }
        int port = freePort();
        String data = directory.resolve("data").toString();
        String control = binaries.resolve("pg_ctl").toString();
        run(List.of(binaries.resolve("initdb").toString(), "-A", "trust", "-U", "postgres", "-D", data), root, directory);
        String options = "-p " + port + " -h 127.0.0.1 -k " + directory + " -c fsync=off";
        run(List.of(control, "-w", "-D", data, "-l", directory.resolve("log").toString(), "-o", options, "start"), root, directory);
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try {
                run(List.of(control, "-w", "-m", "immediate", "-D", data, "stop"), root, directory);
                run(List.of("rm", "-rf", directory.toString()), false, Path.of("/"));
            } catch (IOException | InterruptedException e) {
                System.err.println("The test's PostgreSQL was not stopped: " + e.getMessage());
            }
        }));
        return new PostgresServer(port);
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

    /** Whether a session of a database waits for a lock. */
    static boolean hasWaiter(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement();
                var result = statement.executeQuery("select exists (select 1 from pg_locks where not granted)")) {
            result.next();
            return result.getBoolean(1);
        }
    }
}
