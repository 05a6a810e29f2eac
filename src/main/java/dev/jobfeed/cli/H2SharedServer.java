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
 * Lets {@code status} read an H2 file that {@code run} holds: a server on loopback whose address and secret stand in a
 * file beside the database that only its owner can read.
 */
final class H2SharedServer implements AutoCloseable {

    static final String FILE_URL = "jdbc:h2:file:";

    private final Server server;
    private final Path note;

    private H2SharedServer(Server server, Path note) {
        this.server = server;
        this.note = note;
    }

    /** Starts to share; empty when the database is not an H2 file. */
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
        Path note = note(url);
        Files.deleteIfExists(note);
        Files.createFile(note, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        Files.writeString(note, "jdbc:h2:tcp://127.0.0.1:" + server.getPort() + "/" + key);
        return Optional.of(new H2SharedServer(server, note));
    }

    /** The address of a database that is being shared. */
    static Optional<String> find(String url) {
        if (!url.startsWith(FILE_URL) || !Files.isReadable(note(url))) {
            return Optional.empty();
        }
        try {
            return Optional.of(Files.readString(note(url)).strip());
        } catch (IOException e) {
            // its process has just ended
            return Optional.empty();
        }
    }

    private static String path(String url) {
        return url.substring(FILE_URL.length()).replaceFirst(";.*", "");
    }

    /** The database of an H2 address, without the ending of the file it is in. */
    static Path file(String url) {
        return Path.of(path(url)).toAbsolutePath().normalize();
    }

    private static Path note(String url) {
        return Path.of(path(url) + ".server");
    }

    @Override
    public void close() {
        server.stop();
        try {
            Files.deleteIfExists(note);
        } catch (IOException e) {
            note.toFile().deleteOnExit();
        }
    }
}
