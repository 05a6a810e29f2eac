package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import com.zaxxer.hikari.pool.HikariPool;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.Dialect;
import dev.jobfeed.problem.DatabaseRejection;
import dev.jobfeed.tenant.TenantDataSourceFactory;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.sql.DataSource;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens the databases of settings; those of a runtime are closed together. */
final class RuntimeDataSources implements TenantDataSourceFactory, AutoCloseable {

    /** Writes each commit to disk, rewrites nothing on closing, and creates no trace file beside the database. */
    private static final String H2_OPTIONS =
            ";WRITE_DELAY=0;DB_CLOSE_ON_EXIT=FALSE;MAX_COMPACT_TIME=0;TRACE_LEVEL_FILE=0";

    /** Far longer than any statement takes. */
    private static final Duration SOCKET_TIMEOUT = Duration.ofMinutes(10);

    private static final Logger LOG = LoggerFactory.getLogger(RuntimeDataSources.class);

    private final List<HikariDataSource> opened = new CopyOnWriteArrayList<>();
    private final List<String> files = new CopyOnWriteArrayList<>();
    private final List<H2SharedServer> shared = new CopyOnWriteArrayList<>();
    private final boolean beside;
    private final boolean creating;

    private RuntimeDataSources(boolean beside, boolean creating) {
        this.beside = beside;
        this.creating = creating;
    }

    /** Creates the data sources of a process that needs exclusive access to an H2 file. */
    static RuntimeDataSources alone() {
        return new RuntimeDataSources(false, true);
    }

    /**
     * Creates the data sources of a short command, which connects through the process that shares its H2 file, if any.
     */
    static RuntimeDataSources besideOthers() {
        return new RuntimeDataSources(true, true);
    }

    /** Creates the same data sources for a command that creates no store: a store that is missing is empty, in memory. */
    static RuntimeDataSources readingBesideOthers() {
        return new RuntimeDataSources(true, false);
    }

    @Override
    public DataSource open(JobfeedProperties settings) throws SQLException {
        HikariDataSource dataSource = beside ? shared(settings).orElse(null) : null;
        if (dataSource == null && !creating && missing(settings).isPresent()) {
            dataSource = pool(settings, "jdbc:h2:mem:" + UUID.randomUUID() + ";DB_CLOSE_DELAY=-1");
        } else if (dataSource == null) {
            dataSource = own(settings);
            files.add(settings.database().url());
        }
        // a tenant that is rejected closes its data source, possibly repeatedly
        opened.removeIf(HikariDataSource::isClosed);
        opened.add(dataSource);
        return dataSource;
    }

    /** Shares the H2 files opened so far with commands of other processes. */
    void share() throws SQLException, IOException {
        for (String url : files) {
            H2SharedServer.share(url).ifPresent(shared::add);
        }
        files.clear();
    }

    @Override
    public void close() {
        shared.forEach(H2SharedServer::close);
        opened.forEach(HikariDataSource::close);
    }

    /** Opens a pool on the database itself; only one process at a time can open an H2 file. */
    private static HikariDataSource own(JobfeedProperties settings) throws SQLException {
        String url = settings.database().url();
        if (!url.startsWith(H2SharedServer.FILE_URL)) {
            return pool(settings, url);
        }
        Path file = H2SharedServer.file(url);
        checkWritable(file);
        create(file.resolveSibling(file.getFileName() + ".mv.db"));
        return pool(settings, url + H2_OPTIONS);
    }

