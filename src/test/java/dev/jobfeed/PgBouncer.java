package dev.jobfeed;

import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Assumptions;

/** Runs a pooler in front of a PostgreSQL server; skips the test where it is not installed. */
record PgBouncer(Process process, int port) implements AutoCloseable {

    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

    /**
     * Starts a pooler.
     *
     * @param mode {@code session} or {@code transaction}
     */
    static PgBouncer start(PostgresServer server, String url, String mode) throws IOException {
        Assumptions.assumeTrue(Files.isExecutable(PROGRAM), "SKIPPED: no PgBouncer on this machine.");
        int port;
        try (ServerSocket socket = new ServerSocket(0)) {
            port = socket.getLocalPort();
        }
        Path settings = Files.createTempFile(server.directory(), "pgbouncer", ".ini");
        Files.writeString(settings, """
                [databases]
                * = host=127.0.0.1 port=%d user=postgres
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                unix_socket_dir =
                auth_type = any
                pool_mode = %s
                ignore_startup_parameters = extra_float_digits
                """.formatted(PostgresServer.port(url), port, mode));
        settings.toFile().setReadable(true, false);
        boolean root = System.getProperty("user.name").equals("root");
        List<String> command = new ArrayList<>(root ? List.of("runuser", "-u", "postgres", "--") : List.of());
        command.addAll(List.of(PROGRAM.toString(), settings.toString()));
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        await().atMost(JobfeedProcess.DEADLINE).ignoreExceptions().until(() -> {
            new Socket("127.0.0.1", port).close();
            return true;
        });
        return new PgBouncer(process, port);
    }

    /** Returns the URL of a database through the pooler. */
    String url(String database) {
        return "jdbc:postgresql://127.0.0.1:" + port + "/" + database + "?user=postgres";
    }

    @Override
    public void close() throws InterruptedException {
        process.descendants().forEach(ProcessHandle::destroy);
        process.destroy();
        process.waitFor();
    }
}
