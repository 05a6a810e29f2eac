package dev.jobfeed.cli;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.sql.SQLException;
import java.util.HexFormat;
import java.util.Optional;
import org.h2.tools.Server;

/**
 * Shares the H2 file of {@code run} with other commands: a server on the loopback interface whose address and secret
 * are in a file beside the database that only its owner can read.
 */
final class H2SharedServer implements AutoCloseable {

    static final String FILE_URL = "jdbc:h2:file:";

    private final Server server;
    private final Path addressFile;

    private H2SharedServer(Server server, Path addressFile) {
        this.server = server;
        this.addressFile = addressFile;
    }

    /** Starts the server; empty if the database is not an H2 file. */
    static Optional<H2SharedServer> share(String url) throws SQLException, IOException {
        if (!url.startsWith(FILE_URL)) {
            return Optional.empty();
        }
        byte[] secret = new byte[16];
        new SecureRandom().nextBytes(secret);
        String key = HexFormat.of().formatHex(secret);
        Path database = file(url);
        Server server = Server.createTcpServer("-tcpPort", "0", "-key", key, database.toString())
                .start();
        Path addressFile = addressFile(url);
        Files.deleteIfExists(addressFile);
        Files.createFile(
                addressFile, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(addressFile, "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/" + key);
        return Optional.of(new H2SharedServer(server, addressFile));
    }

    /** Returns the address of a shared database; empty if it is not shared. */
    static Optional<String> find(String url) {
        if (!url.startsWith(FILE_URL) || !Files.isReadable(addressFile(url))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(addressFile(url)).strip());
        } catch (IOException e) {
            // the sharing process has just ended
            return Optional.empty();
        }
    }

    private static String path(String url) {
        return url.substring(FILE_URL.length()).replaceFirst(";.*", "");
    }

    /** Returns the path in an H2 URL, without the suffix of the database file. */
    static Path file(String url) {
        return Path.of(path(url)).toAbsolutePath().normalize();
    }

    private static Path addressFile(String url) {
        return Path.of(path(url) + ".server");
    }

    @Override
    public void close() {
        server.stop();
        try {
            Files.deleteIfExists(addressFile);
        } catch (IOException e) {
            addressFile.toFile().deleteOnExit();
        }
    }
}
