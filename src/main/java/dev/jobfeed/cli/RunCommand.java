package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.lease.StreamLockedException;
import dev.jobfeed.sandbox.DataFileInUseException;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.net.BindException;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs on a schedule until stopped. */
@Command(
        name = "run",
        description = "Synchronizes on a schedule until stopped. With --sandbox, also starts the sandbox.",
        footer = {"  jobfeed run --sandbox", "  JOBFEED_HTTP_PORT=8081 jobfeed run --sandbox-port 8788"})
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jobfeed.run");

    @Mixin
    private SandboxPresets sandbox;

    @Override
    public Integer call() throws Exception {
        try (Shutdown shutdown = new Shutdown()) {
            RuntimeConfiguration configuration = RuntimeConfiguration.read(sandbox.presets());
            if (sandbox.isAsked()) {
                shutdown.closes(startSandbox(configuration.settings()));
            }
            JobfeedRuntime runtime = shutdown.closes(JobfeedRuntime.start(configuration));
            runtime.address().ifPresent(address -> LOG.info("console at {}", address.page()));
            LOG.info("running; check with: jobfeed status{}", sandbox.option());
            Thread.currentThread().join();
        }
        return ExitCode.DONE.code();
    }

    private Sandbox startSandbox(JobfeedProperties settings) throws IOException {
        Sandbox started;
        try {
            started = Sandbox.start(
                    SandboxOptions.builder()
                            .port(sandbox.port())
                            .dataFile(dataFile(settings.database().url()))
                            .newPerMinute(30)
                            .updatedPerMinute(30)
                            .expiredPerMinute(20)
                            .build(),
                    JobbyOptions.builder().queueMovesPerMinute(6).build());
        } catch (DataFileInUseException e) {
            throw new StreamLockedException(e.getMessage() + second(settings));
        } catch (BindException e) {
            BindException taken = new BindException("Port " + sandbox.port() + " on 127.0.0.1 is taken, most likely by"
                    + " another jobfeed run --sandbox." + second(settings));
            taken.initCause(e);
            throw taken;
        }
        LOG.info("sandbox at {}; 30 new, 30 edited, 20 expired jobs a minute", started.baseUrl());
        return started;
    }

    /** Returns the file for the changes of the sandbox, beside the H2 file that is filled from it. */
    private static Path dataFile(String url) {
        return url.startsWith(H2SharedServer.FILE_URL)
                ? Path.of(H2SharedServer.file(url) + ".changes")
                : Path.of("data", "sandbox.changes");
    }

    /** Describes what to do if a sandbox is already running. */
    private String second(JobfeedProperties settings) {
        HttpEndpointConfig page = HttpEndpointConfig.of(settings);
        return " Use its console (" + page.page()
                + " by these settings), or stop it. To run two, start this one in another"
                + " directory with --sandbox-port " + (sandbox.port() + 1) + " and JOBFEED_HTTP_PORT="
                + (page.port() + 1) + ".";
    }
}