    /** Creates the file that H2 would create, readable by its owner only, whatever the umask. */
    private static void create(Path file) {
        if (Files.exists(file)) {
            return;
        }
        try {
            Files.createDirectories(
                    file.getParent(),
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        } catch (FileAlreadyExistsException e) {
            // another process was faster; H2 reports if the file is in use
            LOG.debug("{} was created by another process", file);
        } catch (IOException e) {
            throw new ConfigurationException(
                    file + " cannot be created, and jobfeed.datasource.url keeps the database there: " + e.getMessage(),
                    e);
        }
    }

    /** Checks that the file is writable; otherwise H2 would open it read-only and fail at the first page. */
    private static void checkWritable(Path database) {
        Path file = database.resolveSibling(database.getFileName() + ".mv.db");
        Path nearest = file;
        while (!Files.exists(nearest) && nearest.getParent() != null) {
            nearest = nearest.getParent();
        }
        if (!Files.isWritable(nearest) || !nearest.equals(file) && !Files.isDirectory(nearest)) {
            throw new ConfigurationException(nearest + " cannot be written to by the user "
                    + System.getProperty("user.name") + ", and jobfeed.datasource.url keeps the database in " + file
                    + ".");
        }
    }

    /**
     * Opens a pool for a query or a small change beside other processes: through the process that shares its H2 file,
     * if any. An address file left by a dead process is ignored.
     */
    static HikariDataSource beside(JobfeedProperties settings) throws SQLException {
        return beside(settings, true);
    }

    /** Opens the same pool without preparing the schema. */
    static HikariDataSource unprepared(JobfeedProperties settings) throws SQLException {
        return beside(settings, false);
    }

    /**
     * Opens the same pool for an existing store.
     *
     * @throws ConfigurationException if there is none; nothing is created
     */
    static HikariDataSource existing(JobfeedProperties settings) throws SQLException {
        Optional<String> missing = missingFile(settings);
        if (missing.isPresent()) {
            throw new ConfigurationException(missing.get());
        }
        Optional<HikariDataSource> shared = shared(settings);
        if (shared.isPresent()) {
            return shared.get();
        }
        HikariDataSource dataSource = own(settings);
        try {
            missing = missingTables(dataSource, settings);
            if (missing.isPresent()) {
                throw new ConfigurationException(missing.get());
            }
            Dialect.of(dataSource)
                    .prepare(
                            dataSource,
                            settings.database().schema(),
                            settings.database().migrate());
            return dataSource;
        } catch (SQLException | RuntimeException e) {
            dataSource.close();
            throw e;
        }
    }

    /**
     * Explains why there is no store: no H2 file, or a schema without tables; empty if there is one.
     *
     * @throws ConfigurationException if none could be created either
     */
    static Optional<String> missing(JobfeedProperties settings) throws SQLException {
        Optional<String> missing = missingFile(settings);
        if (missing.isPresent()) {
            return missing;
        }
        try (HikariDataSource dataSource = unprepared(settings)) {
            Dialect.of(dataSource).check(dataSource, settings.database().schema());
            return missingTables(dataSource, settings);
        }
    }

    /** Explains that there is no H2 file; empty if there is one, or the database is none. */
    static Optional<String> missingFile(JobfeedProperties settings) {
        String url = settings.database().url();
        if (!url.startsWith(H2SharedServer.FILE_URL)) {
            return Optional.empty();
        }
        Path file = H2SharedServer.file(url);
        if (Files.exists(file.resolveSibling(file.getFileName() + ".mv.db"))) {
            return Optional.empty();
        }
        checkWritable(file);
        return Optional.of(
                "There is no database at " + file + " yet; jobfeed run and jobfeed sync create it. A relative"
                        + " jobfeed.datasource.url starts at the current directory.");
    }

    private static Optional<String> missingTables(HikariDataSource dataSource, JobfeedProperties settings)
            throws SQLException {
        // without migrations at start, the check of the schema version reports missing tables
        return !settings.database().migrate()
                        || Dialect.of(dataSource)
                                .isPrepared(dataSource, settings.database().schema())
                ? Optional.empty()
                : Optional.of("There are no tables in " + settings.database().printableUrl()
                        + settings.database()
                                .schema()
                                .map(schema -> ", schema " + schema)
                                .orElse("")
                        + " yet; jobfeed run, jobfeed sync and jobfeed migrate create them.");
    }

    private static HikariDataSource beside(JobfeedProperties settings, boolean prepare) throws SQLException {
        Optional<HikariDataSource> shared = shared(settings);
        if (shared.isPresent()) {
            return shared.get();
        }
        HikariDataSource dataSource = own(settings);
        try {
            if (prepare) {
                Dialect.of(dataSource)
                        .prepare(
                                dataSource,
                                settings.database().schema(),
                                settings.database().migrate());
            }
            return dataSource;
        } catch (SQLException | RuntimeException e) {
            dataSource.close();
            throw e;
        }
    }

    private static Optional<HikariDataSource> shared(JobfeedProperties settings) {
        Optional<String> shared = H2SharedServer.find(settings.database().url());
        if (shared.isEmpty()) {
            return Optional.empty();
        }
        try {
            return Optional.of(pool(settings, shared.get()));
        } catch (SQLException e) {
            LOG.debug("{} is no longer shared", settings.database().printableUrl(), e);
            return Optional.empty();
        }
    }

    private static HikariDataSource pool(JobfeedProperties settings, String url) throws SQLException {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        settings.text("jobfeed.datasource.username").ifPresent(config::setUsername);
        settings.text("jobfeed.datasource.password").ifPresent(config::setPassword);
        if (url.startsWith("jdbc:postgresql:")) {
            // H2 rejects a schema that does not exist yet
            settings.database().schema().ifPresent(config::setSchema);
            config.addDataSourceProperty("reWriteBatchedInserts", "true");
            // ends the attempt if the database vanishes silently; a socketTimeout in the URL takes precedence
            config.addDataSourceProperty("socketTimeout", SOCKET_TIMEOUT.toSeconds());
            config.addDataSourceProperty("tcpKeepAlive", "true");
            // would log the values of a rejected row
            config.addDataSourceProperty("logServerErrorDetail", "false");
        } else {
            config.setExceptionOverride(new H2ConnectionEviction());
        }
        // the role may have another default, with which renewing a lease would fail
        config.setTransactionIsolation("TRANSACTION_READ_COMMITTED");
        config.setPoolName("jobfeed");
        config.setMaximumPoolSize(10);
        config.setMinimumIdle(1);
        config.setConnectionTimeout(10_000);
        config.setInitializationFailTimeout(1);
        try {
            return new HikariDataSource(config);
        } catch (HikariPool.PoolInitializationException e) {
            SQLException rejection = DatabaseRejection.cause(e).orElseThrow(() -> e);
            throw new SQLException(
                    settings.database().printableUrl() + ": " + rejection.getMessage(),
                    rejection.getSQLState(),
                    rejection.getErrorCode(),
                    rejection.getCause());
        }
    }
}
