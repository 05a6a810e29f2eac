package dev.jobfeed.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** The scheduled runtime. */
@Command(name = "run", description = "Runs on a schedule until it is stopped.", mixinStandardHelpOptions = true)
final class RunCommand implements Callable<Integer> {

    @Override
    public Integer call() throws Exception {
        Runtime runtime = Runtime.start(Configuration.read(Map.of()), true);
        java.lang.Runtime.getRuntime().addShutdownHook(new Thread(runtime::close, "jobfeed-stop"));
        Thread.currentThread().join();
        return ExitCode.DONE.code();
    }
}
