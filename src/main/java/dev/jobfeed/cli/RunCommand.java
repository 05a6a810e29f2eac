package dev.jobfeed.cli;

import dev.jobfeed.sandbox.Sandbox;
import dev.jobfeed.sandbox.SandboxOptions;
import dev.jobfeed.sandbox.jobby.JobbyOptions;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** The scheduled runtime. */
@Command(
        name = "run",
        description = "Runs on a schedule until it is stopped. With --sandbox, starts the sandbox too.",
        mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    private static final Logger LOG = LoggerFactory.getLogger("dev.jobfeed.run");

    @Mixin
    private SandboxPresets sandbox;

    @Override
    public Integer call() throws Exception {
        try (Shutdown shutdown = new Shutdown()) {
            if (sandbox.isAsked()) {
                shutdown.closes(startSandbox());
            }
            Configuration configuration = Configuration.read(sandbox.presets());
            Runtime runtime = shutdown.closes(Runtime.start(configuration));
            SharedH2.share(configuration.settings().datasourceUrl()).ifPresent(shutdown::closes);
            runtime.address().ifPresent(address -> {
                LOG.info("status page at {}", address.page());
                runtime.bundle()
                        .token()
                        .first()
                        .ifPresent(token -> LOG.info("its actions need this token, shown only now: {}", token));
            });
            LOG.info("running; look at it with: jobfeed status{}", sandbox.isAsked() ? " --sandbox" : "");
            Thread.currentThread().join();
        }
        return ExitCode.DONE.code();
    }

    private static Sandbox startSandbox() throws IOException {
        Sandbox started = Sandbox.start(
                SandboxOptions.builder()
                        .port(SandboxPresets.PORT)
                        .newPerMinute(30)
                        .updatedPerMinute(30)
                        .expiredPerMinute(20)
                        .build(),
                JobbyOptions.builder().queueMovesPerMinute(6).build());
        LOG.info("sandbox at {}; its world moves: 30 new, 30 edited, 20 expired jobs a minute", started.baseUrl());
        return started;
    }
}
