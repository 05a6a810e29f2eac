package dev.jobfeed.bench;

import dev.jobfeed.persistence.Dialect;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.h2.engine.Constants;
import org.h2.jdbcx.JdbcDataSource;

/** An H2 file, opened by the contender itself. */
final class H2Store implements Store {

    /** What the bundle adds to an address: each commit is on disk, and closing rewrites nothing. */
    private static final String OPTIONS = ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MAX_COMPACT_TIME=0;TRACE_LEVEL_FILE=0";

    private final Path directory;
    private int databases;

    H2Store() throws IOException {
        directory = Files.createTempDirectory("jobfeed-bench-h2");
    }

    @Override
    public String label() {
        return "h2";
    }

    @Override
    public String product() {
        return "H2";
    }

    @Override
    public String version() {
        return Constants.VERSION;
    }

    @Override
    public void renew() throws IOException {
        empty();
        databases++;
        JdbcDataSource dataSource = new JdbcDataSource();
        dataSource.setURL(url());
        try {
            Dialect.H2.migrate(dataSource, Optional.empty());
        } catch (SQLException e) {
            throw new IOException("The tables were not created", e);
        }
    }

    /** It is closed between two runs, and so has nothing left to do. */
    @Override
    public void settle() {}

    @Override
    public String url() {
        return bundleUrl() + OPTIONS;
    }

    @Override
    public String bundleUrl() {
        return "jdbc:h2:file:" + directory.resolve("jobs" + databases);
    }

    @Override
    public OptionalLong statements() {
        return OptionalLong.empty();
    }

    /** H2 is a part of the contender's process, which writes next to nothing else. */
    @Override
    public long bytesWritten() throws IOException {
        return Accounts.writtenBytes();
    }

    private void empty() throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            for (Path file : files.toList()) {
                Files.delete(file);
            }
        }
    }

    @Override
    public void close() {
        try {
            empty();
            Files.delete(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
