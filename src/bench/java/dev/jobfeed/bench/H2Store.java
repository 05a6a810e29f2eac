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

/** Provides an H2 file that the contender opens in its own process. */
final class H2Store implements Store {

    /**
     * Holds the options that the bundle adds: each commit is flushed to disk, and closing does not compact the file.
     */
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
    public void recreate() throws IOException {
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

    /** Does nothing, because the database is closed between runs. */
    @Override
    public void runMaintenance() {}

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

    /** Returns the bytes written by the contender, because H2 runs in its process, which writes little else. */
    @Override
    public long bytesWritten() throws IOException {
        return ProcessStatistics.writtenBytes();
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
