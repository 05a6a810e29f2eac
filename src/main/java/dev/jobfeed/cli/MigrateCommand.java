package dev.jobfeed.cli;

import com.zaxxer.hikari.HikariDataSource;
import dev.jobfeed.config.ConfigurationException;
import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.persistence.Dialect;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Migrates the schema, for databases whose runtime user may not change it. */
@Command(
        name = "migrate",
        description = "Migrates the database schema, regardless of jobfeed.datasource.migrate.",
        footer = {"  jobfeed migrate", "  jobfeed migrate --print | psql --single-transaction jobs"})
final class MigrateCommand implements Callable<Integer> {

    @Mixin
    private SandboxPresets sandbox;

    @Mixin
    private TenantOption tenant;

    @Option(
            names = "--print",
            description = "Print the pending SQL without applying it, for a user with the required rights.")
    private boolean print;

    @Override
    public Integer call() throws Exception {
        JobfeedProperties settings = tenant.settings(RuntimeConfiguration.read(sandbox.presets()));
        Optional<String> missing = print ? RuntimeDataSources.missingFile(settings) : Optional.empty();
        if (missing.isPresent()) {
            throw new ConfigurationException(missing.get());
        }
        try (HikariDataSource dataSource = RuntimeDataSources.unprepared(settings)) {
            Dialect database = Dialect.of(dataSource);
            if (print) {
                Optional<String> script =
                        database.script(dataSource, settings.database().schema());
                script.ifPresentOrElse(
                        System.out::print,
                        () -> System.err.println("The schema is up to date; there is nothing to apply."));
            } else {
                System.out.println("the schema is at version "
                        + database.migrate(dataSource, settings.database().schema()));
            }
        }
        return ExitCode.DONE.code();
    }
}
