package dev.jobfeed.cli;

import dev.jobfeed.config.JobfeedProperties;
import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.net.BindException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Runs on a schedule until stopped. */
@Command(
        name = "run",
        description = "Synchronizes on a schedule until stopped. With --sandbox, also starts the sandbox.",
        mixinStandardHelpOptions = true)
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
            LOG.info("running; check with: jobfeed status{}", sandbox.isAsked() ? " --sandbox" : "");
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
                            .newPerMinute(30)
                            .updatedPerMinute(30)
                            .expiredPerMinute(20)
                            .build(),
                    JobbyOptions.builder().queueMovesPerMinute(6).build());
        } catch (BindException e) {
            throw taken(settings, e);
        }
        LOG.info("sandbox at {}; 30 new, 30 edited, 20 expired jobs a minute", started.baseUrl());
        return started;
    }

    /** Describes a taken sandbox port, most likely taken by a second instance. */
    private BindException taken(JobfeedProperties settings, BindException cause) {
        HttpEndpointConfig page = HttpEndpointConfig.of(settings);
        BindException taken = new BindException("Port " + sandbox.port()
                + " on 127.0.0.1 is taken, most likely by a jobfeed run --sandbox that is already running; its console is at "
                + page.page() + " then. Look at that one, or stop it. To have two, start this one in another directory"
                + " with --sandbox-port " + (sandbox.port() + 1) + " and JOBFEED_HTTP_PORT=" + (page.port() + 1) + ".");
        taken.initCause(cause);
        return taken;
    }
}
